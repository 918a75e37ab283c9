"""White space and marks of a translation."""

import pytest

from projector.translation.apertium.spacing import mend_spacing, open_questions
from projector.translation.apertium.stream import Piece, joined


def mend(pieces: list[Piece], source: str, adjacent: list[bool] | None = None) -> str:
    return joined(mend_spacing(pieces, source, adjacent or [False] * len(pieces)))


@pytest.mark.parametrize(
    ("translation", "source", "wanted"),
    [
        ("  Ves  los coches ?", "Do you see the cars?", "Ves los coches?"),
        ("Inglaterra . Y ( esto )", "England. And (this)", "Inglaterra. Y (esto)"),
        ("Bonjour !", "Hello !", "Bonjour !"),  # the source's writer sets them apart
        ("ok ...", "ok ...", "ok ..."),
    ],
)
def test_spaces(translation: str, source: str, wanted: str) -> None:
    assert mend([Piece(translation)], source) == wanted


def test_a_missing_space_is_put_between_words_of_different_units() -> None:
    pieces = [Piece("buĝeton", (1,)), Piece("de la "), Piece("Unio", (2,))]
    assert mend(pieces, "the Union's budget") == "buĝeton de la Unio"
    assert mend([Piece("5", (1,)), Piece("km", (2,))], "5km", [False, True]) == "5km"


def test_symbols_that_a_rule_wrote_twice_stand_once() -> None:
    pieces = [
        Piece("La", (0,)),
        Piece(" €"),
        Piece("domo", (1,)),
        Piece(" € "),
        Piece("estas", (2,)),
    ]
    assert mend(pieces, "The €house is") == "La €domo estas"


@pytest.mark.parametrize(
    ("translation", "source", "wanted"),
    [
        ("Ves los coches?", "Do you see the cars?", "¿Ves los coches?"),
        ('Dijo: "Hola!"', 'He said: "Hi!"', 'Dijo: "¡Hola!"'),
        ("Sí. Qué? No.", "Yes. What? No.", "Sí. ¿Qué? No."),
        ("¿Ya está?", "¿Done?", "¿Ya está?"),
        ("???", "???", "???"),
        ("Ve www.a.b/?q=1 ahora.", "See www.a.b/?q=1 now.", "Ve www.a.b/?q=1 ahora."),
    ],
)
def test_opening_marks(translation: str, source: str, wanted: str) -> None:
    pieces = [Piece(part) for part in (translation[:3], translation[3:])]
    open_questions(pieces, source)
    assert joined(pieces) == wanted
