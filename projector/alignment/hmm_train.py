"""Training of the statistical aligner: model 1, then the hidden Markov model, both ways at once.

Flow: `hmm_table.build_table` -> start from the evidence -> E steps in blocks of pairs
(`hmm_kernels`) and M steps (`hmm_update`) in turn -> a `Lexicon` of probabilities that
`hmm_apply` aligns any sentence pair with.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from projector.alignment.hmm_kernels import JUMPS, REACH, collect, expect
from projector.alignment.hmm_table import Corpus, Floats, Ints, Table, build_table
from projector.alignment.hmm_update import Backoff, add_up, backoff_of, update, update_null

BLOCK_CELLS = 4_000_000  # posteriors held at a time


@dataclass(frozen=True)
class Settings:
    """What training can be told (defaults are those measured best)."""

    model1: int = 5
    markov: int = 5
    alpha: float = 0.05  # Dirichlet prior of a pair of words
    alpha_stem: float = 0.05
    alpha_null: float = 0.01
    kappa: float = 100.0  # what the stems' statistics weigh, in observations
    null: float = 0.3
    rare: int = 0
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
    count: Floats = field(default_factory=lambda: np.empty(0, np.float32))


def starting_jumps() -> Floats:
    """Steps forward by one are likeliest; farther ones fade by half powers of e."""
    steps = np.arange(JUMPS) - REACH
    return np.tile(np.exp(-0.5 * np.abs(steps - 1)).astype(np.float32), (2, 1))


def train(
    corpus: Corpus,
    sizes: tuple[int, int],
    stems: tuple[Ints, Ints] | None,
    evidence: object,
    settings: Settings,
) -> Parameters:
    """Train on a corpus.

    Args:
        sizes: vocabulary sizes (source, target).
        stems: each word's stem number on either side, or None for no back-off.
        evidence: a function from the table to prior counts of its entries, or None.
    """
    sources, targets = sizes
    table, cells = build_table(corpus, sources, targets, settings.rare, settings.threads)
    size = len(table.column)
    prior = evidence(table).astype(np.float32) if callable(evidence) else np.zeros(size, np.float32)
    back: Backoff | None = None
    if stems is not None and settings.kappa > 0:
        frequency_s = np.bincount(corpus.source, minlength=sources)
        frequency_t = np.bincount(corpus.target, minlength=targets)
        back = backoff_of(table, *stems, frequency_s, frequency_t)
    p = _first_probabilities(table, prior, targets)
    model = Parameters(
        table,
        p,
        np.full(targets, 1 / max(1, targets), np.float32),
        np.full(sources, 1 / max(1, sources), np.float32),
        starting_jumps(),
        settings.null,
    )
    count = np.zeros(size, np.float32)
    for turn in range(settings.model1 + settings.markov):
        hmm = turn >= settings.model1
        count[:] = 0
        count_t = np.zeros(targets, np.float32)
        count_s = np.zeros(sources, np.float32)
        jumps = _expectation(corpus, cells, model, hmm, count, count_t, count_s, settings.threads)
        _maximise(model, count, prior, back, settings)
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
        expect(
            *where,
            cells,
            model.p,
            model.null_t,
            model.null_s,
            model.jump,
            model.null,
            hmm,
            low,
            high,
            PARTS,
            post,
            post_t,
            post_s,
            jumps,
        )
        collect(
            *where,
            cells,
            low,
            high,
            threads,
            post,
            post_t,
            post_s,
            count,
            count_t,
            count_s,
        )
        low = high
    return jumps.sum(0)


PARTS = 16  # a fixed number, so that sums do not depend on how many threads there are


def _maximise(
    model: Parameters, count: Floats, prior: Floats, back: Backoff | None, settings: Settings
) -> None:
    table = model.table
    if back is None:
        nothing = np.zeros((1, 2), np.float32)
        nobody = np.zeros(1, np.int32)
        update(
            table.start,
            table.column,
            count,
            prior,
            settings.alpha,
            nobody,
            nothing,
            0.0,
            model.null_s,
            model.null_t,
            model.p,
        )
        return
    stems = back.table
    size = len(stems.column)
    update(
        stems.start,
        stems.column,
        add_up(count, back.parent, size),
        add_up(prior, back.parent, size),
        settings.alpha_stem,
        back.parent[:1],
        back.p[:1],
        0.0,
        np.empty(len(stems.start) - 1, np.float32),
        np.empty(int(stems.column.max(initial=0)) + 1, np.float32),
        back.p,
    )
    update(
        table.start,
        table.column,
        count,
        prior,
        settings.alpha,
        back.parent,
        back.p,
        settings.kappa,
        back.share_s,
        back.share_t,
        model.p,
    )
