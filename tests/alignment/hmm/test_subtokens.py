"""Sub-tokens: runs of letters and digits, the same from words as from running text."""

from __future__ import annotations

import pytest

from projector.alignment.hmm.subtokens import Splitter, stemmer, subtokens, text_subtokens


@pytest.mark.parametrize(
    ("token", "parts"),
    [
        ("d'Aller", ["d", "aller"]),
        ("(2009),", ["2009"]),
        ("1.500,25", ["1.500,25"]),
        ("COVID-19", ["covid", "19"]),
        ("...", ["..."]),
        ("हिन्दी", ["हिन्दी"]),
        ("小狗", ["小", "狗"]),
        ("iPhone的", ["iphone", "的"]),
    ],
)
def test_a_token_is_cut_into_runs(token: str, parts: list[str]) -> None:
    assert subtokens(token) == parts


def test_running_text_gives_what_its_words_give() -> None:
    text = "L'home va dir: 1,5 vegades , oi ?"
    words = ["L'home", "va", "dir", ":", "1,5", "vegades", ",", "oi", "?"]
    assert text_subtokens(text) == [part for word in words for part in subtokens(word)]


def test_words_of_scripts_without_spaces_can_be_kept_whole() -> None:
    assert subtokens("小狗", whole_words=True) == ["小狗"]
    assert subtokens("iPhoneの", whole_words=True) == ["iphone", "の"]
    assert subtokens("スーパー", whole_words=True) == ["スーパー"]


def test_each_form_knows_how_it_is_mostly_written() -> None:
    splitter = Splitter(counts_case=True)
    splitter.learn([["Paris", "PARIS", "d'Or"], ["Paris", "the"]])
    splitter.texts(["The the the"])
    surfaces, counts = splitter.surfaces()
    found = dict(zip(splitter.forms, zip(surfaces, counts, strict=True), strict=True))
    assert found["paris"] == ("Paris", 3)
    assert found["or"] == ("Or", 1)
    assert found["the"] == ("the", 4)


def test_numbers_grow_and_unknown_words_teach_nothing() -> None:
    splitter = Splitter()
    learnt = splitter.learn([["the", "d'or", "the"], [], ["d'or", "x-the-y", "x-the-y"]])
    assert learnt.numbers.tolist() == [1, 2, 3, 1, 2, 3, 4, 1, 5, 4, 1, 5]
    assert learnt.at.tolist() == [0, 4, 4, 12]
    assert learnt.owner.tolist() == [0, 1, 1, 2, 0, 0, 1, 1, 1, 2, 2, 2]
    for _ in range(2):
        unknown: list[str] = []
        known = splitter.known([["or", "new-the"], ["(or)", "or-d", "new"]], unknown)
        assert known.numbers.tolist() == [3, -1, 1, 3, 3, 2, -2]
        assert known.at.tolist() == [0, 3, 7]
        assert known.owner.tolist() == [0, 1, 1, 0, 1, 1, 2]
        assert unknown == ["new", "new"]
    assert len(splitter.forms) == 6


def test_texts_get_the_numbers_of_their_words() -> None:
    splitter = Splitter()
    found = splitter.texts(["the d'or", "", "or the new"])
    assert found.numbers.tolist() == [1, 2, 3, 3, 1, 4]
    assert found.at.tolist() == [0, 3, 3, 6]
    assert found.owner.tolist() == [0, 1, 2, 0, 1, 2]


def test_languages_without_a_stemmer_take_the_beginning() -> None:
    assert stemmer("es")("casas") == stemmer("es")("casa")
    assert stemmer("bg")("президентът") == stemmer("bg")("президенти")
