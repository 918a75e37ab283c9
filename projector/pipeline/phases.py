"""Splitting a chain where a stage must see the whole corpus before its first record.

    translate, align (statistical), project  ->  [translate] | [align, project]

Everything before such a stage is one phase, whose output is kept in the work folder; the stage is
fitted over it and begins the next phase.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from projector.abilities import KeepsState
from projector.errors import EngineError, ProjectorError
from projector.io.streams import open_read
from projector.pipeline.blocks import BlockReader
from projector.pipeline.chain import Chain, crash, read_block
from projector.pipeline.recipe import StageSpec, build_stage
from projector.records import Record
from projector.stage import CorpusStage, SampledCorpus, Stage, corpus_stage, rows_of


class Phase(Struct, frozen=True):
    """Stages ``first`` to ``last`` (exclusive); ``fits``: the first of them sees the corpus."""

    first: int
    last: int
    fits: bool


def split(stages: Sequence[Stage]) -> list[Phase]:
    """The phases of a chain, in order; at least one."""
    learns = [corpus_stage(stage) is not None for stage in stages]
    starts = [0] + [n for n in range(1, len(stages)) if learns[n]]
    ends = [*starts[1:], len(stages)]
    return [Phase(a, b, learns[a]) for a, b in zip(starts, ends, strict=True)]


class Input(Struct, frozen=True):
    """A file that a phase reads, what messages call it, and whether its lines are numbered."""

    path: str
    name: str
    numbered: bool = False


THINNED = 10  # of so many blocks one is shown to a stage that has enough


def corpus(
    inputs: Iterable[Input],
    limit: int | None,
    enough: int = 0,
    digests: list[str] | None = None,
    rows: frozenset[str] = frozenset(),
) -> Iterator[Record]:
    """The good records of the inputs, for `fit`; bad lines are rejected later, not here.

    ``digests`` takes up the SHA-256 of each input that was read to its end.

    All of them; or, after the first ``enough`` of them if that is not 0, every tenth block's, so
    that a stage which only counts does not hold up workers that could already be at work.
    """
    shown = thinned = 0
    for item in inputs:
        with open_read(item.path) as stream:
            reader = BlockReader(stream, name=item.name, limit=limit, numbered=item.numbered)
            for block in reader:
                if enough and shown >= enough:
                    thinned += 1
                    if thinned % THINNED:
                        continue
                for line in read_block(block, rows):
                    if line.record is not None:
                        shown += 1
                        yield line.record
            if digests is not None:
                digests.append(reader.digest)


def fit(stage: CorpusStage, inputs: Sequence[Input], limit: int | None) -> list[str]:
    """Show a corpus-level stage its corpus; gives the digest of each input, if all were read.

    Raises:
        EngineError: it failed in a way that it does not explain itself.
    """
    digests: list[str] = []
    try:
        enough = stage.enough if isinstance(stage, SampledCorpus) else 0
        stage.fit(corpus(inputs, limit, enough, digests, rows_of(stage)))
    except (ProjectorError, KeyboardInterrupt, MemoryError, OSError):
        raise
    except Exception as error:
        raise EngineError(f"learning from the corpus failed: {crash(stage.name, error)}") from error
    return digests if len(digests) == len(inputs) else []


class Work(Struct, frozen=True, kw_only=True):
    """What a worker in another process needs to make its own copy of a phase's chain.

    ``state`` is what the fitted first stage gave; where a stage gives none, the worker fits its
    own on ``inputs``.
    """

    specs: list[StageSpec]
    numbered: bool = False
    stop_at_reject: bool = False
    fits: bool = False
    state: bytes | None = None
    inputs: list[Input] = []
    limit: int | None = None

    def chain(self) -> Chain:
        """The chain, ready to run."""
        stages = [build_stage(spec) for spec in self.specs]
        first = corpus_stage(stages[0]) if self.fits else None
        if first is not None and self.state is not None:
            load_state(first, self.state)
        elif first is not None:
            fit(first, self.inputs, self.limit)
        return Chain(stages, numbered=self.numbered, stop_at_reject=self.stop_at_reject)


def state_of(stage: CorpusStage) -> bytes | None:
    """What `fit` learned, if the stage can say it."""
    return stage.state() if isinstance(stage, KeepsState) else None


def load_state(stage: CorpusStage, state: bytes) -> None:
    """Give a stage what another of its kind has learned."""
    assert isinstance(stage, KeepsState), f"{stage.name} gave a state that it cannot take"
    stage.load_state(state)
