"""Weak links for words that hard links leave without any.

Links without probabilities keep what was likelier than not and nothing of the rest: to a word whose
likeliest counterpart was at a third, nothing leads. What that rest was like can be told in part
from the corpus (how often the two forms are linked elsewhere), from the pair (whether the two stand
on the line between the links around them) and from the words (whether they are spelled alike).

A logistic model of it, learnt from probabilities of ``hmm`` that were thrown away and from no gold,
by ``tests/benchmarks/fit_weak_links.py``; learnt without any one folder it is much the same. What
it does to spans, and the one weight that was set by that, is in ``docs/notes/projection.md``.
"""

from __future__ import annotations

from math import exp, log
from typing import NamedTuple

import numpy as np

from projector.compiled import Array, compiled
from projector.compressed_rows import find
from projector.projection.assignment import scored
from projector.projection.match.arrays import Batch, WordArrays
from projector.projection.match.link_counts import FormCounts
from projector.projection.match.strings import word_similarity

REACH = 5  # tokens off the line between the links around, within which a counterpart is looked for
LEAST_SHARE = 0.01  # share of a form's links that is as good as none
LEAST = 0.03  # less likely links are left out
FARTHEST = 8.0  # tokens off the line; farther ones count alike
ROOM = 1024  # cells that there is room for at first; doubled when it is full


class Cells(NamedTuple):
    """Pairs of words of a batch that may get a weak link, in order: the number of their pair, their
    source and target token, and a row of `EVIDENCE` each."""

    pair: Array
    i: Array
    j: Array
    evidence: Array


WEIGHTS = {
    "bias": -1.5,
    "share": 0.6,  # log of how often either form's tokens are linked with the other, added up
    "tokens": -0.32,  # log of how often each form was seen, added up
    "document_frequency": 0.64,  # of both, added up
    "spelling": 0.71,  # similarity
    "distance": -0.18,  # tokens off the line seen from either side, added up
    "neighbours": 0.75,  # how many of the two diagonal neighbours are linked
    "half_free": -2.2,  # one of the two has a link; set, not learnt (-1.27)
}
EVIDENCE = tuple(WEIGHTS)
VECTOR = np.array(list(WEIGHTS.values()))


def with_weak_links(
    batch: Batch, source: WordArrays, target: WordArrays, counts: FormCounts, share: float
) -> Batch:
    """The batch with weak links added in pairs that have spans and links.

    Args:
        counts: of the batch's words.
        share: what their probabilities are multiplied by: how far the corpus's links are hard.
    """
    cells = Cells(*find_cells(batch, source, target, counts))
    link_at, link_i, link_j, link_p = merged(batch, cells, scored(cells.evidence, VECTOR), share)
    return batch._replace(link_at=link_at, link_i=link_i, link_j=link_j, link_p=link_p)


@compiled
def merged(
    batch: Batch, cells: Cells, score: Array, share: float
) -> tuple[Array, Array, Array, Array]:
    """The link arrays of `with_weak_links`, given the log odds of each cell."""
    room = len(batch.link_i) + len(score)
    link_at = np.zeros(len(batch.link_at), np.int64)
    link_i, link_j = np.zeros(room, np.int64), np.zeros(room, np.int64)
    link_p = np.zeros(room, np.float32)
    n = 0
    c = 0
    for r in range(len(batch.link_at) - 1):
        for x in range(batch.link_at[r], batch.link_at[r + 1]):
            link_i[n], link_j[n], link_p[n] = batch.link_i[x], batch.link_j[x], batch.link_p[x]
            n += 1
        while c < len(score) and cells.pair[c] == r:
            p = share / (1.0 + exp(-score[c]))
            if p >= LEAST:
                link_i[n], link_j[n], link_p[n] = cells.i[c], cells.j[c], p
                n += 1
            c += 1
        link_at[r + 1] = n
    return link_at, link_i[:n], link_j[:n], link_p[:n]


