"""What the corpus says as a whole, counted by hand."""

from __future__ import annotations

import re
from typing import Any

import pytest

from projector.projection.match import statistics as module
from projector.projection.match.columns import FEATURES
from projector.projection.match.statistics import (
    BIGRAM_PRIOR,
    GRADED,
    GRADED_LINKS,
    LENGTH_PRIOR,
    PRIOR,
    CorpusStatistics,
    LinkKind,
)
from projector.projection.match.weights import Weights
from projector.projection.words import facts
from projector.records import Document, Pair
from projector.text.tokens import with_tokens
from tests.projection.pairs import pair

TEXTS = [
    ("The red house.", "La casa roja."),
    ("The house of Ana.", "La casa de Ana."),
    ("A red car!", "Un coche rojo!"),
]


def counted() -> CorpusStatistics:
    statistics = CorpusStatistics()
    for n, (left, right) in enumerate(TEXTS):
        source = with_tokens(Document(id=str(n), text=left, lang="en"))
        target = with_tokens(Document(id=str(n), text=right, lang="es"))
        statistics.add(Pair(id=str(n), source=source, target=target))
    return statistics


def said(statistics: CorpusStatistics) -> dict[str, Any]:
    return {
        "source": dict(statistics.source_frequencies("en", "es")),
        "target": dict(statistics.target_frequencies("en", "es")),
        "bigrams": dict(statistics.bigrams("en", "es")),
        "scale": statistics.scale("en", "es", bare=False),
        "bare": statistics.scale("en", "es", bare=True),
    }


def test_frequencies_bigrams_and_lengths() -> None:
    found = said(counted())
    assert found["source"]["the"] == pytest.approx(2 / (3 + PRIOR))
    assert found["target"]["casa"] == pytest.approx(2 / (3 + PRIOR))
    # "la casa" twice; nothing else comes twice in a row.
    wanted = 2 / (2 + BIGRAM_PRIOR)
    assert found["bigrams"] == {("la", "casa"): (pytest.approx(wanted), pytest.approx(wanted))}
    assert found["scale"][0] == pytest.approx(
        (10 + LENGTH_PRIOR) / (10 + LENGTH_PRIOR)
    )  # words without marks
    letters = [
        sum(len(facts(word).spelling) for text in side for word in re.findall(r"\w+", text))
        for side in zip(*TEXTS, strict=True)
    ]
    assert found["scale"][1] == pytest.approx(
        (letters[1] + LENGTH_PRIOR) / (letters[0] + LENGTH_PRIOR)
    )


def test_when_it_is_counted_up_makes_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = said(counted())
    monkeypatch.setattr(module, "MAX_UNCOUNTED", 0)
    assert said(counted()) == whole
    assert said(CorpusStatistics.load(counted().dump())) == whole


def test_nothing_counted_says_nothing() -> None:
    assert said(CorpusStatistics()) == {
        "source": {}, "target": {}, "bigrams": {}, "scale": (1.0, 1.0), "bare": (1.0, 1.0)
    }  # fmt: skip


def test_gradedness_is_the_share_of_links_with_probabilities() -> None:
    hard, soft, half = CorpusStatistics(), CorpusStatistics(), CorpusStatistics()
    for n in range(10):
        hard.add(pair("a b", "c d", "0-0 1-1", name=str(n)))
        soft.add(pair("a b", "c d", [(0, 0, 0.7), (1, 1, 0.5)], name=str(n)))
        half.add(pair("a b", "c d", [(0, 0, 0.7 if n == 0 else 1.0), (1, 1, 1.0)], name=str(n)))
    assert hard.link_kind("en", "es") == (0.0, 0.0)
    assert soft.link_kind("en", "es") == (1.0, 0.0)
    assert half.link_kind("en", "es").gradedness == pytest.approx(0.05 / GRADED)
    assert CorpusStatistics().link_kind("en", "es") == GRADED_LINKS, "nothing is known"
    assert CorpusStatistics.load(half.dump()).link_kind("en", "es") == half.link_kind("en", "es")


def test_words_without_a_link_are_counted() -> None:
    corpus = CorpusStatistics()
    corpus.add(pair("a b c d", "e f", [(0, 0, 0.9), (0, 1, 0.8), (1, 1, 0.1)]))
    assert corpus.link_kind("en", "es").unlinked == pytest.approx(0.75)


def test_weights_follow_the_kind_of_links() -> None:
    weights = Weights({"recall": 2.0}, {}, {"recall": 1.0}, {"recall": 0.4}, {"recall": 8.0})
    column = FEATURES.index("recall")

    def value(gradedness: float, unlinked: float) -> float:
        return float(weights.vector(LinkKind(gradedness, unlinked))[column])

    assert [value(g, 0.0) for g in (0.0, 0.5, 1.0)] == [1.0, 1.5, 2.0]
    assert value(1.0, 0.5) == pytest.approx(2.2)
    assert value(0.0, 0.5) == pytest.approx(5.0)
    assert Weights({"recall": 2.0}, {}).vector(LinkKind(0.0, 0.3))[column] == 2.0


def test_forms_are_counted_in_pairs_whose_links_have_no_probabilities() -> None:
    corpus = CorpusStatistics()
    corpus.add(pair("one two", "uno dos", "0-0 1-1"))
    corpus.add(pair("one two", "uno dos", [(0, 0, 0.6), (1, 1, 1.0)]))
    assert corpus.link_counts("en", "es").links == {"one": {"uno": 1}, "two": {"dos": 1}}
    graded = CorpusStatistics.load(corpus.dump())
    assert not graded.link_counts("en", "es").links, "a third is graded: no use is made of them"


def test_hard_links_that_are_counted_are_carried() -> None:
    corpus = CorpusStatistics()
    corpus.add(pair("one two", "uno dos", "0-0 1-1"))
    carried = CorpusStatistics.load(corpus.dump())
    assert carried.link_counts("en", "es") == corpus.link_counts("en", "es")
