"""What the corpus says as a whole, counted by hand."""

from __future__ import annotations

import re
from typing import Any

import pytest

from projector.projection.match import statistics as module
from projector.projection.match.statistics import (
    BIGRAM_PRIOR,
    LENGTH_PRIOR,
    PRIOR,
    CorpusStatistics,
)
from projector.projection.words import facts
from projector.records import Document, Pair
from projector.text.tokens import with_tokens

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
