"""The inner loops of the statistical aligner: posteriors of one sentence pair, by IBM model 1 and
by the hidden Markov model, and the expected counts of a block of pairs.

The hidden Markov model is that of Vogel, Ney & Tillmann (1996), with a null state for each
position as in Och & Ney (2003): each word of the observed side is made by one position of the
hidden side or by the null word, and the next position depends on how far it is from the last.
Both directions are computed side by side because training counts their agreement (Liang, Taskar
& Klein 2006).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from projector.alignment.hmm.table import Corpus, Doubles, Floats, Ints
from projector.compiled import compiled

REACH = 12  # longer jumps share the last bucket
JUMPS = 2 * REACH + 1
FINE = 1024  # steps of the pull to the diagonal, which fades by e^4 from corner to corner
PULL = np.exp(-4 * (np.arange(FINE + 1) + 0.5) / FINE).astype(np.float32)
UNLIKELY = np.float32(1e-6)  # a position that is reached with less is not followed
COUNTED = np.float32(1e-3)  # steps between positions less likely than that are not counted
FLOOR = np.float32(1e-7)  # probability of a pair of words that the table does not have


class Probabilities(NamedTuple):
    """Of a model: of each entry of its table both ways (``p[x, 0]``: target given source), of each
    word given the null word, weights of steps and the row of each word's own steps (see `markov`),
    and of a word being linked to nothing."""

    p: Floats
    null_t: Floats
    null_s: Floats
    step_s: Floats
    step_t: Floats
    row_s: Ints
    row_t: Ints
    null: float


class Posteriors(NamedTuple):
    """Of a block of pairs: of each cell, and of the null word for each word of either side."""

    cell: Floats
    null_t: Floats
    null_s: Floats


class Counts(NamedTuple):
    """Expected counts: of each entry of the table, and of the null word with each word."""

    entry: Floats
    null_t: Floats
    null_s: Floats


@compiled
def model1(emission: Floats, hidden: int, observed: int, null: float, out: Floats) -> None:
    """Posteriors of IBM model 1 with a mild pull to the diagonal.

    ``emission[j, i]`` is p(observed j | hidden i); column ``hidden`` is the null word. ``out`` has
    the same shape; its rows sum to 1.
    """
    share = np.float32((1 - null) / (hidden * 0.4 + 0.6))
    nothing = np.float32(null)
    for j in range(observed):
        total = np.float32(0)
        at = (j + 0.5) / observed
        for i in range(hidden):
            away = abs((i + 0.5) / hidden - at)
            v = share * PULL[int(away * FINE)] * emission[j, i]
            out[j, i] = v
            total += v
        v = nothing * emission[j, hidden]
        out[j, hidden] = v
        total += v
        scale = np.float32(1) / total
        for i in range(hidden + 1):
            out[j, i] *= scale


@compiled
def _sum_rows(
    weight: Floats, table: Floats, share: Floats, out: Floats, active: NDArray[np.uint64]
) -> int:
    """``out[b]``: the sum over a of ``weight[a] * table[a, b]``, without the positions a whose
    ``share[a]`` is not worth following. Returns how many were, listed in ``active``."""
    n = len(weight)
    many = 0
    for a in range(n):
        out[a] = 0
        active[many] = a
        many += share[a] > UNLIKELY
    k = 0
    while k + 3 < many:  # four at a time: the sums stay in registers
        a, b, c, d = active[k], active[k + 1], active[k + 2], active[k + 3]
        u, v, w, x = weight[a], weight[b], weight[c], weight[d]
        for i in range(n):
            out[i] += (u * table[a, i] + v * table[b, i]) + (w * table[c, i] + x * table[d, i])
        k += 4
    while k < many:
        a, u = active[k], weight[active[k]]
        for i in range(n):
            out[i] += u * table[a, i]
        k += 1
    return many


@compiled
def markov(
    emission: Floats,
    hidden: int,
    observed: int,
    step: Floats,
    row: Ints,
    null: float,
    out: Floats,
    jump_counts: Floats,
) -> None:
    """Posteriors of the hidden Markov model by the forward-backward algorithm.

    Arrays as in `model1`. ``step[r, d + REACH]`` weighs a step of d positions away from a word of
    row r (``row[i]`` is that of position i; row 0 is every word's). The expected steps away from
    each position are added to ``counts[i]``, if it has rows. States are the ``hidden`` positions,
    each with a null twin that remembers it.
    """
    n, m = hidden, observed
    p0 = np.float32(null)
    move = np.empty((n, n), np.float32)  # from a to b
    come = np.empty((n, n), np.float32)  # the same, to b from a
    for a in range(n):
        total = np.float32(0)
        for b in range(n):
            v = step[row[a], min(max(b - a, -REACH), REACH) + REACH]
            move[a, b] = v
            total += v
        scale = (np.float32(1) - p0) / total
        for b in range(n):
            move[a, b] *= scale
            come[b, a] = move[a, b]
    forward = np.empty((m, n), np.float32)
    silent = np.empty((m, n), np.float32)
    norm = np.empty(m, np.float32)
    total = np.float32(0)
    for b in range(n):
        total += step[0, min(b + 1, REACH) + REACH]
    norm[0] = 0
    for b in range(n):
        first = np.float32(0.5) * step[0, min(b + 1, REACH) + REACH] / total + np.float32(0.5) / n
        forward[0, b] = (np.float32(1) - p0) * first * emission[0, b]
        silent[0, b] = p0 / n * emission[0, n]
        norm[0] += forward[0, b] + silent[0, b]
    scale = np.float32(1) / norm[0]
    for b in range(n):
        forward[0, b] *= scale
        silent[0, b] *= scale
    before = np.empty(n, np.float32)  # of a position or its null twin, one word earlier
    reached = np.empty(n, np.float32)
    active, sure = np.empty(n + 1, np.uint64), np.empty(n + 1, np.uint64)
    for j in range(1, m):
        for a in range(n):
            before[a] = forward[j - 1, a] + silent[j - 1, a]
        _sum_rows(before, move, before, reached, active)
        total = np.float32(0)
        nothing = p0 * emission[j, n]
        for b in range(n):
            v = reached[b] * emission[j, b]
            w = before[b] * nothing
            forward[j, b] = v
            silent[j, b] = w
            total += v + w
        norm[j] = total
        scale = np.float32(1) / total
        for b in range(n):
            forward[j, b] *= scale
            silent[j, b] *= scale
    counting = len(jump_counts) > 0
    back = np.ones(n, np.float32)  # of a position and of its null twin: the same future
    ahead = np.empty(n, np.float32)
    here = np.empty(n, np.float32)  # posteriors
    for j in range(m - 1, -1, -1):
        total = np.float32(0)
        rest = np.float32(0)
        for b in range(n):
            v = forward[j, b] * back[b]
            here[b] = v
            rest += silent[j, b] * back[b]
            total += v
        scale = np.float32(1) / (total + rest)
        for b in range(n):
            here[b] *= scale
            out[j, b] = here[b]
        out[j, n] = rest * scale
        if j == 0:
            break
        scale = np.float32(1) / norm[j]
        for b in range(n):
            ahead[b] = emission[j, b] * back[b] * scale
            before[b] = forward[j - 1, b] + silent[j - 1, b]
        many = _sum_rows(ahead, come, here, reached, active)
        if counting:
            few = 0
            for a in range(n):
                sure[few] = a
                few += before[a] > COUNTED
            for k in range(many):
                there = np.int64(active[k])
                if here[there] < COUNTED:
                    continue
                for x in range(few):
                    last = np.int64(sure[x])
                    d = min(max(int(there - last), -REACH), REACH)
                    jump_counts[last, d + REACH] += before[last] * come[there, last] * ahead[there]
        nothing = p0 * emission[j, n] * scale
        for a in range(n):
            back[a] = reached[a] + nothing * back[a] if before[a] > UNLIKELY else np.float32(0)


@compiled
def bidirectional_posteriors(
    ahead: Floats,
    back: Floats,
    n: int,
    m: int,
    steps: tuple[Floats, Floats],
    rows: tuple[Ints, Ints],
    null: float,
    hmm: bool,
    jump_counts: tuple[Floats, Floats],
) -> tuple[Floats, Floats]:
    """Posteriors of a pair both ways: arrays (m, n + 1) and (n, m + 1), null words last.

    ``steps``, ``rows`` and ``jump_counts`` are pairs, for the source's words and for the
    target's; see `markov`.
    """
    forth = np.empty((m, n + 1), np.float32)
    reverse = np.empty((n, m + 1), np.float32)
    if hmm:
        markov(ahead, n, m, steps[0], rows[0], null, forth, jump_counts[0])
        markov(back, m, n, steps[1], rows[1], null, reverse, jump_counts[1])
    else:
        model1(ahead, n, m, 0.1, forth)
        model1(back, m, n, 0.1, reverse)
    return forth, reverse


@compiled
def emissions(
    s: Ints, t: Ints, cells: Ints, model: Probabilities, ahead: Floats, back: Floats
) -> None:
    """Fill p(target j | source i) into ``ahead[j, i]`` and the other way into ``back[i, j]``."""
    p, null_t, null_s = model.p, model.null_t, model.null_s
    n, m = len(s), len(t)
    for i in range(n):
        for j in range(m):
            x = cells[i * m + j]
            ahead[j, i] = p[x, 0]
            back[i, j] = p[x, 1]
    for j in range(m):
        ahead[j, n] = null_t[t[j]]
    for i in range(n):
        back[i, m] = null_s[s[i]]


@compiled
def expect(
    corpus: Corpus,
    cells: Ints,
    model: Probabilities,
    hmm: bool,
    low: int,
    high: int,
    q: int,
    parts: int,
    out: Posteriors,
    jump_counts_s: Floats,
    jump_counts_t: Floats,
) -> None:  # pragma: no cover
    """Agreement posteriors of the pairs ``low`` to ``high`` into ``out`` (and the expected steps
    into ``jump_counts_s``, ``jump_counts_t``), for every pair that is ``low + q`` modulo ``parts``.
    """
    source, source_at, target, target_at, cell_at = corpus
    row_s, row_t = model.row_s, model.row_t
    steps = (model.step_s, model.step_t)
    post, post_t, post_s = out
    for k in range(low + q, high, parts):
        s = source[source_at[k] : source_at[k + 1]]
        t = target[target_at[k] : target_at[k + 1]]
        n, m = len(s), len(t)
        ahead = np.empty((m, n + 1), np.float32)
        back = np.empty((n, m + 1), np.float32)
        emissions(s, t, cells[cell_at[k] : cell_at[k + 1]], model, ahead, back)
        base_s = source_at[k] - source_at[low]
        base_t = target_at[k] - target_at[low]
        end = n if hmm else 0
        jump_counts = (
            jump_counts_s[base_s : base_s + end],
            jump_counts_t[base_t : base_t + (m if hmm else 0)],
        )
        forth, reverse = bidirectional_posteriors(
            ahead, back, n, m, steps, (row_s[s], row_t[t]), model.null, hmm, jump_counts
        )
        base = cell_at[k] - cell_at[low]
        for i in range(n):
            for j in range(m):
                post[base + i * m + j] = np.sqrt(forth[j, i] * reverse[i, j])
        for j in range(m):
            post_t[base_t + j] = forth[j, n]
        for i in range(n):
            post_s[base_s + i] = reverse[i, m]


@compiled
def collect(
    corpus: Corpus,
    cells: Ints,
    low: int,
    high: int,
    q: int,
    parts: int,
    posteriors: Posteriors,
    counts: Counts,
) -> None:  # pragma: no cover
    """Add a block's posteriors to the expected counts of part q.

    Part q owns the words whose number is q modulo ``parts``: no two parts write to one place,
    and each sum is taken in the order of the pairs, so the counts do not depend on ``parts``.
    """
    source, source_at, target, target_at, cell_at = corpus
    post, post_t, post_s = posteriors
    count, count_t, count_s = counts
    for k in range(low, high):
        m = target_at[k + 1] - target_at[k]
        base = cell_at[k] - cell_at[low]
        n = source_at[k + 1] - source_at[k]
        for i in range(n):
            s = source[source_at[k] + i]
            if s % parts != q:
                continue
            count_s[s] += post_s[source_at[k] - source_at[low] + i]
            for j in range(m):
                v = post[base + i * m + j]
                if v > np.float32(1e-5):
                    count[cells[cell_at[k] + i * m + j]] += v
        for j in range(m):
            t = target[target_at[k] + j]
            if t % parts == q:
                count_t[t] += post_t[target_at[k] - target_at[low] + j]


@compiled
def add_jumps(words: Ints, row: Ints, jump_counts: Floats, count: Doubles) -> None:
    """Add each position's expected steps to its word's row, and all of them to row 0."""
    for n in range(len(words)):
        r = row[words[n]]
        for d in range(count.shape[1]):
            v = jump_counts[n, d]
            if v > np.float32(1e-6):
                count[0, d] += v
                if r > 0:
                    count[r, d] += v
