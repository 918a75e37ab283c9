"""Training of the statistical aligner: model 1, then the hidden Markov model, both ways at once.

Flow: `table.build_table` -> start from the evidence -> E steps in blocks of pairs
(`kernels`) and M steps (`m_step`) in turn -> `Parameters`, with which `inference` aligns
any sentence pair. No step is random, and no sum depends on how many threads there are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from projector.alignment.hmm.kernels import (
    JUMPS,
    REACH,
    Counts,
    Posteriors,
    Probabilities,
    add_jumps,
    collect,
    expect,
)
from projector.alignment.hmm.lexicon import JumpCounts, LexiconView
from projector.alignment.hmm.m_step import Backoff, backoff_of, maximise, update_null
from projector.alignment.hmm.shapes import Kinds, ShapeCorrelation
from projector.alignment.hmm.similarity import Similarity, SimilarityCurve
from projector.alignment.hmm.table import Corpus, Doubles, Floats, Ints, Longs, Table, build_table
from projector.alignment.hmm.threads import in_parts
from projector.compiled import compiled

BLOCK_CELLS = 4_000_000  # posteriors held at a time
PARTS = 16  # of a block's pairs; a fixed number, so that sums never depend on the threads
MIN_OWN_JUMPS = 10  # occurrences from which a word has steps of its own
FAR = 12.0  # positions that share the last bucket of jumps, about
PRIOR_JUMPS = 1000.0  # steps that an earlier training's general ones are worth
PRUNE_BELOW = 1e-5  # entries less likely than that, both ways, are forgotten after training
MIN_STORED_COUNT = 0.05  # a lexicon keeps pairs that were seen at least so often


@dataclass(frozen=True)
class Settings:
    """What training can be told; the defaults are those measured best (tests/benchmarks)."""

    model1: int = 3
    markov: int = 6
    alpha: float = 0.12  # Dirichlet prior of a pair of units
    alpha_null: float = 0.01
    kappa: tuple[float, ...] = (3.0,)  # what each coarser level weighs, in observations
    null: float = 0.25  # of a word being linked to nothing
    tau: float = 5.0  # what the steps of all words are worth to a word's own
    adapt: bool = False  # vectors are fitted to what was counted, while counting
    threads: int = 2


@dataclass
class Parameters:
    """A trained model: probabilities of pairs of units both ways, of the null word, and of jumps;
    with the expected counts that they come from, prior counts included."""

    table: Table
    p: Floats
    null_t: Floats
    null_s: Floats
    step_s: Floats
    step_t: Floats
    row_s: Ints
    row_t: Ints
    null: float
    count: Floats
    count_t: Floats
    count_s: Floats
    total_s: Floats
    total_t: Floats
    jump_counts_s: Floats
    jump_counts_t: Floats

    def probabilities(self) -> Probabilities:
        """What compiled code needs of the model."""
        return Probabilities._make(getattr(self, name) for name in Probabilities._fields)

    def known(self, source: list[str], target: list[str]) -> LexiconView:
        """What a lexicon stores of the model."""
        kept = self.count >= MIN_STORED_COUNT
        return LexiconView(
            source,
            target,
            self.table.rows[kept],
            self.table.column[kept],
            self.count[kept],
            self.count_s,
            self.count_t,
            self.total_s,
            self.total_t,
            JumpCounts(_owned(self.row_s), self.jump_counts_s),
            JumpCounts(_owned(self.row_t), self.jump_counts_t),
        )


def train(
    corpus: Corpus,
    sizes: tuple[int, int],
    classes: Sequence[tuple[Ints, Ints]],
    evidence: Callable[[Table], Floats],
    settings: Settings,
    *,
    similarity: Similarity | None = None,
    shapes: tuple[Kinds, Kinds] | None = None,
    nulls: tuple[Floats, Floats] | None = None,
    totals: tuple[Floats, Floats] | None = None,
    jumps: tuple[JumpCounts, JumpCounts] | None = None,
) -> Parameters:
    """Train on a corpus.

    Args:
        sizes: how many units there are (source, target).
        classes: for each level of back-off, the class of each unit (of each class of the level
            before) on either side.
        evidence: from the table to a prior count of each entry.
        similarity: of the units by word vectors.
        shapes: the class of each unit of either side (`shapes`).
        nulls: prior counts of the null word for source and for target units.
        totals: what an earlier training normalised each source and each target unit by; words
            that this corpus lacks are in it.
        jumps: the steps that an earlier training counted, away from this corpus's units.
    """
    sources, targets = sizes
    table, cells = build_table(corpus, sources, targets, settings.threads)
    plain_prior = prior = evidence(table)
    curve = None
    if similarity is not None:
        curve = SimilarityCurve.before_training(similarity.levels(table), cells)
        prior = curve.raise_prior(plain_prior)
    shape = None
    if shapes is not None:
        shape = ShapeCorrelation.before_training(shapes, (corpus.source, corpus.target), table)
    away = _mass_outside_table(table, prior + settings.alpha, sizes, totals)
    levels = _levels(table, classes, corpus, sizes)
    prior_s, prior_t = nulls or (np.zeros(sources, np.float32), np.zeros(targets, np.float32))
    row_s = _rows(corpus.source, sources, jumps[0].units if jumps else None)
    row_t = _rows(corpus.target, targets, jumps[1].units if jumps else None)
    earlier = [
        _earlier(row, jumps[side] if jumps else None) for side, row in enumerate((row_s, row_t))
    ]
    begin = [
        _steps(jump_counts, settings.tau)
        if jumps
        else np.repeat(starting_steps(), len(jump_counts), 0)
        for jump_counts in earlier
    ]
    model = Parameters(
        table,
        _first_probabilities(table, prior, sizes, totals),
        np.full(targets, 1 / max(1, targets), np.float32),
        np.full(sources, 1 / max(1, sources), np.float32),
        begin[0],
        begin[1],
        row_s,
        row_t,
        settings.null,
        np.zeros(len(table.column), np.float32),
        prior_t.copy(),
        prior_s.copy(),
        *(np.empty(0, np.float32) for _ in range(4)),
    )
    weighing = [evidence for evidence in (curve, shape) if evidence is not None]
    for words in weighing:
        words.weigh(model.p)
    for turn in range(settings.model1 + settings.markov):
        markov = turn >= settings.model1
        model.count[:] = 0
        model.count_t[:] = prior_t
        model.count_s[:] = prior_s
        jump_counts = _expectation(corpus, cells, model, markov, settings.threads)
        if curve is not None and similarity is not None and _adapts(turn, settings):
            moved = similarity.adapted(table, model.count)
            if moved is not None:
                curve.go_on_with(moved.levels(table), cells)
        for words in weighing:
            words.learn(model.count)
        if curve is not None:
            prior = curve.raise_prior(plain_prior)
        model.count += prior
        maximise(
            table, model.count, levels, settings.alpha, settings.kappa, away, model.p,
            settings.threads,
        )  # fmt: skip
        for words in weighing:
            words.weigh(model.p)
        update_null(model.count_t, settings.alpha_null, model.null_t)
        update_null(model.count_s, settings.alpha_null, model.null_s)
        if markov:
            for step, counted, before in zip(
                (model.step_s, model.step_t), jump_counts, earlier, strict=True
            ):
                counted += before
                if counted[0].sum() > 0:
                    step[:] = _steps(counted, settings.tau)
            model.jump_counts_s, model.jump_counts_t = (w.astype(np.float32) for w in jump_counts)
    totals_s, totals_t = table.sums(model.count + np.float32(settings.alpha), targets)
    model.total_s, model.total_t = away[0] + totals_s, away[1] + totals_t
    return _lean(model)


def _adapts(turn: int, settings: Settings) -> bool:
    """Whether vectors are fitted after this turn: after model 1's last, then after every other."""
    after = turn - settings.model1
    return settings.adapt and after >= -1 and after % 2 == 1


