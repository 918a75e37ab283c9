"""The M step of the statistical aligner: from expected counts to lexical probabilities.

Variational Bayes with a sparse Dirichlet prior: p = exp(psi(count + prior)) / exp(psi(total))
(Beal 2003; for alignment Riley & Gildea 2012). The prior of a pair of words is a small constant,
plus what outside evidence gives (dictionaries, similar strings, an earlier corpus), plus a share
of what its pair of stems has: forms of one word back off to their common statistics, as in the
hierarchical Dirichlet model of MacKay & Peto (1995).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from projector.alignment.hmm.table import Doubles, Floats, Ints, Longs, Table
from projector.alignment.hmm.threads import in_parts
from projector.compiled import compiled

PARTS = 8  # of a table's rows; a fixed number, so that sums never depend on the threads
SMALLEST = np.float32(1e-9)


def _tabulated(x: float) -> float:
    """exp(psi(x)) for a small x: psi(x) = psi(x + 5) - 1/x - ... - 1/(x + 4)."""
    if x < 0.035:
        return 0.0
    y = x + 5
    # psi(y) ~ ln y - 1/2y - 1/12y^2 + 1/120y^4 - 1/252y^6
    rest = -1 / (2 * y) - 1 / (12 * y**2) + 1 / (120 * y**4) - 1 / (252 * y**6)
    return y * math.exp(rest - sum(1 / (x + k) for k in range(5)))


FINE = 1024  # entries of the table between one number and the next
SMALL = np.array([_tabulated(k / FINE) for k in range(2 * FINE + 2)])


@compiled
def exp_digamma(x: float) -> float:
    """exp(psi(x)), within a thousandth from 0.1 on; below 0.035 it is as good as zero."""
    if x < 2:
        at = x * FINE
        k = int(at)
        between: float = SMALL[k] + (at - k) * (SMALL[k + 1] - SMALL[k])
        return between
    y = x - 0.5
    return y + 1 / (24 * y) - 37 / (5760 * y * y * y)


class Observed(NamedTuple):
    """What the probabilities of one level follow from.

    Attributes:
        counts: expected counts of each entry, evidence included.
        alpha: added to each.
        parent, above: the entry of the pair of stems and the probabilities there.
        kappa: how many observations the stems' distribution is worth (0: no back-off).
        share_s, share_t: a word's part in its stem's occurrences.
    """

    table: Table
    counts: Floats
    alpha: float
    parent: Ints
    above: Floats
    kappa: float
    share_s: Floats
    share_t: Floats


@compiled
def add_columns(
    observed: Observed, low: int, high: int, across: Doubles
) -> None:  # pragma: no cover
    """Add the rows ``low`` to ``high`` to what each target word is normalised by."""
    start, column = observed.table.start, observed.table.column
    count, alpha, kappa = observed.counts, observed.alpha, observed.kappa
    parent, above, share_s = observed.parent, observed.above, observed.share_s
    for s in range(low, high):
        for x in range(start[s], start[s + 1]):
            base = count[x] + alpha
            if kappa > 0:
                base += kappa * above[parent[x], 1] * share_s[s]
            across[column[x]] += base


@compiled
def update(
    observed: Observed, away_s: Floats, scale_t: Doubles, low: int, high: int, p: Floats
) -> None:  # pragma: no cover
    """Probabilities of the rows ``low`` to ``high``: p(t | s) in ``p[x, 0]``, p(s | t) in
    ``p[x, 1]``.

    Args:
        away_s: counts of a word with words that the table does not have (from a lexicon).
        scale_t: one over what each target word is normalised by.
    """
    start, column = observed.table.start, observed.table.column
    count, alpha, kappa = observed.counts, observed.alpha, observed.kappa
    parent, above = observed.parent, observed.above
    share_s, share_t = observed.share_s, observed.share_t
    for s in range(low, high):
        total: float = np.float64(away_s[s])
        for x in range(start[s], start[s + 1]):
            total += count[x] + alpha
            if kappa > 0:
                total += kappa * above[parent[x], 0] * share_t[column[x]]
        total = 1.0 / exp_digamma(max(total, 0.05))
        for x in range(start[s], start[s + 1]):
            base = count[x] + alpha
            t = column[x]
            if kappa > 0:
                v = exp_digamma(base + kappa * above[parent[x], 0] * share_t[t])
                w = exp_digamma(base + kappa * above[parent[x], 1] * share_s[s])
            else:
                v = exp_digamma(base)
                w = v
            p[x, 0] = max(np.float32(v * total), SMALLEST)
            p[x, 1] = max(np.float32(w * scale_t[t]), SMALLEST)


@compiled
def _inverse(across: Doubles) -> None:
    for t in range(len(across)):
        across[t] = 1.0 / exp_digamma(max(across[t], 0.05))


@compiled
def update_null(count: Floats, alpha: float, p: Floats) -> None:
    """Probability of each word under the null word."""
    total = 0.0
    for w in range(len(count)):
        total += count[w] + alpha
    total = 1.0 / exp_digamma(max(total, 0.05))
    for w in range(len(count)):
        p[w] = max(np.float32(exp_digamma(count[w] + alpha) * total), SMALLEST)


@dataclass
class Backoff:
    """The table of stem pairs: ``parent[x]`` is the stem entry of word entry x."""

    table: Table
    parent: Ints
    class_s: Ints
    class_t: Ints
    share_s: Floats
    share_t: Floats
    p: Floats


@compiled
def _group(
    words: Table, stem_s: Ints, stem_t: Ints, members: Ints, first: Longs, stems_t: int
) -> tuple[Longs, Ints, Ints]:
    """Stem rows out of word rows: each stem's words one after another."""
    start, column = words.start, words.column
    parent = np.empty(len(column), np.int32)
    slot = np.full(stems_t, -1, np.int64)
    out = np.zeros(len(first), np.int64)
    target = np.empty(len(column), np.int32)
    at = 0
    for stem in range(len(first) - 1):
        base = at
        for m in range(first[stem], first[stem + 1]):
            s = members[m]
            for x in range(start[s], start[s + 1]):
                t = stem_t[column[x]]
                if slot[t] < base:
                    slot[t] = at
                    target[at] = t
                    at += 1
                parent[x] = slot[t]
        out[stem + 1] = at
    return out, target[:at].copy(), parent


