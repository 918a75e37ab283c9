"""The same words in another wording of the sentence."""

from __future__ import annotations

from projector.projection.markers.relocation import MOSTLY, ONCE, SAME, Relocator
from projector.text.tokens import tokenize


def find(text: str, other: str, surface: str) -> tuple[str, float] | None:
    at = text.index(surface)
    found = Relocator(text, other, tokenize(other, "es"), "es").find(at, at + len(surface))
    return None if found is None else (other[slice(*found[0])], found[1])


def test_the_same_text_and_a_text_with_other_words_around() -> None:
    assert find("la casa roja", "la casa roja", "casa roja") == ("casa roja", SAME)
    assert find("En Berlín habló Merkel.", "Ayer en Berlín dijo algo Merkel.", "Merkel") == (
        "Merkel",
        SAME,
    )
    assert find("vio la casa roja ayer", "vio la casita roja ayer", "casa roja") == (
        "casita roja",
        MOSTLY,
    )


def test_moved_words_are_found_by_their_spelling_if_they_stand_there_once() -> None:
    assert find("Merkel habló en Berlín", "en Berlín habló Merkel", "Merkel") == ("Merkel", ONCE)
    assert find("habló Merkel", "dijo la canciller algo", "Merkel") is None
