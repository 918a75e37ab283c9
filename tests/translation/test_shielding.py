"""What a vocabulary lacks comes through: in place, once, and offsets lead to it."""

from __future__ import annotations

import re

import pytest

from projector.records import Offsets
from projector.translation.shielding import restore, shield


def lacking(text: str) -> list[Offsets]:
    """A vocabulary of ASCII without <, {, }."""
    return [m.span() for m in re.finditer(r"[^\x00-\x7f]+|[<{}]", text)]


def identity(text: str) -> list[tuple[Offsets, Offsets, float]]:
    """Links of a text with itself, word by word."""
    return [(m.span(), m.span(), 1.0) for m in re.finditer(r"\w+|[^\w\s]", text)]


TEXTS = [
    "See https://x.org/a?b=1 or www.y.org, please.",
    "Write to bob@example.com & {name} or %(who)s.",
    "The <b>old</b> house <br/> fell \U0001f600 down.",
    "Wow\U0001f600 \U0001f600\U0001f600 yes \U0001f600",
    "The film 七人の侍 was long.",
    "Run `x = {1}` now, @bob #yes $HOME ${x}.",
    "“Quoted” — and ‘single’ … €5 or £ 3.",
    "Zürich and São Paulo",
    "\U0001f600",
    "<p></p>",
    "XQ1 is https://x.org and XQ2",
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("stand_ins", [True, False])
def test_a_translation_that_changes_nothing_gives_the_text_back(text: str, stand_ins: bool) -> None:
    given = shield(text, lacking, stand_ins=stand_ins)
    assert not lacking(given.source.text)
    done = restore(given, given.source.text, identity(given.source.text))
    assert done is not None
    assert done.target.text.split() == text.split()
    for source, target, _ in done.links:
        assert done.target.text[target[0] : target[1]] == text[source[0] : source[1]]


def test_a_lost_or_doubled_stand_in_is_noticed() -> None:
    given = shield("See https://x.org now", lacking)
    assert list(given.stand_ins) == ["XQ1"]
    assert restore(given, "Veja agora", []) is None
    assert restore(given, "Veja XQ1 XQ1 agora", []) is None
    done = restore(given, "Agora veja XQ1.", [])
    assert done is not None
    assert done.target.text == "Agora veja https://x.org."


def test_a_tag_goes_where_the_word_beside_it_went() -> None:
    given = shield("the <b>old</b> house", lacking)
    assert given.source.text == "the old house"
    links = [((0, 3), (0, 1), 1.0), ((4, 7), (7, 12), 1.0), ((8, 13), (2, 6), 1.0)]
    done = restore(given, "a casa velha", links)
    assert done is not None
    assert done.target.text == "a casa <b>velha</b>"


def test_a_stand_in_never_stands_in_the_text_already() -> None:
    given = shield("XQ1 https://x.org XQ2", lacking)
    assert list(given.stand_ins) == ["XQ3"]
