"""Partial translations of a student in flight (`projector.models.translation_model.Hypotheses`)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from projector.models.marian.network import Network
from projector.models.marian.search import Head
from projector.models.marian.weights import Floats, Ints


class StudentHypotheses:
    """See `Hypotheses`.

    Args:
        sources: piece ids with the end piece.
        heads: decoder layer and head of those whose attention `seen` tells.
    """

    def __init__(
        self, network: Network, sources: Sequence[Sequence[int]], heads: Sequence[Head] = ()
    ) -> None:
        self._network, self._heads = network, heads
        self._encoded = network.encode(sources)
        self._owner = np.arange(len(sources))
        self._cells = network.cells(len(sources))
        self._written = 0
        self._read(np.full(len(sources), -1))

    def _read(self, pieces: Ints) -> None:
        owner = self._owner
        read = self._network.read(
            self._encoded, owner, self._cells, pieces, np.ones_like(owner), self._written,
            self._heads,
        )  # fmt: skip
        self._written += 1
        self._weights, self._places = read.weights, read.places
        self._scores = self._network.log_probabilities(read)

    def step(self, tokens: Sequence[int]) -> None:
        """See `Hypotheses`."""
        self._read(np.array(tokens, np.int64))

    def select(self, parents: Sequence[int]) -> None:
        """See `Hypotheses`."""
        rows = np.array(parents, np.int64)
        self._owner = self._owner[rows]
        self._cells = [cell[rows] for cell in self._cells]

    def log_probabilities(self, rows: Sequence[int], tokens: Sequence[int]) -> list[float]:
        """See `Hypotheses`."""
        taken: list[float] = self._scores[list(rows), list(tokens)].tolist()
        return taken

    def distributions(self) -> Floats:
        """See `Hypotheses`."""
        return self._scores

    def seen(self, row: int) -> Floats:
        """See `Hypotheses`."""
        return self._weights[:, self._places[row] : self._places[row + 1]].copy()