def _lean(model: Parameters) -> Parameters:
    """The model without the entries that came to nothing, most of them: none is likely enough to
    change a link, and a small table is looked up several times faster."""
    kept = (model.p.max(1) > PRUNE_BELOW) | (model.count >= MIN_STORED_COUNT)
    return replace(model, table=model.table.only(kept), p=model.p[kept], count=model.count[kept])


def starting_steps() -> Floats:
    """Steps forward by one are likeliest, each farther one half as likely as the last. One row."""
    steps = np.arange(JUMPS) - REACH
    return np.exp2(-np.abs(steps - 1)).astype(np.float32)[None]


def _rows(words: Ints, size: int, known: Ints | None) -> Ints:
    """For each unit the row of its own steps; 0 for rare ones, which share that row. Units whose
    steps an earlier training counted have one too."""
    often = np.bincount(words, minlength=max(1, size)) >= MIN_OWN_JUMPS
    if known is not None:
        often[known] = True
    row = np.zeros(max(1, size), np.int32)
    row[often] = np.arange(1, int(often.sum()) + 1, dtype=np.int32)
    return row


def _owned(row: Ints) -> Ints:
    """The units of rows 1, 2, ..., in order."""
    return np.flatnonzero(row).astype(np.int32)


def _earlier(row: Ints, jumps: JumpCounts | None) -> Doubles:
    """Counts of steps to begin with, by row; the general ones of an earlier training are worth
    `PRIOR_JUMPS` steps, words' own what they are."""
    jump_counts = np.zeros((int(row.max()) + 1, JUMPS))
    if jumps is not None:
        jump_counts[0] = PRIOR_JUMPS * jumps.counts[0] / max(1e-9, float(jumps.counts[0].sum()))
        jump_counts[row[jumps.units]] = jumps.counts[1:]
    return jump_counts