@compiled
def add_up(count: Floats, parent: Ints, size: int) -> Floats:
    """Counts of stem pairs: the sum over their words' pairs."""
    out = np.zeros(size, np.float32)
    for x in range(len(count)):
        out[parent[x]] += count[x]
    return out


def maximise(
    table: Table,
    count: Floats,
    levels: Sequence[Backoff],
    alpha: float,
    kappa: Sequence[float],
    away: tuple[Floats, Floats],
    p: Floats,
    threads: int,
) -> None:
    """New probabilities of all levels, from the coarsest classes down to ``p``, the units' own."""
    counts, outside = [count], [away]
    for level in levels:
        counts.append(add_up(counts[-1], level.parent, len(level.table.column)))
        below = outside[-1]
        outside.append(
            (
                np.bincount(level.class_s, below[0]).astype(np.float32),
                np.bincount(level.class_t, below[1]).astype(np.float32),
            )
        )
    for n in range(len(levels), -1, -1):
        here = levels[n - 1].table if n else table
        into = levels[n - 1].p if n else p
        if n == len(levels):
            observed = Observed(
                here,
                counts[n],
                alpha,
                np.zeros(1, np.int32),
                np.zeros((1, 2), np.float32),
                0.0,
                np.zeros(len(here.start) - 1, np.float32),
                np.zeros(len(outside[n][1]), np.float32),
            )
        else:
            up = levels[n]
            observed = Observed(
                here, counts[n], alpha, up.parent, up.p, kappa[n], up.share_s, up.share_t
            )
        rows = here.parts(PARTS)
        sums = np.zeros((PARTS, len(observed.share_t)))

        def add(part: int) -> None:
            add_columns(observed, rows[part], rows[part + 1], sums[part])  # noqa: B023

        in_parts(PARTS, threads, add)
        across = outside[n][1] + sums.sum(0)
        _inverse(across)

        def divide(part: int) -> None:
            update(observed, outside[n][0], across, rows[part], rows[part + 1], into)  # noqa: B023

        in_parts(PARTS, threads, divide)


def backoff_of(
    table: Table, stem_s: Ints, stem_t: Ints, frequency_s: Longs, frequency_t: Longs
) -> Backoff:
    """The table of stem pairs of a table of word pairs."""
    stems_s, stems_t = int(stem_s.max()) + 1, int(stem_t.max()) + 1
    members = np.argsort(stem_s, kind="stable").astype(np.int32)
    first = np.searchsorted(stem_s[members], np.arange(stems_s + 1)).astype(np.int64)
    start, column, parent = _group(table, stem_s, stem_t, members, first, stems_t)

    def share(stem: Ints, frequency: Longs, stems: int) -> Floats:
        whole = np.bincount(stem, weights=frequency, minlength=stems)
        return (frequency / np.maximum(whole[stem], 1)).astype(np.float32)

    return Backoff(
        Table(start, column),
        parent,
        stem_s,
        stem_t,
        share(stem_s, frequency_s, stems_s),
        share(stem_t, frequency_t, stems_t),
        np.empty((len(column), 2), np.float32),
    )
