"""Training of the statistical aligner: model 1, then the hidden Markov model, both ways at once.

Flow: `hmm_table.build_table` -> start from the evidence -> E steps in blocks of pairs
(`hmm_kernels`) and M steps (`hmm_update`) in turn -> a `Lexicon` of probabilities that
`hmm_apply` aligns any sentence pair with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from projector.alignment.hmm_kernels import JUMPS, REACH, collect, expect
from projector.alignment.hmm_table import Corpus, Floats, Ints, Table, build_table
from projector.alignment.hmm_update import Backoff, add_up, backoff_of, update, update_null
from projector.alignment.parts import in_parts

BLOCK_CELLS = 4_000_000  # posteriors held at a time


@dataclass(frozen=True)
class Settings:
    """What training can be told (defaults are those measured best)."""

    model1: int = 5
    markov: int = 5
    alpha: tuple[float, ...] = (0.1,)  # Dirichlet prior of a pair, level by level
    alpha_null: float = 0.01
    kappa: tuple[float, ...] = (3.0,)  # what the next level's statistics weigh, in observations
    null: float = 0.3
    rare: int = 0
    tune: tuple[float, ...] = (0.0, 0.0)
    threads: int = 2


@dataclass
class Parameters:
    """A trained model: probabilities of word pairs both ways, of the null word, and of jumps."""

    table: Table
    p: Floats
    null_t: Floats
    null_s: Floats
    jump: Floats
    null: float
    tune: Floats
    count: Floats = field(default_factory=lambda: np.empty(0, np.float32))


def starting_jumps() -> Floats:
    """Steps forward by one are likeliest; farther ones fade by half powers of e."""
    steps = np.arange(JUMPS) - REACH
    return np.tile(np.exp(-0.5 * np.abs(steps - 1)).astype(np.float32), (2, 1))


def train(
    corpus: Corpus,
    sizes: tuple[int, int],
    stems: Sequence[tuple[Ints, Ints]],
    evidence: object,
    settings: Settings,
) -> Parameters:
    """Train on a corpus.

    Args:
        sizes: vocabulary sizes (source, target).
        stems: for each level of back-off, the class of each word (of each class of the level
            before) on either side.
        evidence: a function from the table to prior counts of its entries, or None.
    """
    sources, targets = sizes
    table, cells = build_table(corpus, sources, targets, settings.rare, settings.threads)
    size = len(table.column)
    prior = evidence(table).astype(np.float32) if callable(evidence) else np.zeros(size, np.float32)
    levels: list[Backoff] = []
    frequency_s = np.bincount(corpus.source, minlength=sources)
    frequency_t = np.bincount(corpus.target, minlength=targets)
    below = table
    for stem_s, stem_t in stems:
        level = backoff_of(below, stem_s, stem_t, frequency_s, frequency_t)
        frequency_s = np.bincount(stem_s, weights=frequency_s).astype(np.int64)
        frequency_t = np.bincount(stem_t, weights=frequency_t).astype(np.int64)
        levels.append(level)
        below = level.table
    p = _first_probabilities(table, prior, targets)
    model = Parameters(
        table,
        p,
        np.full(targets, 1 / max(1, targets), np.float32),
        np.full(sources, 1 / max(1, sources), np.float32),
        starting_jumps(),
        settings.null,
        np.array(settings.tune, np.float32),
    )
    count = np.zeros(size, np.float32)
    for turn in range(settings.model1 + settings.markov):
        hmm = turn >= settings.model1
        count[:] = 0
        count_t = np.zeros(targets, np.float32)
        count_s = np.zeros(sources, np.float32)
        jumps = _expectation(corpus, cells, model, hmm, count, count_t, count_s, settings.threads)
        _maximise(model, count, prior, levels, settings)
        update_null(count_t, settings.alpha_null, model.null_t)
        update_null(count_s, settings.alpha_null, model.null_s)
        if hmm:
            model.jump = (jumps / np.maximum(jumps.sum(1, keepdims=True), 1e-9) + 1e-4).astype(
                np.float32
            )
    model.count = count
    return model


def _first_probabilities(table: Table, prior: Floats, targets: int) -> Floats:
    """Uniform within a row, raised where there is evidence."""
    size = len(table.column)
    lengths = np.diff(table.start)
    rows = table.rows
    forth = 1.0 / np.maximum(lengths[rows], 1)
    heights = np.bincount(table.column, minlength=targets)
    back = 1.0 / np.maximum(heights[table.column], 1)
    boost = 0.3 * np.minimum(prior, 1)
    forth += boost
    back += boost
    forth /= np.bincount(rows, weights=forth, minlength=len(lengths))[rows]
    back /= np.bincount(table.column, weights=back, minlength=targets)[table.column]
    p = np.empty((size, 2), np.float32)
    p[:, 0] = forth
    p[:, 1] = back
    return p


def _expectation(
    corpus: Corpus,
    cells: Ints,
    model: Parameters,
    hmm: bool,
    count: Floats,
    count_t: Floats,
    count_s: Floats,
    threads: int,
) -> Floats:
    """Expected counts of the whole corpus, block by block; returns the expected jumps."""
    jumps = np.zeros((PARTS, 2, JUMPS), np.float64)
    low = 0
    where = (corpus.source, corpus.source_at, corpus.target, corpus.target_at, corpus.cell_at)
    while low < len(corpus):
        high = int(np.searchsorted(corpus.cell_at, corpus.cell_at[low] + BLOCK_CELLS, "right")) - 1
        high = min(max(high, low + 1), len(corpus))
        post = np.empty(int(corpus.cell_at[high] - corpus.cell_at[low]), np.float32)
        post_t = np.empty(int(corpus.target_at[high] - corpus.target_at[low]), np.float32)
        post_s = np.empty(int(corpus.source_at[high] - corpus.source_at[low]), np.float32)
        in_parts(
            PARTS,
            threads,
            lambda q: expect(
                *where,
                cells,
                model.p,
                model.null_t,
                model.null_s,
                model.tune,
                model.jump,
                model.null,
                hmm,
                low,
                high,
                q,
                PARTS,
                post,
                post_t,
                post_s,
                jumps[q],
            ),
        )
        in_parts(
            threads,
            threads,
            lambda q: collect(
                *where,
                cells,
                low,
                high,
                q,
                threads,
                post,
                post_t,
                post_s,
                count,
                count_t,
                count_s,
            ),
        )
        low = high
    return jumps.sum(0)


PARTS = 16  # a fixed number, so that sums do not depend on how many threads there are


def _maximise(
    model: Parameters, count: Floats, prior: Floats, levels: list[Backoff], settings: Settings
) -> None:
    """New probabilities of all levels, from the coarsest classes down to the words."""
    counts, priors = [count], [prior]
    for level in levels:
        size = len(level.table.column)
        counts.append(add_up(counts[-1], level.parent, size))
        priors.append(add_up(priors[-1], level.parent, size))
    nobody = np.zeros(1, np.int32)
    nothing = np.zeros((1, 2), np.float32)
    for n in range(len(levels), -1, -1):
        top = n == len(levels)
        table = levels[n - 1].table if n else model.table
        update(
            table.start,
            table.column,
            counts[n],
            priors[n],
            settings.alpha[min(n, len(settings.alpha) - 1)],
            nobody if top else levels[n].parent,
            nothing if top else levels[n].p,
            0.0 if top else settings.kappa[min(n, len(settings.kappa) - 1)],
            np.empty(len(table.start) - 1, np.float32) if top else levels[n].share_s,
            np.empty(int(table.column.max(initial=0)) + 1, np.float32)
            if top
            else levels[n].share_t,
            levels[n - 1].p if n else model.p,
        )
