"""Apertium's stream format, there and back."""

from hypothesis import given
from hypothesis import strategies as st

from projector.translation.apertium.stream import (
    escape,
    joined,
    read_items,
    read_output,
    tagged,
    unescape,
    units_of,
)

ANALYSED = (
    r"^President/President<n><sg>$ ^'s/'s<gen>/be<vbser>$  \[^in order to/in order to<pr>$\] "
    r"^Foo/*Foo$[~] ^\$5/\$5<num>$^./.<sent>$[]"
)
TEXT = "President's  [in order to] Foo~ $5"


@given(st.text())
def test_escapes_come_off_again(text: str) -> None:
    assert joined(read_output(escape(text) + ".[]")) == text
    assert unescape(escape(text).replace("[~]", "~")) == text


def test_units_are_found_again_in_the_text() -> None:
    units = units_of(read_items(ANALYSED), TEXT)
    assert [TEXT[u.start : u.end] if u.start >= 0 else None for u in units] == [
        "President", "'s", "in order to", "Foo", "$5", None,
    ]  # fmt: skip
    assert [u.known for u in units] == [True, True, True, False, True, True]
    assert units[1].tags == {"gen", "vbser"}


def test_units_are_tagged_with_their_numbers() -> None:
    assert tagged(read_items("^a/a<n>$ - ^b/*b$[]")) == (
        "[[t:i:0]]^a/a<n>$[[/]] - [[t:i:1]]^b/*b$[[/]][]"
    )


def test_an_apostrophe_that_was_straightened_is_found() -> None:
    (unit,) = units_of(read_items("^Don't/do<vbdo>+not<adv>$[]"), "Don’t")
    assert (unit.start, unit.end) == (0, 5)


def test_output_pieces_know_their_units() -> None:
    out = r"[[t:i:3; t:i:4]]a la casa[[/]]  \[x[~][[t:i:5]].[[/]][[t:i:6]].[[/]][]"
    assert [(p.text, p.ids) for p in read_output(out)] == [
        ("a la casa", (3, 4)), ("  [x~", ()), (".", (5,)),
    ]  # fmt: skip


def test_only_the_added_stop_is_taken_away() -> None:
    assert joined(read_output("Inc.[]")) == "Inc"
    assert joined(read_output("Inc..[]")) == "Inc."
    assert joined(read_output("[[t:i:0]]Wait...[[/]][]")) == "Wait.."
    assert joined(read_output("Hey[]")) == "Hey"
