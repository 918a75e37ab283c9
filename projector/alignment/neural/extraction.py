"""From a similarity matrix to links: the matching rules of SimAlign and awesome-align.

Comes after `encoder` (vectors) and before the aligners' lists of links. Every function is plain
NumPy on one ``(m, n)`` matrix of source by target units, which are sub-words or words.

Rules: forward and backward argmax, their intersection, its iterated form and maximum-weight
matching (Jalili Sabet et al. 2020, "SimAlign"); thresholds on the softmax in both directions
(Dou & Neubig 2021, "awesome-align").
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from projector.one_to_one import largest_matching
from projector.records import Link

Matrix = NDArray[Any]

HALF_FREE = 0.9  # in later rounds, the weight of a pair of which one unit has a link already
FEW = 2  # with so few units on a side, the later rounds of itermax are skipped


def cosine(source: Matrix, target: Matrix) -> Matrix:
    """Cosine of every source vector with every target vector, moved from [-1, 1] to [0, 1]."""
    return (unit_rows(source) @ unit_rows(target).T + 1.0) / 2.0


def unit_rows(vectors: Matrix) -> Matrix:
    """Rows scaled to length one; a row of zeros stays as it is."""
    norms = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    norms[norms == 0.0] = 1.0
    scaled: Matrix = vectors / norms[:, None]
    return scaled


def distorted(similarity: Matrix, ratio: float) -> Matrix:
    """Lower the similarity of units that stand at different relative places.

    The factor is ``1 - ratio * (i / (m - 1) - j / (n - 1)) ** 2``; sides of one unit stay as
    they are.
    """
    m, n = similarity.shape
    if ratio == 0.0 or m < 2 or n < 2:
        return similarity
    apart = (np.arange(m) / float(m - 1))[:, None] - (np.arange(n) / float(n - 1))[None, :]
    return similarity * (1.0 - apart**2 * ratio)


def outside(shape: tuple[int, ...], width: float) -> Matrix:
    """Which pairs stand more than ``width`` units from the diagonal."""
    m, n = shape
    longest = max(m, n)
    apart = np.arange(m)[:, None] * (longest / m) - np.arange(n)[None, :] * (longest / n)
    return np.abs(apart) > width


def banded(similarity: Matrix, width: float) -> Matrix:
    """Zero outside a band around the diagonal (for texts that were cut in windows)."""
    return np.where(outside(similarity.shape, width), 0.0, similarity)


def forward(similarity: Matrix) -> Matrix:
    """For every source unit its best target unit."""
    links = np.zeros(similarity.shape, bool)
    links[np.arange(len(similarity)), similarity.argmax(1)] = True
    return links


def backward(similarity: Matrix) -> Matrix:
    """For every target unit its best source unit."""
    links = np.zeros(similarity.shape, bool)
    links[similarity.argmax(0), np.arange(similarity.shape[1])] = True
    return links


def mutual(similarity: Matrix) -> Matrix:
    """Pairs that are each other's best."""
    return forward(similarity) & backward(similarity)


def iterated(similarity: Matrix, rounds: int = 2) -> Matrix:
    """Mutual argmax, then again among the pairs of which at least one unit is still free.

    Pairs with one free unit count 0.9 of their similarity; it ends when a side has no free unit
    or nothing new is found.
    """
    links: Matrix = mutual(similarity)
    if min(similarity.shape) <= FEW:
        return links
    for _ in range(rounds - 1):
        free_rows, free_columns = ~np.any(links, axis=1), ~np.any(links, axis=0)
        if not (free_rows.any() and free_columns.any()):
            break
        both = free_rows[:, None] & free_columns[None, :]
        either = free_rows[:, None] | free_columns[None, :]
        weights = np.where(both, 1.0, np.where(either, HALF_FREE, 0.0))
        new = mutual(similarity * weights) & either
        if not (new & ~links).any():
            break
        links |= new
    return links


