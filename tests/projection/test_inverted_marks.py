from __future__ import annotations

import pytest

from projector.projection.inverted_marks import with_whole_sentences
from projector.records import Document
from tests.projection.pairs import tokens_of


def placed(text: str, part: str) -> str:
    doc = Document("d", text, "es", tokens_of(text))
    start = text.index(part)
    ((a, b),) = with_whole_sentences([(start, start + len(part))], doc)
    return text[a:b]


@pytest.mark.parametrize(
    ("part", "wanted"),
    [
        ("¿ Qué quiere", "Qué quiere"),
        ("Qué quiere ella ?", "¿ Qué quiere ella ?"),
        ("¿ Qué quiere ella ?", "¿ Qué quiere ella ?"),
        ("ella ? ¡", "ella ?"),
        ("¡ Nada", "Nada"),
        ("Nada", "Nada"),
    ],
)
def test_an_inverted_mark_belongs_to_spans_that_hold_its_question(part: str, wanted: str) -> None:
    assert placed("¿ Qué quiere ella ? ¡ Nada !", part) == wanted


def test_a_mark_inside_a_given_token_stays() -> None:
    assert placed("¿Qué quiere ella ?", "¿Qué") == "¿Qué"


def test_a_mark_alone_stays() -> None:
    assert placed("¿ Qué ?", "¿") == "¿"


def test_question_taken_in_is_the_whole_token_only() -> None:
    text = "dijo ¿ dónde está el bar ? y"
    assert placed(text, "dónde está el bar ?") == "¿ dónde está el bar ?"
    assert placed(text, "dijo ¿") == "dijo"