def _steps(jump_counts: Doubles, tau: float) -> Floats:
    """Weights of steps from their expected counts: row 0 over all words, the others' own counts
    with row 0 as a prior worth ``tau`` steps (He 2007, maximum a posteriori)."""
    general = jump_counts[0] / jump_counts[0].sum()
    shares = (jump_counts + tau * general) / (jump_counts.sum(1, keepdims=True) + tau)
    shares[0] = general
    shares[:, [0, -1]] /= FAR
    out: Floats = (shares + 1e-4).astype(np.float32)
    return out


def _levels(
    table: Table, classes: Sequence[tuple[Ints, Ints]], corpus: Corpus, sizes: tuple[int, int]
) -> list[Backoff]:
    """The tables of the coarser levels, each made from the one below."""
    frequency_s = np.bincount(corpus.source, minlength=sizes[0]).astype(np.int64)
    frequency_t = np.bincount(corpus.target, minlength=sizes[1]).astype(np.int64)
    levels: list[Backoff] = []
    for class_s, class_t in classes:
        level = backoff_of(table, class_s, class_t, frequency_s, frequency_t)
        levels.append(level)
        table = level.table
        frequency_s = np.bincount(class_s, weights=frequency_s).astype(np.int64)
        frequency_t = np.bincount(class_t, weights=frequency_t).astype(np.int64)
    return levels


def _mass_outside_table(
    table: Table, prior: Floats, sizes: tuple[int, int], totals: tuple[Floats, Floats] | None
) -> tuple[Floats, Floats]:
    """What a lexicon's totals have above the prior counts in this table, smoothing included."""
    if totals is None:
        return np.zeros(sizes[0], np.float32), np.zeros(sizes[1], np.float32)
    here_s, here_t = table.sums(prior, sizes[1])
    return np.maximum(totals[0] - here_s, 0), np.maximum(totals[1] - here_t, 0)


def _first_probabilities(
    table: Table,
    prior: Floats,
    sizes: tuple[int, int],
    totals: tuple[Floats, Floats] | None,
) -> Floats:
    """Uniform within a row, as one observation spread out, with the prior counts on top."""
    seen = table.sums(prior, sizes[1])
    if totals is not None:
        seen = np.maximum(seen[0], totals[0]), np.maximum(seen[1], totals[1])
    met = np.bincount(table.column, minlength=sizes[1])
    p = np.empty((len(table.column), 2), np.float32)
    spread(table, prior, met, *seen, p)
    return p


@compiled
def spread(
    table: Table, prior: Floats, met: Longs, seen_s: Floats, seen_t: Floats, p: Floats
) -> None:  # pragma: no cover
    """Fill in `_first_probabilities`; ``met``: how many source words each target word met."""
    start, column = table.start, table.column
    for s in range(len(start) - 1):
        each = 1.0 / max(1, start[s + 1] - start[s])
        for x in range(start[s], start[s + 1]):
            t = column[x]
            p[x, 0] = (each + prior[x]) / (1.0 + seen_s[s])
            p[x, 1] = (1.0 / met[t] + prior[x]) / (1.0 + seen_t[t])


def _expectation(
    corpus: Corpus, cells: Ints, model: Parameters, markov: bool, threads: int
) -> tuple[Doubles, Doubles]:
    """Add the whole corpus's expected counts to the model's, block by block; returns the
    expected steps of either side's rows."""
    jump_counts = np.zeros(model.step_s.shape), np.zeros(model.step_t.shape)
    low = 0
    while low < corpus.pairs:
        high = int(np.searchsorted(corpus.cell_at, corpus.cell_at[low] + BLOCK_CELLS, "right")) - 1
        high = min(max(high, low + 1), corpus.pairs)
        _block(corpus, cells, model, markov, threads, low, high, jump_counts)
        low = high
    return jump_counts


def _block(
    corpus: Corpus,
    cells: Ints,
    model: Parameters,
    markov: bool,
    threads: int,
    low: int,
    high: int,
    jump_counts: tuple[Doubles, Doubles],
) -> None:
    sides = (
        corpus.source[corpus.source_at[low] : corpus.source_at[high]],
        corpus.target[corpus.target_at[low] : corpus.target_at[high]],
    )
    posteriors = Posteriors(
        np.empty(int(corpus.cell_at[high] - corpus.cell_at[low]), np.float32),
        np.empty(len(sides[1]), np.float32),
        np.empty(len(sides[0]), np.float32),
    )
    jumps = (
        np.zeros((len(sides[0]) if markov else 0, JUMPS), np.float32),
        np.zeros((len(sides[1]) if markov else 0, JUMPS), np.float32),
    )
    probabilities = model.probabilities()
    counts = Counts(model.count, model.count_t, model.count_s)
    rows = model.row_s, model.row_t

    def work(q: int) -> None:
        expect(corpus, cells, probabilities, markov, low, high, q, PARTS, posteriors, *jumps)

    def gather(q: int) -> None:
        collect(corpus, cells, low, high, q, threads, posteriors, counts)

    def step(side: int) -> None:
        add_jumps(sides[side], rows[side], jumps[side], jump_counts[side])

    in_parts(PARTS, threads, work)
    in_parts(threads, threads, gather)
    if markov:
        in_parts(2, threads, step)
