"""White space and marks of a machine translation as a person would have set them.

Works on pieces, so that what is known about where words came from is kept.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import regex

from projector.translation.apertium.stream import Piece, joined

_SPACE_BEFORE = re.compile(r"\s+(?=[.,;:!?)\]}»”…])")
_SPACE_AFTER = re.compile(r"(?<=[(\[{«“¿¡])\s+")
_SYMBOL = regex.compile(r"(?![\s\p{L}\p{N}\p{M}])\X")
_QUESTION = re.compile(r"[?!]+(?=[\s\"'”’»)\]]|\Z)")
_SENTENCE_START = re.compile(r"(?:[.?!…][\"'”’»)]*\s+|[\"“«‘(\[¿¡]|:\s+|;\s+)")


def mend_spacing(pieces: list[Piece], source: str, adjacent: Sequence[bool]) -> list[Piece]:
    """Collapse, remove and insert spaces.

    Args:
        pieces: the translation; changed in place.
        source: the source text, which shows how its writer sets marks.
        adjacent: for each piece, whether its source touches that of the piece before
            ("5" and "km" in "5km"), so that they may touch in the translation too.
    """
    _drop_doubled_symbols(pieces, source)
    for before, piece, close in zip(pieces, pieces[1:], adjacent[1:], strict=False):
        if before.text[-1:].isalnum() and piece.text[:1].isalnum() and not close:
            piece.text = " " + piece.text
    pattern = _SPACE_BEFORE if not _SPACE_BEFORE.search(source) else None
    text = joined(pieces)
    drop: set[int] = set()
    for match in re.finditer(r"\s{2,}", text):
        drop.update(range(match.start() + 1, match.end()))
    drop.update(range(len(text) - len(text.lstrip())))
    drop.update(range(len(text.rstrip()), len(text)))
    if pattern is not None:
        for match in pattern.finditer(text):
            drop.update(range(*match.span()))
    if not _SPACE_AFTER.search(source):
        for match in _SPACE_AFTER.finditer(text):
            drop.update(range(*match.span()))
    at = 0
    for piece in pieces:
        end = at + len(piece.text)
        if drop.intersection(range(at, end)):
            piece.text = "".join(c for n, c in enumerate(piece.text, at) if n not in drop)
        at = end
    return [piece for piece in pieces if piece.text]


def _drop_doubled_symbols(pieces: list[Piece], source: str) -> None:
    """Some transfer rules write the blank between two words twice, and what stood in it."""
    there = Counter(_SYMBOL.findall(joined(pieces)))
    here = Counter(_SYMBOL.findall(source))
    surplus = {s: n - here[s] for s, n in there.items() if 0 < here[s] < n and n >= 2 * here[s]}
    if not surplus:
        return
    for piece in reversed(pieces):
        if piece.ids:
            continue
        for match in reversed(list(_SYMBOL.finditer(piece.text))):
            if surplus.get(match.group(), 0) > 0 and match.group() not in ".,;:'":
                surplus[match.group()] -= 1
                piece.text = piece.text[: match.start()] + piece.text[match.end() :]


def open_questions(pieces: list[Piece], source: str) -> None:
    """Put the opening marks that Spanish asks for before questions and exclamations.

    Only marks that the source has are opened, and none that is open already.
    """
    text = joined(pieces)
    if "?" not in source and "!" not in source:
        return
    starts = [0, *(m.end() for m in _SENTENCE_START.finditer(text))]
    inserts: dict[int, str] = {}
    for match in _QUESTION.finditer(text):
        start = max((s for s in starts if s < match.start()), default=0)
        while start < match.start() and text[start] in " \"'“«‘(-–—":
            start += 1
        opening = "¿" if match.group().startswith("?") else "¡"
        if text[max(0, start - 1) : start + 1].strip("¿¡") != text[max(0, start - 1) : start + 1]:
            continue
        if any(c.isalnum() for c in text[start : match.start()]):
            inserts.setdefault(start, opening)
    at = 0
    for piece in pieces:
        end = at + len(piece.text)
        for place in sorted((p for p in inserts if at <= p < end), reverse=True):
            piece.text = piece.text[: place - at] + inserts.pop(place) + piece.text[place - at :]
        at = end
