"""Candidate stretches of the target for one stretch of the source, from links and n-grams.

Used by `candidates`. The links decide which n-grams are worth asking a translation model about;
they need not be right, only near.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from projector.projection.words import facts
from projector.records import Document, Link, Offsets


class Window(Struct, frozen=True):
    """Target tokens ``first:end``; ``fit`` in [0, 1] says how well the links speak for them."""

    first: int
    end: int
    fit: float


def windows(
    source: Document,
    target: Document,
    links: Sequence[Link],
    run: tuple[int, int],
    limit: int,
    inside: tuple[int, int] | None = None,
) -> list[Window]:
    """The ``limit`` most promising n-grams for the source tokens ``run``, best first.

    ``fit`` is the harmonic mean of the share of the run's links that fall into the n-gram and the
    share of the n-gram's links that come from the run. Without links, n-grams of about the run's
    length come first. An edge may be punctuation only where the source has some at that edge.

    Args:
        inside: only target tokens from the first to before the second of these.
    """
    words, others = source.words(), target.words()
    low, high = inside or (0, len(others))
    own, strange = np.zeros(len(others) + 1), np.zeros(len(others) + 1)
    for i, j, p in links:
        (own if run[0] <= i < run[1] else strange)[j + 1] += p
    own, strange = np.cumsum(own), np.cumsum(strange)
    length = run[1] - run[0]
    longest = 2 * length + 3
    total = own[high] - own[low]
    content = [facts(word).content for word in others]
    first_free = not facts(words[run[0]]).content
    last_free = not facts(words[run[1] - 1]).content
    found = []
    for a in range(low, high):
        if not (content[a] or first_free):
            continue
        for b in range(a + 1, min(high, a + longest) + 1):
            if not (content[b - 1] or last_free):
                continue
            mass, rest = own[b] - own[a], strange[b] - strange[a]
            fit = 2 * mass / (mass + rest + total) if mass > 0 else 0.0
            found.append(Window(a, b, float(fit)))
    found.sort(key=lambda w: (-round(w.fit, 9), abs(w.end - w.first - length), w.first))
    return found[:limit]


def stretch_of(target: Document, window: Window) -> Offsets:
    """The character stretch of a window."""
    tokens = target.tokens or []
    return tokens[window.first][0], tokens[window.end - 1][1]