@compiled
def find_cells(
    batch: Batch, source: WordArrays, target: WordArrays, counts: FormCounts
) -> tuple[Array, Array, Array, Array]:
    """The arrays of `Cells`: at least one of the words has no link, both or neither are
    punctuation, and they stand near the line between the links around."""
    pair = np.zeros(ROOM, np.int64)
    row = np.zeros(ROOM, np.int64)
    column = np.zeros(ROOM, np.int64)
    evidence = np.zeros((ROOM, len(EVIDENCE)), np.float64)
    n = 0
    for r in range(len(batch.source_at) - 1):
        links = range(batch.link_at[r], batch.link_at[r + 1])
        if not len(links) or batch.span_at[r] == batch.span_at[r + 1]:
            continue
        left = batch.source[batch.source_at[r] : batch.source_at[r + 1]]
        right = batch.target[batch.target_at[r] : batch.target_at[r + 1]]
        linked = np.zeros((len(left) + 2, len(right) + 2), np.int8)  # with a rim
        row_free = np.ones(len(left), np.bool_)
        column_free = np.ones(len(right), np.bool_)
        for x in links:
            linked[batch.link_i[x] + 1, batch.link_j[x] + 1] = 1
            row_free[batch.link_i[x]] = False
            column_free[batch.link_j[x]] = False
        line, back = between_links(linked), between_links(linked.T)
        for i in range(len(left)):
            for j in range(len(right)):
                if not (row_free[i] or column_free[j]):
                    continue
                off, off_back = abs(j - line[i]), abs(i - back[j])
                s, t = left[i], right[j]
                far = off > REACH and off_back > REACH
                if far or source.content[s] != target.content[t]:
                    continue
                if n == len(pair):
                    pair, row, column, evidence = doubled(pair, row, column, evidence)
                pair[n], row[n], column[n] = r, i, j
                x = evidence[n]
                seen = max(0.0, counts.source[s] - 1)  # this one is among them
                seen_back = max(0.0, counts.target[t] - 1)
                together = links_between(counts, s, t) / LEAST_SHARE
                x[0] = 1.0
                x[1] = log(together / (seen + 1) + 1) + log(together / (seen_back + 1) + 1)
                x[2] = log(seen + 1) + log(seen_back + 1)
                x[3] = source.document_frequency[s] + target.document_frequency[t]
                spelled = source.letters[source.at[s] : source.at[s + 1]]
                other = target.letters[target.at[t] : target.at[t + 1]]
                if len(spelled) and len(other):
                    x[4] = word_similarity(spelled, other)
                x[5] = min(off, FARTHEST) + min(off_back, FARTHEST)
                x[6] = linked[i, j] + linked[i + 2, j + 2]
                x[7] = not (row_free[i] and column_free[j])
                n += 1
    return pair[:n], row[:n], column[:n], evidence[:n]


@compiled
def between_links(linked: Array) -> Array:
    """For each row of a matrix with a rim, where its counterpart should stand: the mean of its
    linked columns, or on the line between those of the linked rows around it; before the first and
    after the last, of the matrix's corners."""
    n, m = linked.shape[0] - 2, linked.shape[1] - 2
    line = np.zeros(n, np.float64)
    before, place = -1, -1.0
    for i in range(n + 1):
        count, total = 0, 0
        if i == n:
            count, total = 1, m
        else:
            for j in range(m):
                if linked[i + 1, j + 1]:
                    count += 1
                    total += j
        if count:
            here = total / count
            for k in range(before + 1, i):
                line[k] = place + (here - place) * (k - before) / (i - before)
            if i < n:
                line[i] = here
            before, place = i, here
    return line


@compiled
def links_between(counts: FormCounts, s: int, t: int) -> float:
    """How often the forms of two words are linked."""
    x = find(counts.at, counts.column, s, counts.form[t])
    return float(counts.links[x]) if x >= 0 else 0.0


@compiled
def doubled(
    pair: Array, row: Array, column: Array, evidence: Array
) -> tuple[Array, Array, Array, Array]:
    """The same in arrays of twice the length."""
    n = len(pair)
    pair2, row2, column2 = (
        np.zeros(2 * n, np.int64),
        np.zeros(2 * n, np.int64),
        np.zeros(2 * n, np.int64),
    )
    evidence2 = np.zeros((2 * n, evidence.shape[1]), np.float64)
    pair2[:n], row2[:n], column2[:n], evidence2[:n] = pair, row, column, evidence
    return pair2, row2, column2, evidence2
