"""Beam search over a student: the likeliest translations of each sentence of a batch.

As Marian does it: a hypothesis that ends takes one place of the beam with it, and the search of a
sentence is over when no place is left or its limit of length is reached. Hypotheses are compared
by their sum of log-probabilities, finished ones by that sum over length to a power.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from projector.models.hypothesis import Hypothesis
from projector.models.marian.network import Network
from projector.models.marian.search import Found, Head
from projector.models.marian.weights import Floats, Ints


def beams(
    network: Network,
    sentences: Sequence[Sequence[int]],
    allowed: Sequence[Ints] | None,
    limits: Sequence[int],
    end: int,
    unknown: int,
    heads: Sequence[Head],
    beam: int,
    best: int,
    length_penalty: float,
) -> list[list[Found]]:
    """The ``best`` translations of each sentence, likeliest first.

    Args:
        sentences: piece ids with the end piece.
        allowed: the target pieces that each may be made of, sorted; None: all.
        limits: the most pieces of each translation.
        heads: those whose attention is wanted.
        beam: hypotheses of a sentence that are followed at a time.
        length_penalty: the power of the length that a finished sum is divided by.
    """
    encoded = network.encode(sentences)
    live: list[list[Hypothesis | None]] = [[None] for _ in sentences]  # None: nothing read yet
    done: list[list[Hypothesis]] = [[] for _ in sentences]
    owner = np.arange(len(sentences))
    cells = network.cells(len(sentences))
    step = 0
    while len(owner):
        pieces = [-1 if node is None else node.piece for nodes in live for node in nodes]
        read = network.read(
            encoded, owner, cells, np.array(pieces, np.int64), np.ones_like(owner), step, heads
        )
        scores = network.log_probabilities(read)
        scores[:, unknown] = -np.inf
        step += 1
        parents: list[int] = []
        row = 0
        for n, nodes in enumerate(live):
            if not nodes:
                continue
            rows = range(row, row + len(nodes))
            row += len(nodes)
            following: list[Hypothesis | None] = []
            for parent, piece, log_prob in _likeliest(
                scores, rows, nodes, None if allowed is None else allowed[n], beam - len(done[n])
            ):
                before = nodes[parent - rows.start]
                node = Hypothesis(
                    before,
                    piece,
                    log_prob,
                    (before.total if before else 0.0) + log_prob,
                    (before.length if before else 0) + 1,
                    read.weights[:, read.places[parent] : read.places[parent + 1]].copy(),
                )
                if piece == end or node.length >= limits[n]:
                    done[n].append(node)
                else:
                    following.append(node)
                    parents.append(parent)
            live[n] = following
        owner = np.array([n for n, nodes in enumerate(live) for _ in nodes], np.int64)
        cells = [cell[parents] for cell in cells]
    return [
        [
            as_found(node, end, len(heads))
            for node in sorted(
                nodes,
                key=lambda node: (node.piece != end, -node.total / node.length**length_penalty),
            )[:best]
        ]
        for nodes in done
    ]


def _likeliest(
    scores: Floats,
    rows: range,
    nodes: Sequence[Hypothesis | None],
    allowed: Ints | None,
    count: int,
) -> list[tuple[int, int, float]]:
    """The ``count`` likeliest next pieces of a sentence's hypotheses: row, piece, log-probability.

    Equal sums are taken in the order of hypotheses, then of pieces.
    """
    own = scores[rows.start : rows.stop]
    if allowed is not None:
        own = own[:, allowed]
    totals = own + np.array([[0.0 if node is None else node.total] for node in nodes], np.float64)
    flat = totals.ravel()
    count = min(count, len(flat))
    close = np.flatnonzero(flat >= np.partition(flat, len(flat) - count)[len(flat) - count])
    chosen = close[np.argsort(-flat[close], kind="stable")][:count]
    width = own.shape[1]
    return [
        (
            rows.start + int(place // width),
            int(place % width if allowed is None else allowed[place % width]),
            float(own[place // width, place % width]),
        )
        for place in chosen
        if np.isfinite(flat[place])
    ]


def as_found(node: Hypothesis, end: int, heads: int) -> Found:
    """A hypothesis that has come to its end as a translation."""
    path = node.path()
    ids = [step.piece for step in path if step.piece != end]
    seen = [np.stack([step.seen[head] for step in path]) for head in range(heads)]
    finished = node.piece == end
    return Found(ids, np.array([step.log_prob for step in path], np.float32), finished, seen)
