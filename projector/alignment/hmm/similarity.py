"""Word vectors as evidence for the lexical table: how alike two units are, and what that is worth.

A unit's vector is the mean of its forms'. Two units' similarity is their cosine, corrected for
hubs (CSLS, Conneau et al. 2018: words that are near to everything are near to nothing). What a
similarity tells of being a translation differs by language and corpus, so it is learnt: after each
E step, the expected counts say how links and chance pairs spread over similarities, and the
smoothed, monotone log ratio of the two is the worth of a similarity (`SimilarityCurve`). It enters
twice: as a factor on the probability of the pair, and as a sparse prior count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from projector.alignment.hmm.adaptation import adapted
from projector.alignment.hmm.table import Doubles, Floats, Ints, Longs, Table
from projector.alignment.hmm.threads import in_parts
from projector.compiled import compiled_alone
from projector.models.blas import one_blas_thread
from projector.models.vectors.base import unit_rows

Levels = NDArray[np.uint8]

PARTS = 8  # of a table's rows, for threads
DIMENSIONS = 128  # principal components that vectors are cut down to
NEIGHBOURS = 10  # nearest words of the other language, to know a hub by
HUB_SAMPLE = 4000  # words of the other language among which they are looked for
BLOCK = 256  # units whose cosines are held at a time
# Similarities are kept as levels of a byte; level 0: a unit without a vector.
LOWEST, FINE, TOP = -0.7, 0.00625, 225
LEVEL_SIMILARITY = (LOWEST + FINE * (np.arange(TOP + 1) - 1)).astype(np.float64)
BIN_CENTRES = np.arange(-0.65, 0.66, 0.1)  # of the curve
_LEVEL_BIN = np.clip(np.round((LEVEL_SIMILARITY - BIN_CENTRES[0]) / 0.1), 0, 13).astype(np.int64)
# The curve before anything is counted, as measured over gold links of ten languages: its rise is
# much the same everywhere, its lower end is not.
START_SLOPE, START_LOW, START_HIGH = 8.0, -0.2, 0.5
START_MIDDLE, START_WIDTH = 0.25, 0.05  # of the first prior, a logistic curve
PSEUDO_LINKS = 10.0  # what the starting curve is worth, in links
MOST_LINKED = 0.98  # of a bin's cells
LLR_LOW, LLR_HIGH = -3.0, 6.0
EXPONENT = 0.5  # of the likelihood ratio: vectors and counts are not independent
PRIOR = 0.6  # observations that a certain link by its vectors is worth
PRIOR_FROM = 0.02  # probabilities below have no prior count: the prior stays sparse


class SideVectors(NamedTuple):
    """Unit vectors of one side's units, and how near each is to the other side's words at large
    (the mean cosine of its nearest ones)."""

    vectors: Floats
    nearness: Floats


def reduced(source: Floats, target: Floats, dimensions: int = DIMENSIONS) -> tuple[Floats, Floats]:
    """Both vocabularies' vectors in their common principal components."""
    if source.shape[1] <= dimensions:
        return source, target
    with one_blas_thread():
        scatter = source.T @ source + target.T @ target
        _, axes = np.linalg.eigh(scatter.astype(np.float64))
        kept = axes[:, -dimensions:].astype(np.float32)
        return source @ kept, target @ kept


def unit_vectors(forms: Floats, unit_of_form: Ints, units: int) -> Floats:
    """The mean direction of each unit's forms."""
    total = np.zeros((units, forms.shape[1]), np.float32)
    np.add.at(total, unit_of_form, forms)
    return unit_rows(total)


def sides_of(source: Floats, target: Floats, threads: int = 1) -> tuple[SideVectors, SideVectors]:
    """The vectors with each unit's nearness to the other side."""
    return (
        SideVectors(source, _nearness(source, target, threads)),
        SideVectors(target, _nearness(target, source, threads)),
    )


@dataclass(frozen=True)
class Similarity:
    """Vectors of the units of both sides, as evidence for the entries of a table."""

    source: SideVectors
    target: SideVectors
    threads: int = 1

    @classmethod
    def of(cls, source: Floats, target: Floats, threads: int) -> Similarity:
        """That of these unit vectors."""
        return cls(*sides_of(source, target, threads), threads)

    def levels(self, table: Table) -> Levels:
        """The level of similarity of each entry of the table."""
        return levels_of(table, (self.source, self.target), self.threads)

    def adapted(self, table: Table, count: Floats) -> Similarity | None:
        """That by vectors fitted to expected counts; None if nothing speaks for it
        (`adaptation`)."""
        moved = adapted(self.source.vectors, self.target.vectors, table, count)
        return None if moved is None else Similarity.of(moved, self.target.vectors, self.threads)


