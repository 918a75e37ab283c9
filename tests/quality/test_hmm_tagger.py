"""The second-order tagger: context, endings, gaps."""

from __future__ import annotations

import pytest

from projector.quality.hmm_tagger import HmmTagger

SENTENCES = [
    ("the dog runs", "D N V"), ("the cat sleeps", "D N V"), ("a run ends", "D N V"),
    ("dogs run", "N V"), ("cats run", "N V"), ("the quickly moving cat sleeps", "D A J N V"),
    ("the slowly moving dog ends", "D A J N V"),
]  # fmt: skip


def fitted(extra: list[tuple[str, str]] | None = None) -> HmmTagger:
    tagger = HmmTagger()
    rows = SENTENCES * 4 + (extra or [])
    tagger.fit([s.split() for s, _ in rows], [t.split() for _, t in rows])
    return tagger


def test_context_decides_an_ambiguous_word() -> None:
    tagger = fitted()
    assert tagger.tag([["the", "run", "ends"], ["cats", "run"]]) == [["D", "N", "V"], ["N", "V"]]


def test_an_unknown_word_is_tagged_by_its_ending() -> None:
    assert fitted().tag([["the", "nicely", "moving", "dog", "runs"]])[0][1] == "A"


def test_gaps_count_for_nothing() -> None:
    tagger = fitted([("dog dog dog", "_ _ _")] * 50)
    assert "_" not in tagger.tags
    assert tagger.tag([["the", "dog", "runs"]]) == [["D", "N", "V"]]


def test_empty_sentences_stay_empty() -> None:
    assert fitted().tag([[], ["dogs"]]) == [[], ["N"]]


def test_nothing_to_learn_is_said() -> None:
    with pytest.raises(ValueError, match="tagged"):
        HmmTagger().fit([["a"]], [["_"]])
