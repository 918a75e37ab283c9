"""Running a recipe: blocks of lines through the chain of stages, to a file or a stream."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

from msgspec import Struct

from projector.errors import DataError, TooManyRejects, UsageError
from projector.io.jsonl import read_stream
from projector.io.streams import check_writable, open_read, open_write
from projector.pipeline.blocks import BlockReader
from projector.pipeline.chain import Chain, Reject, reject_line
from projector.pipeline.recipe import Recipe, build_stage
from projector.pipeline.stage import Rejected
from projector.pipeline.summary import Summary


class Job(Struct, frozen=True, kw_only=True):
    """How to run a recipe; the recipe says what to run."""

    force: bool = False
    resume: bool = False
    limit: int | None = None
    on_error: str = "fail"
    max_errors: int | None = None
    workers: int = 1
    block_size: int = 256
    executor: str = "local"
    ray_address: str = ""


def run(
    recipe: Recipe,
    *,
    input: str = "",
    output: str = "",
    job: Job = Job(),
    stages: Sequence[Any] | None = None,
) -> Summary:
    """Run a recipe over its input.

    Args:
        input, output: instead of the recipe's own; ``-`` is a standard stream.
        stages: ready-made stage objects instead of building the recipe's.

    Raises:
        UsageError, DataError, EngineError, TooManyRejects: see `projector.errors`.
    """
    source, target = input or recipe.input, output or recipe.output
    for what, value in (("input", source), ("output", target)):
        if value == "???":
            raise UsageError(f"{recipe.name or 'recipe'}: {what}: found ???, wanted a file or -")
    check_writable(target, force=job.force)
    rejected = Path(f"{target}.rejected.jsonl")
    start = time.perf_counter()
    built = list(stages) if stages is not None else [build_stage(s) for s in recipe.stages]
    chain = Chain(built, stop_at_reject=job.on_error == "fail")
    summary = Summary(outputs=[target])
    try:
        with ExitStack() as stack:
            stream = stack.enter_context(open_read(source))
            if any(stage.sees_corpus for stage in built):
                stream = io.BytesIO(stream.read())
                _fit(chain, stream, source)
            sink = stack.enter_context(open_write(target, force=job.force))
            refused = _RejectSink(target, rejected, stack)
            reader = BlockReader(stream, name=source, size=job.block_size, limit=job.limit)
            for done in map(chain.run, reader):
                summary.add(done)
                _judge(done.rejects, summary, job, source)
                sink.write(done.output)
                if target == "-":
                    sink.flush()
                refused.write(done.rejects)
    finally:
        chain.close()
    summary.wall_seconds = time.perf_counter() - start
    return summary


def _fit(chain: Chain, stream: BinaryIO, name: str) -> None:
    """Show the corpus-level stages what reaches them (first version: all in memory)."""
    lines = list(read_stream(stream, name))
    records = [line.record for line in lines if line.record is not None]
    stream.seek(0)
    for stage in chain.stages:
        if stage.sees_corpus:
            stage.fit(iter(records))
        records = [r for r in stage.process(records) if not isinstance(r, Rejected)]


def _judge(rejects: list[Reject], summary: Summary, job: Job, name: str) -> None:
    """Stop at the first rejected line, or when there are too many of them."""
    if rejects and job.on_error == "fail":
        first = rejects[0]
        raise DataError(
            f"{first.detail or first.reason} (--on-error skip sets such records aside)",
            reason=first.reason,
            path=name,
            line=first.line,
        )
    if job.max_errors is not None and summary.rejected > job.max_errors:
        raise TooManyRejects(
            f"{summary.rejected} of {summary.records} records rejected, more than --max-errors "
            f"{job.max_errors} allows"
        )


class _RejectSink:
    """OUT.rejected.jsonl, made when there is something to write into it."""

    def __init__(self, target: str, path: Path, stack: ExitStack) -> None:
        self._path, self._stack = path, stack
        self._stream: BinaryIO | None = sys.stderr.buffer if target == "-" else None
        if target != "-":
            path.unlink(missing_ok=True)

    def write(self, rejects: list[Reject]) -> None:
        if rejects and self._stream is None:
            self._stream = self._stack.enter_context(open_write(self._path, force=True))
        for reject in rejects:
            assert self._stream is not None
            self._stream.write(reject_line(reject))
