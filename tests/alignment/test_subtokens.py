"""Sub-tokens: runs of letters and digits, the same from words as from running text."""

from __future__ import annotations

import pytest

from projector.alignment.subtokens import Splitter, stemmer, subtokens, text_subtokens


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


def test_numbers_grow_and_unknown_words_teach_nothing() -> None:
    splitter = Splitter()
    assert splitter.words(["the", "d'or", "the"]) == [1, 2, 3, 1]
    unknown: list[str] = []
    assert splitter.known(["or", "new-the"], unknown) == ([3, -1, 1], [1, 2])
    assert unknown == ["new"]
    assert splitter.text("the or") == [1, 3]


def test_languages_without_a_stemmer_take_the_beginning() -> None:
    assert stemmer("es")("casas") == stemmer("es")("casa")
    assert stemmer("bg")("президентът") == stemmer("bg")("президенти")
