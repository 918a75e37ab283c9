"""The inner loops of the statistical aligner: posteriors of one sentence pair, by IBM model 1 and
by the hidden Markov model, and the expected counts of a block of pairs.

The hidden Markov model is that of Vogel, Ney & Tillmann (1996), with a null state for each
position as in Och & Ney (2003): each word of the observed side is made by one position of the
hidden side or by the null word, and the next position depends on how far it is from the last.
Both directions are computed side by side because training counts their agreement (Liang, Taskar
& Klein 2006).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

REACH = 12  # longer jumps share the last bucket
JUMPS = 2 * REACH + 1
FINE = 1024  # steps of the pull to the diagonal, which fades by e^4 from corner to corner
PULL = np.exp(-4 * (np.arange(FINE + 1) + 0.5) / FINE).astype(np.float32)
UNLIKELY = np.float32(1e-6)  # a position that is reached with less is not followed
FLOOR = np.float32(1e-7)  # probability of a pair of words that the table does not have


@njit(cache=True, nogil=True, fastmath=True)
def model1(emission: Any, hidden: int, observed: int, null: float, out: Any) -> None:
    """Posteriors of IBM model 1 with a mild pull to the diagonal.

    ``emission[i, j]`` is p(observed j | hidden i); row ``hidden`` is the null word. ``out`` has
    the same shape; its columns sum to 1.
    """
    share = np.float32((1 - null) / (hidden * 0.4 + 0.6))
    nothing = np.float32(null)
    for j in range(observed):
        total = np.float32(0)
        at = (j + 0.5) / observed
        for i in range(hidden):
            away = abs((i + 0.5) / hidden - at)
            v = share * PULL[int(away * FINE)] * emission[i, j]
            out[i, j] = v
            total += v
        v = nothing * emission[hidden, j]
        out[hidden, j] = v
        total += v
        scale = np.float32(1) / total
        for i in range(hidden + 1):
            out[i, j] *= scale


@njit(cache=True, nogil=True, fastmath=True)
def markov(
    emission: Any,
    hidden: int,
    observed: int,
    step: Any,
    row: Any,
    null: float,
    out: Any,
    walked: Any,
) -> None:
    """Posteriors of the hidden Markov model by the forward-backward algorithm.

    ``step[r, d + REACH]`` weighs a step of d positions away from a word of row r (``row[i]`` is
    that of position i; row 0 is every word's). The expected steps away from each position are
    added to ``walked[i]``, if it has rows. States are the ``hidden`` positions, each with a null
    twin that remembers it.
    """
    n, m = hidden, observed
    p0 = np.float32(null)
    move = np.empty((n, n), np.float32)
    for a in range(n):
        total = np.float32(0)
        for b in range(n):
            v = step[row[a], min(max(b - a, -REACH), REACH) + REACH]
            move[a, b] = v
            total += v
        scale = (np.float32(1) - p0) / total
        for b in range(n):
            move[a, b] *= scale
    forward = np.empty((m, n), np.float32)
    silent = np.empty((m, n), np.float32)
    norm = np.empty(m, np.float32)
    total = np.float32(0)
    for b in range(n):
        total += step[0, min(b + 1, REACH) + REACH]
    norm[0] = 0
    for b in range(n):
        first = np.float32(0.5) * step[0, min(b + 1, REACH) + REACH] / total + np.float32(0.5) / n
        forward[0, b] = (np.float32(1) - p0) * first * emission[b, 0]
        silent[0, b] = p0 / n * emission[n, 0]
        norm[0] += forward[0, b] + silent[0, b]
    scale = np.float32(1) / norm[0]
    for b in range(n):
        forward[0, b] *= scale
        silent[0, b] *= scale
    both = np.empty(n, np.float32)
    reached = np.empty(n, np.float32)
    for j in range(1, m):
        for a in range(n):
            both[a] = forward[j - 1, a] + silent[j - 1, a]
            reached[a] = 0
        for a in range(n):
            mass = both[a]
            if mass > UNLIKELY:
                for b in range(n):
                    reached[b] += mass * move[a, b]
        total = np.float32(0)
        nothing = p0 * emission[n, j]
        for b in range(n):
            v = reached[b] * emission[b, j]
            w = both[b] * nothing
            forward[j, b] = v
            silent[j, b] = w
            total += v + w
        norm[j] = total
        scale = np.float32(1) / total
        for b in range(n):
            forward[j, b] *= scale
            silent[j, b] *= scale
    counting = len(walked) > 0
    taken = np.zeros((n, n) if counting else (0, 0), np.float32)  # steps from a to b, over move
    back = np.ones(n, np.float32)  # of a position and of its null twin: the same future
    ahead = np.empty(n, np.float32)
    for j in range(m - 1, -1, -1):
        total = np.float32(0)
        rest = np.float32(0)
        for a in range(n):
            v = forward[j, a] * back[a]
            out[a, j] = v
            rest += silent[j, a] * back[a]
            total += v
        total += rest
        scale = np.float32(1) / total
        for a in range(n):
            out[a, j] *= scale
        out[n, j] = rest * scale
        if j == 0:
            break
        scale = np.float32(1) / norm[j]
        for b in range(n):
            ahead[b] = emission[b, j] * back[b] * scale
        nothing = p0 * emission[n, j] * scale
        for a in range(n):
            mass = forward[j - 1, a] + silent[j - 1, a]
            if mass <= UNLIKELY:
                back[a] = 0
                continue
            if counting and mass > np.float32(1e-3):
                for b in range(n):
                    taken[a, b] += mass * ahead[b]
            total = np.float32(0)
            for b in range(n):
                total += move[a, b] * ahead[b]
            back[a] = total + nothing * back[a]
    if counting:
        for a in range(n):
            for b in range(n):
                d = min(max(b - a, -REACH), REACH)
                walked[a, d + REACH] += taken[a, b] * move[a, b]


@njit(cache=True, nogil=True, fastmath=True)
def both_ways(
    ahead: Any, back: Any, n: int, m: int, steps: Any, rows: Any, null: float, hmm: bool,
    walked: Any,
) -> tuple[Any, Any]:  # fmt: skip
    """Posteriors of a pair both ways: arrays (n + 1, m) and (m + 1, n), null words last.

    ``steps``, ``rows`` and ``walked`` are pairs, for the source's words and for the target's; see
    `markov`.
    """
    forth = np.empty((n + 1, m), np.float32)
    reverse = np.empty((m + 1, n), np.float32)
    if hmm:
        markov(ahead, n, m, steps[0], rows[0], null, forth, walked[0])
        markov(back, m, n, steps[1], rows[1], null, reverse, walked[1])
    else:
        model1(ahead, n, m, 0.1, forth)
        model1(back, m, n, 0.1, reverse)
    return forth, reverse


@njit(cache=True, nogil=True)
def emissions(
    s: Any, t: Any, cells: Any, p: Any, null_t: Any, null_s: Any, ahead: Any, back: Any
) -> None:
    """Fill p(target | source) into ``ahead`` and p(source | target) into ``back``."""
    n, m = len(s), len(t)
    for i in range(n):
        for j in range(m):
            x = cells[i * m + j]
            ahead[i, j] = p[x, 0]
            back[j, i] = p[x, 1]
    for j in range(m):
        ahead[n, j] = null_t[t[j]]
    for i in range(n):
        back[m, i] = null_s[s[i]]


@njit(cache=True, nogil=True)
def expect(
    source: Any,
    source_at: Any,
    target: Any,
    target_at: Any,
    cell_at: Any,
    cells: Any,
    p: Any,
    null_t: Any,
    null_s: Any,
    step_s: Any,
    step_t: Any,
    row_s: Any,
    row_t: Any,
    null: float,
    hmm: bool,
    low: int,
    high: int,
    q: int,
    parts: int,
    post: Any,
    post_t: Any,
    post_s: Any,
    walked_s: Any,
    walked_t: Any,
) -> None:  # pragma: no cover
    """Agreement posteriors of the pairs ``low`` to ``high`` into ``post`` (and the null words'
    into ``post_t``, ``post_s``, the expected steps into ``walked_s``, ``walked_t``), for every
    pair that is ``low + q`` modulo ``parts``."""
    for k in range(low + q, high, parts):
        s = source[source_at[k] : source_at[k + 1]]
        t = target[target_at[k] : target_at[k + 1]]
        n, m = len(s), len(t)
        ahead = np.empty((n + 1, m), np.float32)
        back = np.empty((m + 1, n), np.float32)
        emissions(s, t, cells[cell_at[k] : cell_at[k + 1]], p, null_t, null_s, ahead, back)
        base_s = source_at[k] - source_at[low]
        base_t = target_at[k] - target_at[low]
        end = n if hmm else 0
        walked = (walked_s[base_s : base_s + end], walked_t[base_t : base_t + (m if hmm else 0)])
        forth, reverse = both_ways(
            ahead, back, n, m, (step_s, step_t), (row_s[s], row_t[t]), null, hmm, walked
        )
        base = cell_at[k] - cell_at[low]
        for i in range(n):
            for j in range(m):
                post[base + i * m + j] = np.sqrt(forth[i, j] * reverse[j, i])
        for j in range(m):
            post_t[base_t + j] = forth[n, j]
        for i in range(n):
            post_s[base_s + i] = reverse[m, i]


@njit(cache=True, nogil=True)
def collect(
    source: Any,
    source_at: Any,
    target: Any,
    target_at: Any,
    cell_at: Any,
    cells: Any,
    low: int,
    high: int,
    q: int,
    parts: int,
    post: Any,
    post_t: Any,
    post_s: Any,
    count: Any,
    count_t: Any,
    count_s: Any,
) -> None:  # pragma: no cover
    """Add a block's posteriors to the expected counts of part q.

    Part q owns the words whose number is q modulo ``parts``: no two parts write to one place,
    and each sum is taken in the order of the pairs, so the counts do not depend on ``parts``.
    """
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


@njit(cache=True, nogil=True)
def add_steps(words: Any, row: Any, walked: Any, count: Any) -> None:
    """Add each position's expected steps to its word's row, and all of them to row 0."""
    for n in range(len(words)):
        r = row[words[n]]
        for d in range(count.shape[1]):
            v = walked[n, d]
            if v > np.float32(1e-6):
                count[0, d] += v
                if r > 0:
                    count[r, d] += v
