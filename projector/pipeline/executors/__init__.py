"""Executors: this process, several worker processes, or a Ray cluster do the blocks of a run.

An executor takes blocks and gives what became of them, in the order of the blocks. It keeps a
bounded number of blocks in flight, so memory does not grow with the input.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from projector.pipeline.chain import Block, Done


class Executor(Protocol):
    """Runs one phase of a chain over blocks."""

    def run(self, blocks: Iterable[Block]) -> Iterator[Done]:
        """One result for each block, in order.

        Raises:
            EngineError, UsageError: the engine as a whole failed.
        """

    def close(self) -> None:
        """Stop processes and free models, at once and whatever is in flight."""
