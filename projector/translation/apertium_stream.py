"""Apertium's stream format: blanks, ``^surface/analysis$`` units, ``[[t:i:7]]...[[/]]`` tags.

Going in, every lexical unit that the analyser found gets a tag with its number; coming out,
pieces of text carry the numbers of the units that they were made from. (Tagging words before the
analysis would change translations: it splits units such as "in order to".)
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

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

NAME = "<np><al><sg>"  # a proper noun that declines nothing and goes with any article


def escape(text: str) -> str:
    """Text as it goes into the stream; a tilde, which the post-generator eats, rides in a blank."""
    return _SPECIAL.sub(r"\\\1", text).replace("~", "[~]")


def unescape(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


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


class Analysis(Struct, frozen=True):
    """An analysed text: its units and the stream with every unit tagged."""

    units: list[Unit]
    stream: str


class Piece(Struct):
    """A stretch of generated text and the numbers of the units that it was made from."""

    text: str
    ids: tuple[int, ...] = ()


def read_analysis(stream: str, text: str, names: Mapping[str, str] | None = None) -> Analysis:
    """Units of the analyser's output, found again in the text, and the stream with tags.

    Args:
        stream: what the analyser wrote, `STOP` included.
        text: what it was given.
        names: surfaces to be taken as names whatever the analyser thought of them.
    """
    units: list[Unit] = []
    out: list[str] = []
    at = 0
    body = stream.removesuffix("[]")
    for match in _UNIT.finditer(body):
        inner = match["unit"]
        if inner is None:
            blank = match["blank"]
            out.append(blank)
            at = _after_blank(blank, text, at)
            continue
        parts = _ANALYSIS.findall(inner)
        surface = unescape(parts[0])
        readings = parts[1:]
        start = _find(surface, text, at)
        if start >= len(text):  # the stop that is ours
            start = -1
        end = start + len(surface) if start >= 0 else -1
        at = max(at, end)
        known = bool(readings) and not readings[0].startswith("*")
        if names is not None and surface in names:
            inner = f"{parts[0]}/{parts[0]}{NAME}"
            readings, known = [parts[0] + NAME], False
        tags = frozenset(
            tag for reading in readings for tag in _TAG.findall(reading)[:1] if known
        ) or frozenset({"np"} if names is not None and surface in names else ())
        number = len(units)
        units.append(Unit(number, surface, start, end, known, tags))
        out.append(f"[[t:i:{number}]]^{inner}$[[/]]")
    out.append(stream[len(body) :])
    return Analysis(units, "".join(out))


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
