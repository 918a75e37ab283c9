"""Capitals of a translation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.translation.apertium.casing import (
    is_all_capitals,
    lower_same_length,
    mend_case,
    upper_same_length,
)
from projector.translation.apertium.function_words import function_words
from projector.translation.apertium.links import Word
from projector.translation.apertium.stream import Unit


def mended(source: str, target: str, come_from: list[int | None], tags: dict[str, str]) -> str:
    """Mend a target whose n-th word comes from the source's come_from[n]-th word."""
    units, at = [], 0
    for number, surface in enumerate(source.split()):
        start = source.index(surface, at)
        at = start + len(surface)
        known = tags.get(surface) != "*"
        kinds = frozenset(tags.get(surface, "n").split()) if known else frozenset()
        units.append(Unit(number, surface, start, at, known, kinds))
    small = function_words("es")
    words, at = [], 0
    for text, number in zip(target.split(), come_from, strict=True):
        start = target.index(text, at)
        at = start + len(text)
        given = {} if number is None else {number: 0.98}
        words.append(Word(text, start, at, small.kind(text), given))
    return mend_case(target, words, units, source)


def test_a_capital_stays_at_the_beginning_when_words_move() -> None:
    tags = {"I": "prn", "don't": "vbdo", "like": "vblex", "him": "prn"}
    assert mended("I don't like him", "no Me gusta", [1, None, 2], tags) == "No me gusta"


def test_a_beginning_in_lower_case_stays_so() -> None:
    assert mended("red cars", "Coches rojos", [1, 0], {}) == "coches rojos"


def test_words_after_a_false_full_stop_lose_their_capital() -> None:
    tags = {".": "sent"}
    assert (
        mended("Corp . bought it", "Corp . Comprado lo", [0, 1, 2, 3], tags) == "Corp . comprado lo"
    )
    assert mended("Yes . He came", "Sí . vino", [0, 1, 3], tags) == "Sí . Vino"


def test_names_keep_the_capitals_of_the_source() -> None:
    tags = {"iPhone": "*", "NATO": "*", "Seoul": "np"}
    assert (
        mended("An iPhone for NATO", "Un IPHONE para Nato", [0, 1, 2, 3], tags)
        == "Un iPhone para NATO"
    )
    assert mended("iPhone sales", "Iphone ventas", [0, 1], tags) == "iPhone ventas"
    assert mended("Seoul said", "dijo Seúl", [1, 0], tags) == "Dijo Seúl"


def test_names_are_capitalised_throughout() -> None:
    tags = {
        "European": "adj",
        "Union": "n",
        "French": "adj",
        "President": "n",
        "May": "n",
        "on": "pr",
    }
    assert mended("The European Union", "La Unión europea", [0, 2, 1], tags) == "La Unión Europea"
    assert (
        mended("a French President", "un Presidente francés", [0, 2, 1], tags)
        == "un Presidente francés"
    )
    assert mended("on Monday May 3", "en lunes mayo 3", [0, 1, 2, 3], tags) == "en lunes mayo 3"


def test_a_small_word_gives_its_capital_to_the_name() -> None:
    tags = {"North": "adj", "Macedonia": "np", "of": "pr"}
    assert mended("of North Macedonia", "de Macedonia Del norte", [0, 2, None, 1], tags) == (
        "de Macedonia del Norte"
    )


@pytest.mark.parametrize(
    ("text", "capitals"),
    [
        ("EUROPEAN LEADERS MET", True), ("NATO", False), ("NATO met in Brussels", False),
        ("BREAKING: 5 DEAD IN US", True), ("A B C D", False), ("日本語 です", False), ("", False),
    ],
)  # fmt: skip
def test_what_counts_as_all_capitals(text: str, capitals: bool) -> None:
    assert is_all_capitals(text) is capitals


@given(st.text())
def test_changing_case_keeps_the_length(text: str) -> None:
    assert len(upper_same_length(text)) == len(lower_same_length(text)) == len(text)