def matching(similarity: Matrix) -> Matrix:
    """The one-to-one matching of largest total similarity (as many pairs as the shorter side)."""
    links = np.zeros(similarity.shape, bool)
    rows, columns = largest_matching(similarity)
    links[rows, columns] = True
    return links & (similarity > 0.0)


METHODS = {
    "fwd": forward,
    "rev": backward,
    "inter": mutual,
    "itermax": iterated,
    "mwmf": matching,
}
ALIASES = {"argmax": "inter", "match": "mwmf"}


def softmax(scores: Matrix, axis: int) -> Matrix:
    """Softmax along an axis."""
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    shares: Matrix = powers / powers.sum(axis=axis, keepdims=True)
    return shares


def entmax15(scores: Matrix, axis: int) -> Matrix:
    """The 1.5-entmax along an axis: like softmax, but weak scores get exactly zero.

    Peters, Niculae & Martins 2019: ``max(0, s / 2 - t) ** 2`` with the threshold ``t`` that makes
    the sum one; found exactly from the sorted scores.
    """
    halves = np.moveaxis(scores - scores.max(axis=axis, keepdims=True), axis, -1) / 2.0
    ordered = -np.sort(-halves, axis=-1)
    sizes = np.arange(1, ordered.shape[-1] + 1)
    mean = np.cumsum(ordered, axis=-1) / sizes
    spread = np.cumsum(ordered**2, axis=-1) - sizes * mean**2
    thresholds = mean - np.sqrt(np.maximum((1.0 - spread) / sizes, 0.0))
    support = (thresholds <= ordered).sum(axis=-1, keepdims=True)
    chosen = np.take_along_axis(thresholds, support - 1, axis=-1)
    return np.moveaxis(np.maximum(halves - chosen, 0.0) ** 2, -1, axis)


SHARES = {"softmax": softmax, "entmax15": entmax15}


def two_way(scores: Matrix, kind: str = "softmax") -> tuple[Matrix, Matrix]:
    """Shares of the target units for each source unit, and of the source for each target unit."""
    share = SHARES[kind]
    return share(scores, 1), share(scores, 0)


def harmonic(one: Matrix, other: Matrix) -> Matrix:
    """Harmonic mean; zero where both are zero."""
    mean: Matrix = 2.0 * one * other / np.maximum(one + other, np.finfo(np.float32).tiny)
    return mean


def mean_by_word(vectors: Matrix, words: NDArray[np.int64]) -> tuple[Matrix, NDArray[np.int64]]:
    """Mean of each word's sub-word vectors, and which words these are.

    Args:
        vectors: ``(pieces, dimensions)``.
        words: the word of each piece, ascending; a word may have no piece.
    """
    starts = word_starts(words)
    sizes = np.diff(np.append(starts, len(words)))
    return np.add.reduceat(vectors, starts, axis=0) / sizes[:, None], words[starts]


def word_starts(words: NDArray[np.int64]) -> NDArray[np.intp]:
    """Where in ``words`` a new word begins."""
    return np.flatnonzero(np.diff(words, prepend=-1))


def best_by_word(scores: Matrix, source: NDArray[np.int64], target: NDArray[np.int64]) -> Matrix:
    """The largest score among the sub-word pairs of each word pair (words without pieces out)."""
    rows = np.maximum.reduceat(scores, word_starts(source), axis=0)
    return np.maximum.reduceat(rows, word_starts(target), axis=1)


LEAST = 0.0001  # probabilities are given with four digits and are never 0


def link_list(
    linked: Matrix,
    chance: Matrix,
    source: Matrix,
    target: Matrix,
    least: float = 0.0,
) -> list[Link]:
    """Links in order, from a matrix of yes and no and one of probabilities.

    Args:
        linked, chance: ``(m, n)``.
        source, target: which words the rows and the columns are.
        least: links of a smaller probability are left out.
    """
    rows, columns = np.nonzero(linked)
    found = np.clip(np.round(chance[rows, columns].astype(float), 4), LEAST, 1.0)
    return [
        (int(source[i]), int(target[j]), float(p))
        for i, j, p in zip(rows, columns, found, strict=True)
        if p >= least
    ]
