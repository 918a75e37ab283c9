"""Sentences longer than a model's window: cut at the best places, never truncated.

A neural model that is given too long a sentence silently loses its end, and every label there
with it. Here the sentence is cut in two near its middle, again and again until the parts fit:
after a semicolon, colon or dash if there is one, else after a comma, else at a space.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from projector.records import Offsets

_CUTS = [
    re.compile(r"(?<=[.!?。!?;:;:…])\s+|(?<=[。!?;])"),
    re.compile(r"(?<=[,,،、)\]»”])\s+|\s+(?=[(\[«“–—-])|(?<=[,、])"),
    re.compile(r"\s+"),
]


def parts_that_fit(text: str, fits: Callable[[str], bool]) -> list[Offsets] | None:
    """Stretches of ``text`` (without the white space between them) that each fit.

    None if a stretch without any place to cut is still too long for itself.
    """
    waiting, done = [(0, len(text))], []
    while waiting:
        start, end = waiting.pop()
        if fits(text[start:end]):
            done.append((start, end))
            continue
        cut = _best_cut(text[start:end])
        if cut is None:
            return None
        waiting += [(start + cut[1], end), (start, start + cut[0])]
    return done


def _best_cut(text: str) -> Offsets | None:
    """Where to cut: the end of the first part and the start of the second, or None."""
    middle = len(text) / 2
    for strict in (True, False):
        for pattern in _CUTS:
            places = [
                m.span()
                for m in pattern.finditer(text)
                if m.start() > 0 and m.end() < len(text)
                and (not strict or abs(m.start() - middle) <= 0.35 * len(text))
            ]  # fmt: skip
            if places:
                return min(places, key=lambda place: abs(place[0] - middle))
    return (len(text) // 2, len(text) // 2) if len(text) > 1 else None
