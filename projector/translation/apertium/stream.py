"""Apertium's stream format: blanks, ``^surface/analysis$`` units, ``[[t:i:7]]...[[/]]`` tags.

Going in, every lexical unit that the analyser found gets a tag with its number; coming out,
pieces of text carry the numbers of the units that they were made from. (Tagging words before the
analysis would change translations: it splits units such as "in order to".)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct

_SPECIAL = re.compile(r"([\\\[\]{}^$/@<>])")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_UNIT = re.compile(
    r"\^(?P<unit>(?:[^\\$]|\\.)*)\$|(?P<blank>\[(?:[^\\\]]|\\.)*\]|\\.|[^\\^\[]+|.)", re.DOTALL
)
_OUT = re.compile(
    r"\[\[(?P<open>t:[^\]]*)\]\]|(?P<close>\[\[/\]\])|\[(?P<blank>(?:[^\\\]]|\\.)*)\]"
    r"|\\(?P<escaped>.)|(?P<text>[^\\\[]+|.)",
    re.DOTALL,
)
_TAG = re.compile(r"<([^>]*)>")
_ANALYSIS = re.compile(r"(?:[^\\/]|\\.)+")
_IDS = re.compile(r"t:i:(\d+)")
STOP = ".[]"  # what Apertium itself puts after a text, so that its last sentence is seen to end
_STOP_OUT = re.compile(r"(\\?\.)?((?:\[\[/\]\])?)\s*\[\]\s*\Z")


def escape(text: str) -> str:
    """Text as it goes into the stream; a tilde, which the post-generator eats, rides in a blank."""
    return _SPECIAL.sub(r"\\\1", text).replace("~", "[~]")


def unescape(text: str) -> str:
    return _ESCAPED.sub(r"\1", text) if "\\" in text else text


class Unit(Struct, frozen=True):
    """A lexical unit of the analysed text.

    ``start`` and ``end`` are offsets in the text that the engine was given (-1 if the unit could
    not be found there). ``tags`` are the first tags of its readings (``n``, ``det``, ``vblex``).
    """

    number: int
    surface: str
    start: int
    end: int
    known: bool
    tags: frozenset[str]


class Item(Struct):
    """A unit of the analyser's output (``readings`` may be changed) or, without, a blank.

    ``surface`` is as it stands in the stream, with escapes.
    """

    surface: str
    readings: list[str] | None = None

    @property
    def known(self) -> bool:
        return bool(self.readings) and not self.readings[0].startswith("*")  # type: ignore[index]

    @property
    def tags(self) -> frozenset[str]:
        """The first tag of each reading."""
        return _first_tags(tuple(self.readings or ()))


@lru_cache(maxsize=50_000)
def _first_tags(readings: tuple[str, ...]) -> frozenset[str]:
    return frozenset(tag for reading in readings for tag in _TAG.findall(reading)[:1])


class Piece(Struct):
    """A stretch of generated text and the numbers of the units that it was made from."""

    text: str
    ids: tuple[int, ...] = ()


def read_items(stream: str) -> list[Item]:
    """The analyser's output as units and blanks, without the marker after our own stop."""
    items = []
    for match in _UNIT.finditer(stream.removesuffix("[]")):
        if match["unit"] is None:
            items.append(Item(match["blank"]))
        else:
            surface, *readings = _ANALYSIS.findall(match["unit"])
            items.append(Item(surface, readings))
    return items


def units_of(items: Sequence[Item], text: str) -> list[Unit]:
    """The units, numbered in order and found again in the text that was analysed."""
    units: list[Unit] = []
    at = 0
    for item in items:
        if item.readings is None:
            at = _after_blank(item.surface, text, at)
            continue
        surface = unescape(item.surface)
        start = _find(surface, text, at)
        if start >= len(text):  # the stop that is ours
            start = -1
        end = start + len(surface) if start >= 0 else -1
        at = max(at, end)
        units.append(Unit(len(units), surface, start, end, item.known, item.tags))
    return units


def tagged(items: Sequence[Item]) -> str:
    """The stream for the rest of the pipeline, every unit with its number on it."""
    out: list[str] = []
    number = 0
    for item in items:
        if item.readings is None:
            out.append(item.surface)
        else:
            out.append(f"[[t:i:{number}]]^{'/'.join([item.surface, *item.readings])}$[[/]]")
            number += 1
    return "".join(out) + "[]"


def _after_blank(blank: str, text: str, at: int) -> int:
    """Where the text goes on after a blank; the analyser sometimes puts in a space."""
    content = unescape(blank[1:-1] if blank.startswith("[") else blank)
    for char in content:
        if text[at : at + 1] == char:
            at += 1
    return at


def _find(surface: str, text: str, at: int) -> int:
    """Where a unit starts, looking a little ahead; apostrophes come back straightened."""
    if text.startswith(surface, at):
        return at
    near = text[at : at + len(surface) + 16]
    found = near.find(surface)
    if found < 0:
        found = near.replace("’", "'").lower().find(surface.replace("’", "'").lower())
    return at + found if found >= 0 else -1


def read_output(stream: str) -> list[Piece]:
    """Generated text in pieces, in order; neighbours differ in their units."""
    pieces: list[Piece] = []
    ids: tuple[int, ...] = ()
    for match in _OUT.finditer(_STOP_OUT.sub(r"\2", stream)):
        if match["open"] is not None:
            ids = tuple(int(n) for n in _IDS.findall(match["open"]))
            pieces.append(Piece("", ids))
        elif match["close"] is not None:
            ids = ()
        else:
            text = match["text"] or match["escaped"] or unescape(match["blank"] or "")
            if not pieces or pieces[-1].ids != ids:
                pieces.append(Piece("", ids))
            pieces[-1].text += text
    return [piece for piece in pieces if piece.text]


def joined(pieces: Sequence[Piece]) -> str:
    return "".join(piece.text for piece in pieces)
