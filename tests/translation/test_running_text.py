"""English in a treebank's spacing reaches the translator as a person writes it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.translation.base import Constraint, Translation
from projector.translation.running_text import as_written
from projector.translation.texts import translate_keys


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("I 'm at Del Frisco 's , it is n't bad .", "I'm at Del Frisco's, it isn't bad."),
        ("DO N’T ! You ca n't ?", "DON’T! You can't?"),
    ],
)
def test_spaces_that_no_person_writes_are_taken_out(text: str, written: str) -> None:
    view = as_written(text, "en")
    assert view is not None and view.text == written


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("I'm here.", "en"),
        ("wait ... what ?! No :)", "en"),
        ("the 's' sound, the dogs ' tails, version 1 .5, a ,b", "en"),
        ("Ça va ? Non !", "fr"),
    ],
)
def test_other_spaces_stay(text: str, lang: str) -> None:
    assert as_written(text, lang) is None


@given(st.text(alphabet="aI'’nt ms,.!)5", max_size=40))
def test_only_spaces_go_and_every_offset_comes_back(text: str) -> None:
    view = as_written(text, "en-GB")
    if view is None:
        return
    assert view.text.replace(" ", "") == text.replace(" ", "")
    for n, letter in enumerate(view.text):
        start, end = view.before((n, n + 1))
        assert text[start:end] == letter


class _Upper:
    """Links each word to itself, in capitals."""

    name, gives_links = "upper", True

    def __init__(self) -> None:
        self.seen: list[tuple[str, list[Constraint]]] = []

    def translate(self, sentences, source, target, constraints=None):
        rows = constraints if constraints is not None else [[] for _ in sentences]
        self.seen += zip(sentences, map(list, rows), strict=True)
        return [
            Translation(s.upper(), [((a, a + 1), (a, a + 1), 1.0) for a in range(len(s))])
            for s in sentences
        ]

    def close(self) -> None: ...


class _Book(_Upper):
    def knows(self, text: str) -> bool:
        return True


def test_links_and_constraints_are_moved_between_the_two() -> None:
    engine = _Upper()
    text = "It is n't Frisco 's ."
    key = (text, ((("FRISCO",), 10, 16),))
    (made,) = translate_keys([key], engine, "en", "pt").values()
    assert made.text == "IT ISN'T FRISCO'S."
    assert engine.seen[0][1][0].start == len("It isn't ")
    for (a, b), (c, d), _ in made.links or []:
        assert text[a:b].upper() == made.text[c:d]


def test_a_bitext_is_asked_for_the_text_as_it_stands() -> None:
    engine = _Book()
    translate_keys([("It 's fine .", ())], engine, "en", "pt")
    assert engine.seen[0][0] == "It 's fine ."
