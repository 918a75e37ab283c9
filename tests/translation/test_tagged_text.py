"""Sentences as mark-up and back: nothing changes on the way, whatever stands in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.translation.base import Constraint
from projector.translation.tagged_text import Markup, tagged

PARTS = ["a & b", "1 < 2", "`x<y>`", "{name}", "<b>", "</b>", "<i class='q'>", "</i>", "<br/>", "<x>", "&lt;",
         "</g1>", "<span id=x1>", "\"q\"", "plain"]  # fmt: skip


@pytest.mark.parametrize("markup", ["xml", "html", "none"])
@given(parts=st.lists(st.sampled_from(PARTS), max_size=8))
def test_an_answer_that_changes_nothing_gives_the_sentence_back(
    markup: Markup, parts: list[str]
) -> None:
    text = " ".join(parts)
    assert tagged(text, (), markup).restored(tagged(text, (), markup).sent) == text.strip()


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_answer_is_text_in_the_end(text: str, answer: str) -> None:
    for markup in ("xml", "html"):
        assert isinstance(tagged(text, (), markup).restored(answer), str)  # type: ignore[arg-type]


def test_elements_may_move_and_pairs_keep_their_own_attributes() -> None:
    one = tagged('See <a href="u">the <b>old</b></a> {x}.', (), "xml")
    assert one.sent == 'See <g1>the <g2>old</g2></g1> <x id="5">{x}</x>.'
    answer = "<X id='5'>{x}</X> mira <g1><g2>viejo</g2> el</g1>."
    assert one.restored(answer) == '{x} mira <a href="u"><b>viejo</b> el</a>.'


def test_a_wanted_rendering_goes_in_the_place_of_its_phrase() -> None:
    one = tagged("in New York", [Constraint(["Nueva York"], 3, 11)], "html")
    assert one.sent == 'in <span translate="no" id="x1">Nueva York</span>'
    assert one.restored('<span translate="no" id="x1">nueva york</span> en') == "Nueva York en"


def test_strange_elements_of_the_answer_are_dropped() -> None:
    assert tagged("a", (), "xml").restored("<g7>A</g7> <x id='9'>b</x>c") == "A c"
