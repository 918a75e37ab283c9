"""Several words that are one on the other side."""

from __future__ import annotations

import pytest

from projector.alignment.base import TokenPair
from projector.alignment.hmm.joined_words import joined_words
from projector.alignment.hmm.vocabulary import Vocabulary


def found(source: str, target: str) -> set[tuple[str, str]]:
    vocabulary = Vocabulary.empty(("en", "de"), whole_words=False, counts_case=False)
    corpus = vocabulary.learn([TokenPair(source.split(), target.split())])
    given = joined_words(corpus, *vocabulary.forms)
    return {
        (vocabulary.source.forms[s], vocabulary.target.forms[t])
        for s, t in zip(given.source.tolist(), given.target.tolist(), strict=True)
    }


@pytest.mark.parametrize(
    ("source", "target", "pairs"),
    [
        ("the gas turbine", "die Gasturbine", {("gas", "gasturbine"), ("turbine", "gasturbine")}),
        ("20,000 men", "20 000 Mann", {("20,000", "20"), ("20,000", "000")}),
        ("1,160,000", "1 160 000", {("1,160,000", x) for x in ("1", "160", "000")}),
        ("e-mails came", "Emails kamen", set()),  # one letter is an ending as a rule
        ("Luther 's work", "Luthers Werk", set()),
        ("Hongkong and Hong Kong", "Hongkong", set()),  # it has its partner
        ("in 16 000", "16 Jahre 000", set()),
    ],
)
def test_parts_of_a_whole(source: str, target: str, pairs: set[tuple[str, str]]) -> None:
    assert found(source, target) == pairs
    assert found(target, source) == {(b, a) for a, b in pairs}


def test_a_word_of_a_hundred_thousand_letters_costs_nothing() -> None:
    assert not found("a" * 100_000 + " b", "ab" * 50_000)
