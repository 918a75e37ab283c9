"""Very long sentences in pieces, so that time and memory of the aligner stay in bounds.

The hidden Markov model costs the square of a sentence's length. A sentence of hundreds of words
(a list, a table, text without full stops) is cut on the source side into stretches; each is
aligned, with some words around it, against the stretch of the target at the same relative place,
taken much wider. Links are kept for the stretch's own words.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from projector.alignment.base import TokenPair
from projector.records import Link

LIMIT = 300  # words; a pair with a longer side is cut
STRETCH = 120  # source words that a piece answers for
AROUND = 30  # source words of context on either side
SLACK = 90  # target words on either side of the proportional place


class Piece(NamedTuple):
    """A part of pair ``number``: its words, and which of its links count."""

    number: int
    pair: TokenPair
    source_first: int
    target_first: int
    keep_from: int
    keep_to: int

    @property
    def cut(self) -> bool:
        """Whether it is less than the whole pair."""
        return self.keep_to - self.keep_from < len(self.pair.source) or self.target_first > 0

    def placed(self, links: list[Link]) -> list[Link]:
        """The piece's links as links of the whole pair."""
        return [
            (i + self.source_first, j + self.target_first, p)
            for i, j, p in links
            if self.keep_from <= i + self.source_first < self.keep_to
        ]


def pieces(number: int, pair: TokenPair) -> Iterator[Piece]:
    """The pieces of a pair: the pair itself unless a side is longer than `LIMIT`."""
    n, m = len(pair.source), len(pair.target)
    if not n or not m:
        return
    if max(n, m) <= LIMIT:
        yield Piece(number, pair, 0, 0, 0, n)
        return
    # A short source against a long target is cut finer, so that no piece's target is long.
    step = max(1, min(STRETCH, n * STRETCH // m))
    for start in range(0, n, step):
        end = min(n, start + step)
        a, b = max(0, start - AROUND), min(n, end + AROUND)
        c = max(0, a * m // n - SLACK)
        d = min(m, -(-b * m // n) + SLACK)
        words = TokenPair(pair.source[a:b], pair.target[c:d])
        yield Piece(number, words, a, c, start, end)
