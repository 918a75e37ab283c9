"""The second-order tagger: context, endings, gaps."""

from __future__ import annotations

from pathlib import Path

import pytest

from projector.errors import DataError
from projector.models.hmm_tagger import MOST_TAGS, HmmTagger

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
    with pytest.raises(DataError, match="tagged"):
        HmmTagger().fit([["a"]], [["_"]])


def test_a_layer_without_a_tag_set_is_refused() -> None:
    words = [f"w{n}" for n in range(MOST_TAGS + 1)]
    with pytest.raises(DataError, match="501 different tags"):
        HmmTagger().fit([words], [words])


def test_a_saved_tagger_tags_as_before_and_is_the_same_file_every_time(tmp_path: Path) -> None:
    paths = [str(tmp_path / name) for name in ("a", "b")]
    fitted().save(paths[0])
    loaded = HmmTagger.load(paths[0])
    loaded.save(paths[1])
    new = [["the", "nicely", "moving", "dog", "runs"], ["cats", "run"]]
    assert loaded.tag(new) == fitted().tag(new)
    assert Path(paths[0]).read_bytes() == Path(paths[1]).read_bytes()


def test_universal_tags_stay_in_the_tag_set_and_marks_are_punctuation() -> None:
    tagger = HmmTagger("upos")
    rows = [("¿ Rome's bread ?", "PROPN PROPN+PART NOUN PUNCT"), ("bread , bread", "NOUN FOO NOUN")]
    tagger.fit([words.split() for words, _ in rows * 4], [tags.split() for _, tags in rows * 4])
    assert tagger.tags == ["NOUN", "PROPN", "PUNCT"]
    assert tagger.tag([["¡", "bread", "…"]]) == [["PUNCT", "NOUN", "PUNCT"]]


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"format": "other"}', "\x00\x01",
     '{"format":"xproject-hmm-tagger","layer":"upos","lang":"","words":{},"grams":[[],[],[]]}',
     '{"format":"xproject-hmm-tagger","layer":"upos","lang":"","words":{"a":{"X":1}},"grams":[[]]}',
     '{"format":"xproject-hmm-tagger","layer":"upos","lang":"","words":{"a":{"X":-1}},"grams":[[],[],[]]}',
     '{"format":"xproject-hmm-tagger","layer":"upos","lang":"","words":{"a":{"X":1}},"grams":[[[["Y"],1]],[],[]]}',
     '{"format":"xproject-hmm-tagger","layer":"upos","lang":"","words":{"a":{"X":1}},"grams":[[[[],1]],[],[]]}'],
)  # fmt: skip
def test_a_file_that_is_no_tagger_is_named(text: str, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text(text)
    with pytest.raises(DataError, match="found no"):
        HmmTagger.load(str(path))
