"""The executor that does everything in this process, one block after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from projector.pipeline.chain import Block, Chain, Done


class LocalExecutor:
    """See `projector.pipeline.executors.Executor`."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain

    def run(self, blocks: Iterable[Block]) -> Iterator[Done]:
        return map(self._chain.run, blocks)

    def close(self) -> None:
        self._chain.close()
