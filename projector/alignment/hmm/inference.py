"""Aligning sentence pairs with a trained model: posteriors of both directions into soft links.

A pair is looked up, not trained on, so any sentence can be aligned; the result of a pair depends
on nothing but the model and the pair. A link's probability is midway between the geometric and
the arithmetic mean of the two directions' posteriors (the first asks both to agree, the second
lets one speak for a word that the other leaves to nothing), and a word takes the best of its
sub-tokens' links.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from projector.alignment.hmm.kernels import FLOOR, Probabilities, bidirectional_posteriors
from projector.alignment.hmm.table import Corpus, Floats, Ints, Longs, Table, bounds
from projector.alignment.hmm.training import Parameters
from projector.compiled import compiled
from projector.compressed_rows import find
from projector.records import Link

SHORT_ROW = 16  # entries of a source word for each word of the target sentence


class Matrices(NamedTuple):
    """Link probabilities of several pairs, words by words, one matrix after another in ``soft``:
    pair k's begins at ``at[k]`` and has ``columns[k]`` columns."""

    at: Longs
    columns: Longs
    soft: Floats

    @classmethod
    def of(cls, sizes: Sequence[tuple[int, int]]) -> Matrices:
        """Zeros for pairs of so many source and target words."""
        shape = np.array(sizes, np.int64).reshape(-1, 2)
        at = bounds(shape[:, 0] * shape[:, 1])
        return cls(at, shape[:, 1], np.zeros(int(at[-1]), np.float32))

    def links(self, least: float) -> Iterator[list[Link]]:
        """Each pair's links of at least that probability, in order."""
        near = np.flatnonzero(self.soft >= least - 1e-3)
        p = np.minimum(self.soft[near], 1.0).astype(float).round(4)
        near, p = near[p >= least], p[p >= least]
        bounds = np.searchsorted(near, self.at)
        pair = np.repeat(np.arange(len(self.columns)), np.diff(bounds))
        i, j = np.divmod(near - self.at[pair], self.columns[pair])
        found = list(zip(i.tolist(), j.tolist(), p.tolist(), strict=True))
        for a, b in pairwise(bounds.tolist()):
            yield found[a:b]


@compiled
def _links(
    corpus: Corpus,
    table: Table,
    model: Probabilities,
    least: Floats,
    owners: tuple[Ints, Ints],
    shape: Matrices,
    soft: Floats,
) -> None:  # pragma: no cover
    """Link probabilities of words into ``soft``, which is laid out as ``shape``."""
    source, source_at, target, target_at, cell_at = corpus
    start, column = table.start, table.column
    p, null_t, null_s = model.p, model.null_t, model.null_s
    steps, row_s, row_t = (model.step_s, model.step_t), model.row_s, model.row_t
    owner_s, owner_t = owners
    longest = 0
    for k in range(len(target_at) - 1):
        longest = max(longest, target_at[k + 1] - target_at[k])
    place = np.full(len(null_t), -1, np.int32)  # of a word in the target sentence, the last one
    same = np.empty(longest, np.int32)  # the place before where the same word stands
    for k in range(len(source_at) - 1):
        s = source[source_at[k] : source_at[k + 1]]
        t = target[target_at[k] : target_at[k + 1]]
        n, m = len(s), len(t)
        if n == 0 or m == 0:
            continue
        ahead = np.empty((m, n + 1), np.float32)
        back = np.empty((n, m + 1), np.float32)
        cell = cell_at[k]
        for i in range(n):
            for j in range(m):
                floor = max(FLOOR, least[cell + i * m + j]) if len(least) else FLOOR
                ahead[j, i] = floor
                back[i, j] = floor
        for j in range(m):
            if t[j] >= 0:
                same[j] = place[t[j]]
                place[t[j]] = j
        for i in range(n):
            if s[i] < 0:
                continue
            first, end = start[s[i]], start[s[i] + 1]
            if end - first <= SHORT_ROW * m:  # read the row, rather than look each word up in it
                for x in range(first, end):
                    j = place[column[x]]
                    while j >= 0:
                        ahead[j, i] = max(ahead[j, i], p[x, 0])
                        back[i, j] = max(back[i, j], p[x, 1])
                        j = same[j]
                continue
            for j in range(m):
                x = find(table.start, table.column, s[i], t[j]) if t[j] >= 0 else -1
                if x >= 0:
                    ahead[j, i] = max(ahead[j, i], p[x, 0])
                    back[i, j] = max(back[i, j], p[x, 1])
        for j in range(m):
            if t[j] >= 0:
                place[t[j]] = -1
        for j in range(m):
            ahead[j, n] = null_t[t[j]] if t[j] >= 0 else FLOOR
        for i in range(n):
            back[i, m] = null_s[s[i]] if s[i] >= 0 else FLOOR
        rows = (np.zeros(n, np.int32), np.zeros(m, np.int32))
        for i in range(n):
            if s[i] >= 0:
                rows[0][i] = row_s[s[i]]
        for j in range(m):
            if t[j] >= 0:
                rows[1][j] = row_t[t[j]]
        uncounted = np.empty((0, 0), np.float32)
        forth, reverse = bidirectional_posteriors(
            ahead, back, n, m, steps, rows, model.null, True, (uncounted, uncounted)
        )
        for i in range(n):
            row = shape.at[k] + np.int64(owner_s[source_at[k] + i]) * shape.columns[k]
            for j in range(m):
                f, r = forth[j, i], reverse[i, j]
                v = np.float32(0.5) * np.sqrt(f * r) + np.float32(0.25) * (f + r)
                y = row + owner_t[target_at[k] + j]
                if v > soft[y]:
                    soft[y] = v


def link_matrices(
    model: Parameters,
    corpus: Corpus,
    owners: tuple[Ints, Ints],
    shape: Matrices,
    least: Floats,
) -> Floats:
    """Link probabilities of several pairs, laid out like ``shape.soft``.

    Args:
        corpus: units by number, -1 for one that the model does not know.
        owners: for each unit the word of its sentence that it is part of.
        least: a least emission probability for each cell (unknown words that look alike), or
            empty.
    """
    soft = np.zeros_like(shape.soft)
    _links(corpus, model.table, model.probabilities(), least, owners, shape, soft)
    return soft
