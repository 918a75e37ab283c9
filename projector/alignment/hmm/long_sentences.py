"""Long texts in pieces: paragraphs, documents, lists, whatever has no known sentence pairs.

The hidden Markov model costs the square of a text's length, and knows nothing of long ones: each
word has hundreds to be linked to. So there are two passes. In the first a text of hundreds of
words is cut on the source side into stretches; each is aligned, with some words around it, against
the stretch of the target at the same relative place, taken much wider (`pieces`). In the second,
texts from `CUT_FROM` words on are cut where hardly a link of the first crosses, mostly where
sentences end (`pieces_between_cuts`), and learnt from and aligned so. The cuts come from the links
alone (as in Fung and McKeown 1994, "Aligning Noisy Parallel Corpora Across Language Groups"), so
that they need no sentence marks and no equal number of sentences.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from projector.alignment.base import TokenPair
from projector.alignment.hmm.table import Floats, Longs
from projector.records import Link

LIMIT = 300  # words; a pair with a longer side is cut
STRETCH = 120  # source words that a piece answers for
AROUND = 30  # source words of context on either side
SLACK = 90  # target words on either side of the proportional place
CUT_FROM = 80  # words of a side from which a pair is aligned again, cut where few links cross
ROUGH = 60  # words of a side of the pieces that are learnt from first
SHORTEST = 8  # words of a side of a piece that is cut off so
MOST_CROSSING = 0.5  # summed link probability that may cross a cut
SURE_LINK = 0.5  # link probability from which a link says where the text around it went
LONG_SHARE = 0.1  # of a corpus's words in long pairs, from which these are learnt from in pieces
MOST_KEPT = 1_000_000  # words of long pairs that are set aside
WINDOW = 15  # such links, of whose targets the median is taken
FARTHEST = 25  # target words from that median; links beyond are taken for wrong
CELLS = 1 << 22  # of source by target words that are looked at together
MOST_CELLS = 1 << 29  # of a text in which cuts are looked for: some 20,000 words a side


def rough_pieces(pair: TokenPair) -> Iterator[TokenPair]:
    """Stretches of a long pair's source, each with the target at the same relative place and some
    words around it: what is learnt from before anything is known."""
    n, m = len(pair.source), len(pair.target)
    count = max(1, -(-max(n, m) // ROUGH))
    for k in range(count if n and m else 0):
        a, b = k * n // count, (k + 1) * n // count
        c, d = max(0, k * m // count - ROUGH // 2), min(m, (k + 1) * m // count + ROUGH // 2)
        if a < b:
            yield TokenPair(pair.source[a:b], pair.target[c:d])


class LongPairs:
    """The long pairs of a corpus, set aside as it is read."""

    def __init__(self) -> None:
        self.kept: list[TokenPair] = []
        self._words = 0  # of all pairs, on the longer side
        self._long = 0  # of long ones

    @property
    def matter(self) -> bool:
        """Whether they are enough of the corpus to be learnt from."""
        return self._long > LONG_SHARE * self._words

    def set_aside(self, pairs: Iterable[TokenPair]) -> Iterator[TokenPair]:
        """The other pairs; from `MOST_KEPT` words on, long ones too."""
        for pair in pairs:
            words = max(len(pair.source), len(pair.target))
            self._words += words
            if words <= CUT_FROM or self._long > MOST_KEPT:
                yield pair
            else:
                self._long += words
                self.kept.append(pair)


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


def aligned_in_pieces(
    pairs: Sequence[TokenPair], links_of: Callable[[Sequence[Piece]], Iterable[list[Link]]]
) -> list[list[Link]]:
    """The links of each pair, in order: of long ones piece by piece, and again cut where the links
    of the first pass let them be.

    Args:
        links_of: from pieces to the links of each.
    """
    answers: list[list[Link]] = [[] for _ in pairs]
    first = [part for n, pair in enumerate(pairs) for part in pieces(n, pair)]
    add_links(answers, first, links_of(first))
    again = [
        part for n, pair in enumerate(pairs) for part in pieces_between_cuts(n, pair, answers[n])
    ]
    for part in again:
        answers[part.number] = []
    add_links(answers, again, links_of(again))
    return [sorted(links) for links in answers]


def add_links(
    answers: list[list[Link]], parts: Sequence[Piece], found: Iterable[list[Link]]
) -> None:
    """Add the links of parts to those of their pairs."""
    for part, links in zip(parts, found, strict=True):
        answers[part.number].extend(part.placed(links) if part.cut else links)


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


def pieces_between_cuts(number: int, pair: TokenPair, links: Sequence[Link]) -> list[Piece]:
    """The pieces of a long pair that is cut where hardly a link of a first pass crosses, mostly
    where its sentences end; empty if there is no such place.

    A word that stands in many sentences of a long text ("the", a comma) is easily linked to another
    one's; within a piece it cannot be.
    """
    n, m = len(pair.source), len(pair.target)
    if max(n, m) <= CUT_FROM or n * m > MOST_CELLS:
        return []
    cuts = [(0, 0), *_cuts(n, m, links), (n, m)]
    if len(cuts) == 2:
        return []
    return [
        Piece(number, TokenPair(pair.source[a:b], pair.target[c:d]), a, c, a, b)
        for (a, c), (b, d) in itertools.pairwise(cuts)
    ]


def _cuts(n: int, m: int, links: Sequence[Link]) -> list[tuple[int, int]]:
    """Places (i, j), rising on both sides, that cut the words before i and j from the others."""
    least, best = _least_crossing(n, m, links)
    found: list[tuple[int, int]] = []
    i = j = 0
    for at in range(SHORTEST, n - SHORTEST + 1):
        to = int(best[at])
        if least[at] > MOST_CROSSING or least[at] > least[max(0, at - 2) : at + 3].min():
            continue
        if at - i >= SHORTEST and to - j >= SHORTEST and m - to >= SHORTEST:
            found.append((at, to))
            i, j = at, to
    return found


def _least_crossing(n: int, m: int, links: Sequence[Link]) -> tuple[Floats, Longs]:
    """By place in the source: the least link mass that a cut there crosses, and the first place in
    the target where it does. Some rows at a time, for a document has millions of cells."""
    near = sorted(_near_the_path(n, links))
    columns = np.zeros(m + 1, np.float32)
    for _, j, p in near:
        columns[j + 1] += p
    left = columns.cumsum()  # mass of the links of the words before j
    least, best = np.empty(n + 1, np.float32), np.empty(n + 1, np.int64)
    above = np.zeros(m + 1, np.float32)  # by target word: mass of its links to the rows before
    step = max(1, CELLS // (m + 1))
    at = 0
    for start in range(0, n + 1, step):
        end = min(n + 1, start + step)
        both = np.zeros((end - start, m + 1), np.float32)
        while at < len(near) and near[at][0] + 1 < end:
            i, j, p = near[at]
            both[i + 1 - start, j + 1] += p
            at += 1
        both[0] += above
        both = both.cumsum(0)
        above = both[-1]
        both = both.cumsum(1)  # mass of the links of which both words are before i and j
        # Links of words before i to words from j on, and the other way round.
        crossing = both[:, -1:] + left - 2 * both
        best[start:end] = crossing.argmin(1)
        least[start:end] = crossing.min(1)
    return least, best


def _near_the_path(n: int, links: Sequence[Link]) -> list[Link]:
    """The links that are not far from where those around them lead: the running median."""
    sure = sorted((i, j) for i, j, p in links if p >= SURE_LINK)
    if not sure:
        return []
    places, targets = np.array(sure, np.float64).T
    half = WINDOW // 2
    padded = np.pad(targets, half, mode="edge")
    medians = np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1), 1)
    path = np.interp(np.arange(n), places, medians)
    return [(i, j, p) for i, j, p in links if abs(j - path[i]) <= FARTHEST]
