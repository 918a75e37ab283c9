"""Quoted words are found where they stand, nearly quoted ones where they must be meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.text.quotations import _distance, nearest_places, quoted_places
from projector.text.tokens import tokenize

TEXT = "The Federal Constitutional Court in Karlsruhe ruled against Mr Müller on Tuesday."


@pytest.mark.parametrize(
    ("quoted", "place"),
    [
        ("Fedral Constitutionl Court", "Federal Constitutional Court"),
        ("Mr. Müller", "Mr Müller"),
        ("Karlsruh", "Karlsruhe"),
        ("in Karlsruhe rules against", "in Karlsruhe ruled against"),
        ("Berlin", None),
        ("Mueller", None),
        ("", None),
    ],
)
def test_the_nearest_run_of_words_is_found(quoted: str, place: str | None) -> None:
    found = nearest_places(quoted, TEXT, tokenize(TEXT, "en"))
    assert [TEXT[a:b] for a, b in found] == ([] if place is None else [place])


def test_of_equally_near_places_all_are_given_in_order() -> None:
    text = "Berlin is not Berlin"
    assert nearest_places("Berlim", text, tokenize(text, "en")) == [(0, 6), (14, 20)]


def test_whole_words_with_any_case_and_spaces() -> None:
    assert quoted_places("red  house", "A Red house, redhouse, RED\nHOUSE", "en") == [
        (2, 11),
        (23, 32),
    ]
    assert quoted_places("Red house", "A Red house, red house", "en") == [(2, 11)]
    assert quoted_places("art", "party", "en") == []
    assert quoted_places("北京", "在北京市", "zh") == [(1, 3)]
    assert quoted_places(" ", "a", "en") == []


def slow(one: str, other: str) -> int:
    if not one or not other:
        return len(one) + len(other)
    return min(
        slow(one[1:], other) + 1,
        slow(one, other[1:]) + 1,
        slow(one[1:], other[1:]) + (one[0] != other[0]),
    )


@given(st.text("abé😀", max_size=5), st.text("abé😀", max_size=5))
def test_the_distance_is_levenshteins(one: str, other: str) -> None:
    assert _distance(one, other) == slow(one, other)
