"""Stretches of text as runs of tokens, and stretches that touch as one."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from projector.records import Document, Offsets


def merge_adjacent(pieces: Sequence[Offsets], text: str) -> list[Offsets]:
    """Pieces in order, those that touch or overlap, or have only white space between, made one."""
    ordered = sorted(pieces)
    out = [ordered[0]]
    for a, b in ordered[1:]:
        if not text[out[-1][1] : a].strip():
            out[-1] = (out[-1][0], max(b, out[-1][1]))
        else:
            out.append((a, b))
    return out


def token_run(doc: Document, part: Offsets) -> tuple[int, int]:
    """The tokens that a stretch of text touches, as first and end; equal if there are none."""
    tokens = doc.tokens or []
    first = bisect_left(tokens, (part[0], -1))
    if first and tokens[first - 1][1] > part[0]:  # it begins inside a token
        first -= 1
    return first, max(first, bisect_left(tokens, (part[1], -1)))
