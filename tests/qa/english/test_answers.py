"""Answer candidates by part of speech."""

from __future__ import annotations

from projector.qa.english.answers import candidates
from tests.qa.words import words


def found(marked: str) -> list[tuple[str, str]]:
    text, analysed = words(marked)
    return [(text[c.start : c.end], c.label) for c in candidates(analysed)]


def test_names_numbers_dates_and_phrases() -> None:
    assert found(
        "The/det old/adj doctor/noun sent/verb/past 20/num letters/noun+pl to/adp "
        "Paris/name/place on/adp Monday/name"
    ) == [
        ("old doctor", "PER"),
        ("20 letters", "NP"),
        ("20", "NUM"),
        ("Paris", "LOC"),
        ("Monday", "DATE"),
    ]


def test_a_title_makes_a_person() -> None:
    assert found("Mr./name Rivers/name spoke/verb/past") == [("Mr. Rivers", "PER")]


def test_a_trailing_adjective_is_no_head() -> None:
    assert found("water/noun blue/adj shines/verb/p3") == [("water", "NP")]
