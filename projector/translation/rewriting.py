"""A text with some stretches replaced, and offsets between the text before and after."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from projector.records import Offsets


class Edit(NamedTuple):
    """``text[start:end]`` becomes ``new``; an insertion where start equals end."""

    start: int
    end: int
    new: str


def in_order(edit: Edit) -> Offsets:
    """Sorts edits as they come in the text; insertions at one place stay as they are given."""
    return edit.start, edit.end


class Rewritten:
    """A text after edits that do not overlap.

    Attributes:
        text: the text after the edits.
        places: where each edit's new text stands in it, in the order of the text.
    """

    def __init__(self, text: str, edits: Iterable[Edit]) -> None:
        parts: list[str] = []
        self._before: list[Offsets] = []
        self.places: list[Offsets] = []
        at = length = 0
        for edit in sorted(edits, key=in_order):
            parts += [text[at : edit.start], edit.new]
            start = length + edit.start - at
            length = start + len(edit.new)
            at = edit.end
            self._before.append((edit.start, edit.end))
            self.places.append((start, length))
        parts.append(text[at:])
        self.text = "".join(parts)

    def after(self, span: Offsets) -> Offsets:
        """A stretch of the text before, in the text after; a replaced part counts as a whole."""
        return _moved(span, self._before, self.places)

    def before(self, span: Offsets) -> Offsets:
        """A stretch of the text after, in the text before."""
        return _moved(span, self.places, self._before)


def _moved(span: Offsets, old: list[Offsets], new: list[Offsets]) -> Offsets:
    start, end = span
    first = bisect_right(old, (start, 1 << 62)) - 1  # the last edit that begins at or before start
    last = bisect_right(old, (end - 1, 1 << 62)) - 1 if end > start else first
    return _place(start, first, old, new, 0), _place(end, last, old, new, 1)


def _place(position: int, edit: int, old: list[Offsets], new: list[Offsets], side: int) -> int:
    if edit < 0:
        return position
    if position < old[edit][1] or (side and position == old[edit][1] and old[edit][0] < position):
        return new[edit][side]  # inside what was replaced
    return position - old[edit][1] + new[edit][1]
