"""Long texts in overlapping windows, so that an encoder with a fixed window sees all of them.

Used by `encoder`. A sub-word takes its vector from the window in which it stands furthest from
an edge, so that it has context on both sides wherever the text has.
"""

from __future__ import annotations

from msgspec import Struct


class Window(Struct, frozen=True):
    """Pieces ``start:end`` go through the encoder; of these, ``keep_from:keep_to`` are used."""

    start: int
    end: int
    keep_from: int
    keep_to: int


def windows(length: int, size: int) -> list[Window]:
    """Cover ``length`` pieces with windows of at most ``size``, half of which overlap.

    The kept stretches follow one another without gap or overlap. A text that fits is one window.
    """
    if size < 2:
        raise ValueError(f"windows: found a window of {size} pieces, wanted at least 2")
    if length <= size:
        return [Window(0, length, 0, length)]
    stride = max(1, size // 2)
    starts = [*range(0, length - size, stride), length - size]
    found = []
    kept = 0
    for n, start in enumerate(starts):
        end = start + size
        until = length if n + 1 == len(starts) else (starts[n + 1] + end) // 2
        found.append(Window(start, end, kept, until))
        kept = until
    return found
