"""One choice for all spans of a pair together, by beam search.

What stands apart in the source stands apart in the target: two disjoint spans may not share a
word; a span inside another stays inside it. Spans that overlap in the source may do as they like.
Every span may take its null candidate.
"""

from __future__ import annotations

import numpy as np

from projector.compiled import Array, compiled

TOP = 12  # candidates of a span that are looked at
BEAM = 40  # partial choices kept
APART, INSIDE, AROUND, FREE = 0, 1, 2, 3  # how a span stands to an earlier one


@compiled
def relation(a: int, b: int, c: int, d: int, same: bool) -> int:
    """How the source stretch a-b stands to c-d; ``same``: both are parts of one span."""
    if same or (a == c and b == d):
        return FREE
    if b <= c or d <= a:
        return APART
    if c <= a and b <= d:
        return INSIDE
    if a <= c and d <= b:
        return AROUND
    return FREE


@compiled
def scored(features: Array, weights: Array) -> Array:
    """Each candidate's weighted sum, in the features' order and float64: the same whatever stands
    beside it. (numpy would leave it to BLAS, whose threads cost more than they bring here.)"""
    out = np.zeros(len(features), np.float64)
    for x in range(len(features)):
        for k in range(len(weights)):
            out[x] += np.float64(features[x, k]) * weights[k]
    return out


@compiled
def probabilities(at: Array, score: Array) -> Array:
    """Log of the softmax of the scores, each span's candidates for themselves."""
    out = np.empty(len(score), np.float64)
    for s in range(len(at) - 1):
        top = -np.inf
        for x in range(at[s], at[s + 1]):
            if score[x] > top:
                top = score[x]
        total = 0.0
        for x in range(at[s], at[s + 1]):
            total += np.exp(score[x] - top)
        log_total = np.log(total) + top
        for x in range(at[s], at[s + 1]):
            out[x] = score[x] - log_total
    return out


@compiled
def choose(
    span_at: Array, span_first: Array, span_end: Array, owner: Array,
    at: Array, first: Array, end: Array,
    log_p: Array,
) -> Array:  # fmt: skip
    """For each span the number of its chosen candidate.

    Args:
        span_at, span_first, span_end: as in `features.Batch`.
        owner: parts of one discontinuous span share a number; other numbers are all different.
        at, first, end: as in `features.Candidates`.
        log_p: of each candidate.
    """
    chosen = np.zeros(len(span_first), np.int64)
    for r in range(len(span_at) - 1):
        low, high = span_at[r], span_at[r + 1]
        count = high - low
        if count == 0:
            continue
        # Spans that are surest go first, so that a doubtful one cannot take their place early.
        top = np.zeros((count, TOP + 1), np.int64)
        tops = np.zeros(count, np.int64)
        sureness = np.zeros(count)
        for k in range(count):
            s = low + k
            size = at[s + 1] - at[s]
            order = np.argsort(-log_p[at[s] : at[s + 1]], kind="mergesort")[:TOP]
            has_null = False
            for y in range(len(order)):
                top[k, y] = at[s] + order[y]
                if order[y] == size - 1:
                    has_null = True
            tops[k] = len(order)
            if not has_null:
                top[k, len(order)] = at[s + 1] - 1
                tops[k] += 1
            sureness[k] = log_p[top[k, 0]]
        if count == 1:
            chosen[low] = top[0, 0]
            continue
        turn = np.argsort(-sureness, kind="mergesort")
        beam_score = np.zeros(BEAM)
        beam_pick = np.zeros((BEAM, count), np.int64)
        beams = 1
        new_score = np.zeros(BEAM * (TOP + 1))
        new_from = np.zeros(BEAM * (TOP + 1), np.int64)
        new_pick = np.zeros(BEAM * (TOP + 1), np.int64)
        for step in range(count):
            k = turn[step]
            s = low + k
            made = 0
            for bm in range(beams):
                for y in range(tops[k]):
                    x = top[k, y]
                    fits = True
                    if first[x] >= 0:
                        for before in range(step):
                            o = beam_pick[bm, before]
                            if first[o] < 0:
                                continue
                            other = low + turn[before]
                            how = relation(
                                span_first[s], span_end[s], span_first[other], span_end[other],
                                owner[s] == owner[other],
                            )  # fmt: skip
                            if how == APART:
                                fits = end[x] <= first[o] or end[o] <= first[x]
                            elif how == INSIDE:
                                fits = first[o] <= first[x] and end[x] <= end[o]
                            elif how == AROUND:
                                fits = first[x] <= first[o] and end[o] <= end[x]
                            if not fits:
                                break
                    if fits:
                        new_score[made] = beam_score[bm] + log_p[x]
                        new_from[made] = bm
                        new_pick[made] = x
                        made += 1
            order = np.argsort(-new_score[:made], kind="mergesort")[:BEAM]
            old = beam_pick.copy()
            beams = len(order)
            for y in range(beams):
                beam_pick[y, :step] = old[new_from[order[y]], :step]
                beam_pick[y, step] = new_pick[order[y]]
                beam_score[y] = new_score[order[y]]
        for step in range(count):
            chosen[low + turn[step]] = beam_pick[0, step]
    return chosen
