"""Greedy and beam search over a student, with what its attention heads looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from projector.models.marian.network import Network
from projector.models.marian.weights import Floats, Ints

Head = tuple[int, int]  # decoder layer from 0, head from 0


class Found(NamedTuple):
    """One translation of a sentence.

    Attributes:
        ids: its pieces without the end piece.
        log_probs: of each piece, and of the end piece where it came.
        finished: False where the limit came first.
        attention: for each head asked for a row for each of ``log_probs``: how the step that
            foretold that piece looked at the source pieces, the end piece included.
    """

    ids: list[int]
    log_probs: Floats
    finished: bool
    attention: list[Floats]

    @property
    def score(self) -> float:
        """Mean log-probability of a piece, the end piece counted."""
        return float(self.log_probs.mean(dtype=np.float64)) if len(self.log_probs) else 0.0


def greedy(
    network: Network,
    sentences: Sequence[Sequence[int]],
    allowed: Sequence[Ints] | None,
    limits: Sequence[int],
    end: int,
    unknown: int,
    heads: Sequence[Head] = (),
) -> list[Found]:
    """The likeliest piece at each step.

    Args:
        sentences: piece ids with the end piece.
        allowed: the target pieces that each may be made of, sorted; None: all.
        limits: the most pieces of each translation.
        heads: those whose attention is wanted.
    """
    encoded = network.encode(sentences)
    if allowed is not None and len(allowed):
        lists = np.concatenate([[0], np.cumsum([len(own) for own in allowed])])
        together = np.concatenate(allowed)
    owner = np.arange(len(sentences))
    cells = network.cells(len(sentences))
    pieces = np.full(len(sentences), -1)
    ids: list[list[int]] = [[] for _ in sentences]
    scores: list[list[float]] = [[] for _ in sentences]
    seen: list[list[Floats]] = [[] for _ in sentences]
    finished = [False] * len(sentences)
    step = 0
    while len(owner):
        read = network.read(encoded, owner, cells, pieces, np.ones_like(owner), step, heads)
        step += 1
        if allowed is None:
            pieces, found = network.best(read, unknown)
        else:
            pieces, found = network.best_of(read, owner, together, lists, unknown)
        keep = []
        for row, (n, piece, score) in enumerate(
            zip(owner.tolist(), pieces.tolist(), found.tolist(), strict=True)
        ):
            scores[n].append(score)
            if heads:
                seen[n].append(read.weights[:, read.places[row] : read.places[row + 1]])
            if piece == end:
                finished[n] = True
                continue
            ids[n].append(piece)
            if step < limits[n]:
                keep.append(row)
        if len(keep) < len(owner):
            owner, pieces = owner[keep], pieces[keep]
            cells = [cell[keep] for cell in cells]
    return [
        Found(ids[n], np.array(scores[n], np.float32), finished[n], _stacked(seen[n], len(heads)))
        for n in range(len(sentences))
    ]


def _stacked(rows: list[Floats], heads: int) -> list[Floats]:
    return [np.stack([row[head] for row in rows]) for head in range(heads)]


class Forced(NamedTuple):
    """What a student makes of a given translation.

    Attributes:
        log_probs: of each piece of the translation and of the end piece; None where not wanted.
        attention: as `Found.attention`.
    """

    log_probs: Floats | None
    attention: list[Floats]


def force(
    network: Network,
    sentences: Sequence[Sequence[int]],
    targets: Sequence[Sequence[int]],
    heads: Sequence[Head] = (),
    *,
    scores: bool = True,
    allowed: Sequence[Ints] | None = None,
) -> list[Forced]:
    """Read given translations (teacher forcing); ids on both sides with the end piece.

    Args:
        scores: without them only as much of the network is computed as the heads need.
        allowed: for each sentence the target pieces, sorted, among which the probabilities are
            taken (its translation's own are added); None: all.
    """
    encoded = network.encode(sentences)
    lengths = [len(target) for target in targets]
    shifted = [piece for target in targets for piece in (-1, *target[:-1])]
    owner = np.arange(len(sentences))
    read = network.read(
        encoded, owner, network.cells(len(sentences)), np.array(shifted, np.int64), lengths, 0,
        heads, top=scores,
    )  # fmt: skip
    found = None
    if scores and allowed is None:
        following = np.array([piece for target in targets for piece in target], np.int64)
        found = network.log_probability_of(read, following)
    elif scores and allowed is not None:
        own = [np.union1d(some, target) for some, target in zip(allowed, targets, strict=True)]
        places = [np.searchsorted(some, target) for some, target in zip(own, targets, strict=True)]
        found = network.log_probability_in(
            read, np.repeat(owner, lengths), np.concatenate(own),
            np.concatenate([[0], np.cumsum([len(some) for some in own])]), np.concatenate(places),
        )  # fmt: skip
    out = []
    at = 0
    for sentence, length in zip(sentences, lengths, strict=True):
        first, last = int(read.places[at]), int(read.places[at + length])
        views = [row[first:last].reshape(length, len(sentence)) for row in read.weights]
        out.append(Forced(None if found is None else found[at : at + length], views))
        at += length
    return out