def _nearness(vectors: Floats, others: Floats, threads: int) -> Floats:
    """The mean cosine of each vector's `NEIGHBOURS` nearest among (a sample of) the others."""
    present = np.flatnonzero(others.any(1))
    if len(present) < 2:
        return np.zeros(len(vectors), np.float32)
    step = max(1, len(present) // HUB_SAMPLE)
    sample = np.ascontiguousarray(others[present[::step]].T)
    many = sample.shape[1]
    wanted = NEIGHBOURS * many / len(present)  # as many as fall into the sample
    k = min(max(1, round(wanted)), many // 2 or 1)
    out = np.zeros(len(vectors), np.float32)
    mine = np.flatnonzero(vectors.any(1))

    def measure(block: int) -> None:
        rows = mine[block * BLOCK : (block + 1) * BLOCK]
        cosines = vectors[rows] @ sample
        out[rows] = np.partition(cosines, many - k, axis=1)[:, -k:].mean(1)

    with one_blas_thread():
        in_parts(-(-len(mine) // BLOCK), threads, measure)
    return out


@compiled_alone
def _fill_levels(
    table: Table,
    source: SideVectors,
    target: SideVectors,
    has_s: NDArray[np.bool_],
    has_t: NDArray[np.bool_],
    low: int,
    high: int,
    out: Levels,
) -> None:  # pragma: no cover
    start, column = table.start, table.column
    near_s, near_t = source.nearness, target.nearness
    for s in range(low, high):
        if not has_s[s]:
            continue
        a = source.vectors[s]
        for x in range(start[s], start[s + 1]):
            t = column[x]
            if not has_t[t]:
                continue
            b = target.vectors[t]
            dot = np.float32(0)
            for d in range(len(a)):
                dot += a[d] * b[d]
            v = (np.float32(2) * dot - near_s[s] - near_t[t] - LOWEST) / FINE
            out[x] = 1 + int(min(max(v + 0.5, 0.0), TOP - 1.0))


def levels_of(table: Table, sides: tuple[SideVectors, SideVectors], threads: int) -> Levels:
    """The level of similarity of each entry of the table."""
    out = np.zeros(len(table.column), np.uint8)
    source, target = sides
    has_s, has_t = np.asarray(source.vectors.any(1)), np.asarray(target.vectors.any(1))
    rows = table.parts(PARTS)

    def fill(part: int) -> None:
        _fill_levels(table, source, target, has_s, has_t, rows[part], rows[part + 1], out)

    in_parts(PARTS, threads, fill)
    return out


@dataclass
class SimilarityCurve:
    """What each level of similarity is worth, and how it is learnt.

    Attributes:
        levels: of each entry of the table.
        factor: on the probability of an entry, by level.
        prior: observations that an entry is worth before any is made, by level.
    """

    levels: Levels
    cells_in_bin: Doubles
    factor: Floats
    prior: Floats

    @classmethod
    def before_training(cls, levels: Levels, cells: Ints) -> SimilarityCurve:
        """The curve to begin with; ``cells`` are the entries of the corpus's cells."""
        start = _start_llr()
        linked = 1 / (1 + np.exp(-(LEVEL_SIMILARITY - START_MIDDLE) / START_WIDTH))
        curve = cls(levels, np.zeros(0), np.ones(0, np.float32), np.zeros(0, np.float32))
        curve.go_on_with(levels, cells)
        curve._set(np.interp(LEVEL_SIMILARITY, BIN_CENTRES, start), linked)
        return curve

    def go_on_with(self, levels: Levels, cells: Ints) -> None:
        """Go on with other levels of the entries; what a level is worth is not learnt anew."""
        self.levels = levels
        self.cells_in_bin = _by_bin(np.bincount(levels[cells], minlength=TOP + 1))

    def learn(self, count: Floats) -> None:
        """Take the curve from the expected count of each entry (prior counts not included)."""
        linked = _by_bin(np.bincount(self.levels, count, TOP + 1))
        cells = self.cells_in_bin
        linked = np.minimum(linked, MOST_LINKED * cells)
        if not linked.sum():
            return
        start_cells = (cells + 1) / (cells.sum() + len(cells))
        start_linked = start_cells * np.exp(_start_llr())
        start_linked /= start_linked.sum()
        unlinked = cells - linked
        p_linked = (linked + PSEUDO_LINKS * start_linked) / (linked.sum() + PSEUDO_LINKS)
        p_unlinked = (unlinked + PSEUDO_LINKS * start_cells) / (unlinked.sum() + PSEUDO_LINKS)
        llr = np.maximum.accumulate(np.log(p_linked / p_unlinked))
        llr = np.clip(llr, LLR_LOW, LLR_HIGH)
        share = linked.sum() / cells.sum()
        posterior = 1 / (1 + np.exp(-(llr + np.log(share / (1 - share)))))
        self._set(
            np.interp(LEVEL_SIMILARITY, BIN_CENTRES, llr),
            np.interp(LEVEL_SIMILARITY, BIN_CENTRES, posterior),
        )

    def _set(self, llr: Doubles, linked: Doubles) -> None:
        linked = np.where(linked < PRIOR_FROM, 0.0, linked)
        self.factor = np.exp(EXPONENT * llr).astype(np.float32)
        self.prior = (PRIOR * linked).astype(np.float32)
        self.factor[0], self.prior[0] = 1, 0

    def raise_prior(self, prior: Floats) -> Floats:
        """The prior counts with those by vectors where they are higher."""
        raised: Floats = np.maximum(prior, self.prior[self.levels])
        return raised

    def weigh(self, p: Floats) -> None:
        """Put the factor on the probabilities of the entries, both directions."""
        p *= self.factor[self.levels][:, None]


def _start_llr() -> Doubles:
    llr: Doubles = START_SLOPE * np.clip(BIN_CENTRES, START_LOW, START_HIGH)
    return llr


def _by_bin(by_level: Longs | Doubles) -> Doubles:
    """Sums over the levels of each bin; units without a vector are left out."""
    return np.bincount(_LEVEL_BIN[1:], by_level[1:], len(BIN_CENTRES)).astype(np.float64)
