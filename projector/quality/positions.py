"""Comparable positions: offsets counted in the characters of a text that are not white space.

Two texts that differ only in their spacing (a detokenised text and its tokens joined by spaces)
have the same positions, and white space at the edge of a span makes no difference.
"""

from __future__ import annotations

from collections.abc import Iterable

from projector.records import Document, Offsets, Span


class Positions:
    """Maps offsets of one document to positions."""

    def __init__(self, text: str) -> None:
        self.letters = "".join(text.split())
        self._at: list[int] | None = None
        if len(self.letters) != len(text):
            at, count = [], 0
            for char in text:
                at.append(count)
                count += not char.isspace()
            at.append(count)
            self._at = at

    def stretch(self, start: int, end: int) -> Offsets:
        return (start, end) if self._at is None else (self._at[start], self._at[end])

    def span(self, span: Span) -> tuple[Offsets, ...]:
        """The parts of a span; parts that touch but for white space are one."""
        return merged(self.stretch(a, b) for a, b in span.parts)


def merged(parts: Iterable[Offsets]) -> tuple[Offsets, ...]:
    """Stretches in order, those that touch joined, empty ones left out."""
    found: list[Offsets] = []
    for a, b in sorted(parts):
        if a == b:
            continue
        if found and a <= found[-1][1]:
            found[-1] = (found[-1][0], max(b, found[-1][1]))
        else:
            found.append((a, b))
    return tuple(found)


def widened(parts: Iterable[Offsets], tokens: list[Offsets]) -> tuple[Offsets, ...]:
    """The tokens (as positions) that the parts touch, joined where nothing lies between."""
    wanted = list(parts)
    return merged(
        token for token in tokens if any(a < token[1] and token[0] < b for a, b in wanted)
    )


def token_positions(doc: Document, positions: Positions) -> list[Offsets]:
    return [positions.stretch(a, b) for a, b in doc.tokens or ()]
