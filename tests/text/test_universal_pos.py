"""Tags of Universal POS."""

from __future__ import annotations

from projector.text.universal_pos import is_punctuation, simple_tag


def test_a_composite_tag_is_its_first_word_s() -> None:
    assert simple_tag("PROPN+PART") == "PROPN" and simple_tag("NOUN") == "NOUN"
    assert simple_tag("+") == "+"


def test_symbols_are_no_punctuation() -> None:
    assert is_punctuation("¡¿") and is_punctuation("...")
    assert (
        not is_punctuation("€")
        and not is_punctuation("%")
        and not is_punctuation("a.")
        and not is_punctuation("")
    )
