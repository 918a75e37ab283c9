"""What goes into Apertium, and that every character knows where it comes from."""

from hypothesis import given
from hypothesis import strategies as st

from projector.translation.apertium.input import prepare
from projector.translation.base import Constraint


@given(st.text(max_size=40))
def test_every_character_stands_for_its_own(sentence: str) -> None:
    made = prepare(sentence, protect=False)
    assert len(made.text) == len(made.places)
    for char, (a, b) in zip(made.text, made.places, strict=True):
        assert sentence[a:b] == char or char == " "
    assert "  " not in made.text and made.text == made.text.strip(" ")


def test_white_space_and_invisible_characters_go() -> None:
    made = prepare(" a\u00ad\tb\n\n\x00c\u200b ")
    assert made.text == "a b c"
    assert made.stretch(2, 5) == (4, 9)


@given(st.text(max_size=30), st.integers(0, 29), st.integers(1, 9))
def test_a_constraint_becomes_a_name_that_is_found_nowhere_else(
    sentence: str, start: int, length: int
) -> None:
    made = prepare(sentence, [Constraint(["x"], start, start + length)])
    for stand_in in made.stand_ins:
        at = made.text.index(stand_in.name)
        assert made.text.lower().count(stand_in.name.lower()) == 1
        assert made.stretch(at, at + len(stand_in.name)) == (stand_in.start, stand_in.end)


def test_addresses_are_stood_in_for_but_constraints_come_first() -> None:
    sentence = "See http://a.b/c, me@x.org and @me."
    made = prepare(sentence, [Constraint(["tú"], 32, 34)])
    assert [(sentence[s.start : s.end], s.output) for s in made.stand_ins] == [
        ("http://a.b/c", "http://a.b/c"), ("me@x.org", "me@x.org"), ("me", "tú"),
    ]  # fmt: skip
