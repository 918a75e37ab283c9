"""Aligning sentence pairs with a trained model: posteriors of both directions into soft links.

A pair is looked up, not trained on, so any sentence can be aligned; the result of a pair depends
on nothing but the model and the pair. A link's probability is the geometric mean of the two
directions' posteriors, and a word takes the best of its sub-tokens' links.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from projector.alignment.hmm_kernels import FLOOR, both_ways
from projector.alignment.hmm_table import Corpus, Floats, Ints, Longs
from projector.alignment.hmm_train import Parameters
from projector.alignment.parts import in_parts


@njit(cache=True, nogil=True)
def find(start: Any, column: Any, s: int, t: int) -> int:
    """The entry of a pair of words, or -1."""
    low, high = start[s], start[s + 1]
    while low < high:
        middle = (low + high) // 2
        if column[middle] < t:
            low = middle + 1
        else:
            high = middle
    if low < start[s + 1] and column[low] == t:
        return low
    return -1


@njit(cache=True, nogil=True)
def _soft(
    source: Any,
    source_at: Any,
    target: Any,
    target_at: Any,
    cell_at: Any,
    start: Any,
    column: Any,
    p: Any,
    null_t: Any,
    null_s: Any,
    jump: Any,
    null: float,
    tune: Any,
    same: Any,
    part: int,
    parts: int,
    out: Any,
) -> None:  # pragma: no cover
    """Links' probabilities of all cells of all pairs into ``out[:, 0]`` (geometric mean), with
    the two directions' own beside it."""
    for k in range(part, len(source_at) - 1, parts):
        s = source[source_at[k] : source_at[k + 1]]
        t = target[target_at[k] : target_at[k + 1]]
        n, m = len(s), len(t)
        if n == 0 or m == 0:
            continue
        ahead = np.empty((n + 1, m), np.float32)
        back = np.empty((m + 1, n), np.float32)
        for i in range(n):
            for j in range(m):
                x = np.int64(-1)
                if s[i] >= 0 and t[j] >= 0:
                    x = find(start, column, s[i], t[j])
                u = same[cell_at[k] + i * m + j]
                a = max(p[x, 0], u) if x >= 0 else max(FLOOR, u)
                b = max(p[x, 1], u) if x >= 0 else max(FLOOR, u)
                if tune[1] > 0 and s[i] >= 0 and t[j] >= 0:
                    uu = a
                    lift = null_t[t[j]] / null_s[s[i]]
                    a = uu ** (1 - tune[1]) * (b * lift) ** tune[1]
                    b = b ** (1 - tune[1]) * (uu / lift) ** tune[1]
                if tune[0] > 0:
                    w = np.exp(-tune[0] * abs((i + 0.5) / n - (j + 0.5) / m))
                    a *= w
                    b *= w
                ahead[i, j] = a
                back[j, i] = b
        for j in range(m):
            ahead[n, j] = null_t[t[j]] if t[j] >= 0 else FLOOR
        for i in range(n):
            back[m, i] = null_s[s[i]] if s[i] >= 0 else FLOOR
        nowhere = np.zeros((2, jump.shape[1]))
        forth, reverse = both_ways(ahead, back, n, m, jump, null, True, nowhere)
        base = cell_at[k]
        for i in range(n):
            for j in range(m):
                out[base + i * m + j, 0] = forth[i, j]
                out[base + i * m + j, 1] = reverse[j, i]


@njit(cache=True, nogil=True)
def _to_words(
    out: Any,
    cell_at: Any,
    owner_s: Any,
    source_at: Any,
    owner_t: Any,
    target_at: Any,
    word_at: Any,
    words_t: Any,
    soft: Any,
) -> None:
    """The best of the sub-tokens' links for each pair of words: ``soft`` at ``word_at[k]``."""
    for k in range(len(cell_at) - 1):
        m = target_at[k + 1] - target_at[k]
        for i in range(source_at[k + 1] - source_at[k]):
            row = word_at[k] + np.int64(owner_s[source_at[k] + i]) * words_t[k]
            for j in range(m):
                x = cell_at[k] + i * m + j
                v = np.sqrt(out[x, 0] * out[x, 1])
                y = row + owner_t[target_at[k] + j]
                if v > soft[y]:
                    soft[y] = v


def posteriors(
    model: Parameters, corpus: Corpus, same: Floats | None = None, threads: int = 2
) -> Floats:
    """Both directions' posteriors of every cell, shape (cells, 2).

    Args:
        corpus: word numbers, -1 for a word that the model does not know.
        same: a least emission probability for each cell (identical unknown words), or None.
    """
    size = int(corpus.cell_at[-1])
    out = np.zeros((size, 2), np.float32)
    least = np.zeros(size, np.float32) if same is None else same
    in_parts(
        threads * 4,
        threads,
        lambda part: _soft(
            corpus.source,
            corpus.source_at,
            corpus.target,
            corpus.target_at,
            corpus.cell_at,
            model.table.start,
            model.table.column,
            model.p,
            model.null_t,
            model.null_s,
            model.jump,
            model.null,
            model.tune,
            least,
            part,
            threads * 4,
            out,
        ),
    )
    return out


def word_matrices(
    post: Floats, corpus: Corpus, owner_s: Ints, owner_t: Ints, sizes: list[tuple[int, int]]
) -> list[Floats]:
    """One matrix of link probabilities for each pair, words by words."""
    areas = np.array([a * b for a, b in sizes], np.int64)
    word_at: Longs = np.concatenate([np.zeros(1, np.int64), np.cumsum(areas)])
    soft = np.zeros(int(word_at[-1]), np.float32)
    _to_words(
        post,
        corpus.cell_at,
        owner_s,
        corpus.source_at,
        owner_t,
        corpus.target_at,
        word_at,
        np.array([b for _, b in sizes], np.int64),
        soft,
    )
    return [soft[word_at[k] : word_at[k + 1]].reshape(size) for k, size in enumerate(sizes)]
