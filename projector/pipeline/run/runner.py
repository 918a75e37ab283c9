"""Running a recipe: blocks of lines through the phases of its chain, into files or a stream.

A run into a file keeps a folder beside it, OUT.work/, with what is done so far and the journal
that says how far it is safe; see `projector.pipeline.run.journal`. Killed at any instant, the run
goes on at the first block that is not in the journal, and ends with the same bytes.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from itertools import chain as joined
from pathlib import Path
from typing import BinaryIO, NamedTuple

from projector.abilities import KeepsState
from projector.errors import DataError, EngineError, TooManyRejects, UsageError
from projector.io.streams import open_read, standard_output
from projector.json_values import JsonObject
from projector.pipeline.blocks import BlockReader, checksum
from projector.pipeline.chain import Block, Chain, Done, reject_line
from projector.pipeline.check import check_recipe
from projector.pipeline.executors import Executor
from projector.pipeline.executors.local import LocalExecutor
from projector.pipeline.job import Job, checked
from projector.pipeline.phases import Input, Phase, Work, fit, load_state, split, state_of
from projector.pipeline.recipe import MANDATORY, ConfiguredStage, Recipe, resolved
from projector.pipeline.run import finish
from projector.pipeline.run.identity import identity
from projector.pipeline.run.journal import Finished, Marks
from projector.pipeline.run.nothing_written import nothing_written
from projector.pipeline.run.progress import Progress
from projector.pipeline.run.shards import RunFiles, named_files, plan_files, real_target
from projector.pipeline.run.start import clear, open_store, run_notes
from projector.pipeline.run.store import JOURNAL, SPOOL, Store
from projector.pipeline.run.summary import Summary
from projector.publishing.licences import licences, warning
from projector.stage import FILTERED, Stage, corpus_stage

__all__ = ["Job", "run"]

WORKER_FAULTS = frozenset({"worker_died", "stage_error"})


def run(
    recipe: Recipe,
    *,
    input: str = "",
    output: str = "",
    job: Job = Job(),
    stages: Sequence[Stage] | None = None,
    progress: Progress | None = None,
) -> Summary:
    """Run a recipe over its input.

    Args:
        recipe: the stages, and input and output where they are not given here.
        input: a file, a folder or pattern of shards, or ``-``.
        output: a file, a folder for shards, or ``-``.
        stages: ready-made stage objects instead of the recipe's (one process only).

    Raises:
        UsageError, DataError, EngineError: see `projector.errors`.
        TooManyRejects: more than ``job.max_errors``.
    """
    job = checked(job)
    source, target = input or recipe.input, output or recipe.output
    for what, value in (("input", source), ("output", target)):
        if value == MANDATORY:
            raise UsageError(
                f"{recipe.name or 'recipe'}: {what}: found ???, wanted a file (--{what})"
            )
    target = real_target(target)
    work = Path(f"{target.rstrip('/')}.work")
    replaceable = target != "-" and ((work / JOURNAL).exists() or nothing_written(target))
    configured = check_recipe(recipe) if stages is None else []
    read = named_files([stage.plain() for stage in configured])
    plan = plan_files(source, target, read, force=job.force or replaceable, resume=job.resume)
    if job.dry_run:
        return Summary(outputs=[shard.target for shard in plan.shards])
    built = list(stages) if stages is not None else [stage.build() for stage in configured]
    try:
        this = _Run(recipe, configured, plan, job, built, progress or Progress(quiet=True))
        return this.go()
    finally:
        for stage in built:
            stage.close()


class _InFlight(NamedTuple):
    """A block that an executor has: its checksum, its bytes and its records."""

    crc: int
    size: int
    records: int


class _Run:
    """One run: its phases over its shards. See the module's docstring."""

    def __init__(
        self,
        recipe: Recipe,
        configured: list[ConfiguredStage],
        plan: RunFiles,
        job: Job,
        stages: list[Stage],
        progress: Progress,
    ) -> None:
        self.recipe, self.plan, self.job, self.stages = recipe, plan, job, stages
        self.configured = configured  # empty where the stages were made elsewhere
        self.progress = progress
        self.phases = split(stages)
        self.last = len(self.phases) - 1
        self.summary = Summary(outputs=[shard.target for shard in plan.shards])
        self.block_size = job.block_size
        self.inputs: dict[int, JsonObject] = {}
        self._in_flight: dict[tuple[int, int], _InFlight] = {}
        self._in_place: dict[int, bool] = {}
        self._learned_from: list[str] = []  # digests of the inputs that the first stage has seen
        self._stream: BinaryIO | None = None
        self.store: Store

    def go(self) -> Summary:
        start = time.perf_counter()
        with ExitStack() as stack:
            if self.plan.base:
                earlier = self._open_store(stack)
                if earlier is not None:
                    return earlier
            else:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="xproject-")))
                self.store = Store(folder, None)
                stack.callback(self.store.close)
                self._open_stream(stack)
            stack.enter_context(self.progress)
            if told := warning(licences(stage.step() for stage in self.stages)):
                self.progress.say(f"licence: {told}")
            try:
                self._spool_stdin()
                for number in range(len(self.phases)):
                    self._phase(number)
            except BaseException as error:
                self._save(error)
                raise
            self.summary.wall_seconds = time.perf_counter() - start
            if self.plan.base:
                self._finish()
        return self.summary

    # -- before -----------------------------------------------------------------------------

    def _open_store(self, stack: ExitStack) -> Summary | None:
        """Take up the work folder, or make it; a run that is complete gives its summary."""
        self.identity = identity(self.configured, self.stages, self.plan, self.job.limit)
        opened = open_store(self.plan, self.job, self.identity, self.progress.say)
        if isinstance(opened, Summary):
            return opened
        self.store = opened
        stack.callback(opened.close)
        journal = opened.journal
        assert journal is not None and journal.header is not None
        self.block_size = journal.header.block_size
        for (phase, _), tally in journal.tallies.items():
            self.summary.add(tally, first=phase == 0, last=phase == self.last)
        return None

    def _open_stream(self, stack: ExitStack) -> None:
        target = self.plan.shards[0].target
        if target == "-":
            self._stream = standard_output()
        else:  # a pipe or a device
            self._stream = stack.enter_context(open(target, "wb"))  # noqa: SIM115

    def _spool_stdin(self) -> None:
        """Keep standard input where it must be read twice: a first stage that sees the corpus."""
        if self.plan.shards[0].source != "-" or not self.phases[0].fits:
            return
        spool, beside = self.store.folder / SPOOL, self.store.folder / "input.part"
        if spool.exists():
            if self.store.kept_file(spool) is None:  # killed before the journal's line
                self.store.keep_file(spool, spool)
            self.progress.say("standard input was kept by the interrupted run: not read again")
            return
        with open_read("-") as stream, open(beside, "wb") as kept:
            shutil.copyfileobj(stream, kept, 1 << 20)
        self.store.keep_file(beside, spool)

    # -- the blocks -------------------------------------------------------------------------

    def _inputs(self, number: int) -> list[Input]:
        """What a phase reads: the user's files, or what the phase before wrote."""
        if number:
            return [
                Input(str(self.store.path(number - 1, n)), shard.source, numbered=True)
                for n, shard in enumerate(self.plan.shards)
            ]
        spool = self.store.folder / SPOOL
        return [
            Input(str(spool) if s.source == "-" and spool.exists() else s.source, s.source)
            for s in self.plan.shards
        ]

    def _phase(self, number: int) -> None:
        phase = self.phases[number]
        names = ", ".join(stage.name for stage in self.stages[phase.first : phase.last])
        self.progress.phase(names, self._inputs(number), number, len(self.phases))
        blocks = self._todo(number)
        first = next(blocks, None)
        at = 0
        if first is not None:
            executor = self._executor(number, phase)
            try:
                for done in executor.run(joined([first], blocks)):
                    while at < done.shard:
                        self._end_shard(number, at)
                        at += 1
                    self._record_result(number, done)
            finally:
                executor.close()
        for shard in range(at, len(self.plan.shards)):
            self._end_shard(number, shard)

    def _todo(self, number: int) -> Iterator[Block]:
        """The blocks that are not safe yet; the others are compared with the journal."""
        for shard, item in enumerate(self._inputs(number)):
            if self._is_in_place(shard) and number:
                continue
            marks = self._marks(number, shard)
            safe = len(marks.input_crc) if marks else 0
            with open_read(item.path) as stream:
                reader = BlockReader(
                    stream,
                    shard=shard,
                    name=item.name,
                    size=self.block_size,
                    limit=self.job.limit if number == 0 else None,
                    numbered=item.numbered,
                )
                count = seen = 0
                for block in reader:
                    crc = checksum(block.data)
                    records, seen = reader.records - seen, reader.records
                    count += 1
                    if marks is not None and block.number < safe:
                        if crc != marks.input_crc[block.number]:
                            raise self._changed(item, block)
                        self.progress.skip(len(block.data))
                        continue
                    self._in_flight[shard, block.number] = _InFlight(crc, len(block.data), records)
                    yield block
                if count < safe:
                    raise self._changed(item, None)
            if number == 0:
                self._compare_with_learned(item, shard, reader.digest)
                self.inputs[shard] = {
                    "path": item.name,
                    "sha256": reader.digest,
                    "bytes": reader.bytes,
                    "records": reader.records,
                }

    def _compare_with_learned(self, item: Input, shard: int, digest: str) -> None:
        """Raise if a stage has learned from something else than what was then worked on."""
        if self._learned_from and self._learned_from[shard] != digest:
            raise DataError(
                "has changed since the run learned from it; start over with --force",
                reason="changed_input",
                path=item.name,
            )

    def _marks(self, number: int, shard: int) -> Marks | None:
        """The blocks of a shard that are safe already."""
        journal = self.store.journal
        if journal is not None and number == self.last and self._is_in_place(shard):
            return journal.blocks[number, shard]
        return self.store.open(number, shard) if self._writes_part(number) else None

    def _is_in_place(self, shard: int) -> bool:
        """Whether an earlier start has put the shard's output in place already."""
        if shard not in self._in_place:
            self._in_place[shard] = bool(self.plan.base) and finish.is_in_place(
                self.store, self.plan, shard
            )
        return self._in_place[shard]

    def _writes_part(self, number: int) -> bool:
        return self._stream is None or number < self.last

    def _changed(self, item: Input, block: Block | None) -> UsageError:
        where = f"from line {block.first_line} on" if block else "it is shorter"
        return UsageError(
            f"{item.name}: has changed since the interrupted run read it ({where}); go on with "
            "the file as it was, or start over with --force"
        )

    def _executor(self, number: int, phase: Phase) -> Executor:
        """The executor of a phase, its corpus-level stage fitted."""
        job, inputs = self.job, self._inputs(number)
        limit = job.limit if number == 0 else None
        stages = self.stages[phase.first : phase.last]
        numbered = number < self.last
        state = None
        if phase.fits and (kept := self.store.kept_state(number)) is not None:
            state, learned_from = kept
            self._learned_from = learned_from if number == 0 else self._learned_from
        alone = job.workers == 1 and job.executor == "local"
        learner = corpus_stage(stages[0])
        if learner is not None and state is not None:
            if alone:
                load_state(learner, state)
        elif learner is not None and (alone or isinstance(learner, KeepsState)):
            self.progress.say_slow(f"{stages[0].name}: learning from the whole corpus")
            start = time.perf_counter()
            digests = fit(learner, inputs, limit)
            self._learned_from = digests if number == 0 else self._learned_from
            took = time.perf_counter() - start
            key = f"{stages[0].name} (fit)"
            self.summary.seconds[key] = self.summary.seconds.get(key, 0.0) + took
            state = state_of(learner)
            if state is not None and self.store.journal is not None:
                self.store.keep_state(number, state, digests)
        if alone:
            return LocalExecutor(Chain(stages, numbered=numbered, stop_at_reject=self._stops))
        if not self.configured:
            raise UsageError("several workers need a recipe, not ready-made stages")
        work = Work(
            specs=self.recipe.stages[phase.first : phase.last],
            numbered=numbered,
            stop_at_reject=self._stops,
            fits=phase.fits,
            state=state,
            inputs=inputs,
            limit=limit,
        )
        if job.executor == "ray":
            from projector.pipeline.executors.ray import RayExecutor

            return RayExecutor(work, job.workers, job.ray_address, self.progress.say)
        from projector.pipeline.executors.processes import ProcessExecutor

        return ProcessExecutor(work, job.workers, self.progress.say)

    @property
    def _stops(self) -> bool:
        return self.job.stops_at_reject

    def _record_result(self, number: int, done: Done) -> None:
        block = self._in_flight.pop((done.shard, done.number))
        self._judge(number, done)
        tally = done.tally
        if not tally.records == tally.written + tally.rejected == block.records:
            raise EngineError(
                f"{self.plan.shards[done.shard].source}: found {tally.written} records and "
                f"{tally.rejected} rejects for {block.records} lines, wanted one for each; this "
                "is a fault of xproject"
            )
        if self._writes_part(number):
            self.store.add(number, done, block.crc)
        else:
            assert self._stream is not None
            self._stream.write(done.output)
            self._stream.flush()
            self.store.add(number, done, block.crc, output=False)
        if self._stream is not None:
            name = self.plan.shards[done.shard].source if self.plan.sharded else ""
            for reject in done.rejects:
                sys.stderr.buffer.write(reject_line(reject, name))
            sys.stderr.buffer.flush()
        self.summary.add(done.tally, first=number == 0, last=number == self.last)
        self.progress.advance(block.size, self.summary, done.tally)

    def _judge(self, number: int, done: Done) -> None:
        """Stop at the first bad record, or when there are too many of them.

        What a filter takes out is rejected too, but is no fault.
        """
        faults = [r for r in done.rejects if not r.reason.startswith(FILTERED)]
        if faults and self._stops:
            first = faults[0]
            name = self.plan.shards[done.shard].source
            text = f"{first.detail or first.reason} (--on-error skip sets such records aside)"
            if first.reason in WORKER_FAULTS:
                raise EngineError(f"{name}:{first.line}: {text}")
            raise DataError(text, reason=first.reason, path=name, line=first.line)
        limit = self.job.max_errors
        so_far = self.summary.reasons.items()
        rejected = len(faults) + sum(n for k, n in so_far if not k.startswith(FILTERED))
        if limit is not None and rejected > limit and faults:
            records = self.summary.records + (done.tally.records if number == 0 else 0)
            raise TooManyRejects(
                f"{rejected} of {records} records rejected, more than --max-errors {limit} allows"
                f" (the last at line {faults[-1].line}: "
                f"{faults[-1].detail or faults[-1].reason})"
            )

    def _end_shard(self, number: int, shard: int) -> None:
        if not self._writes_part(number):
            return
        if not self._is_in_place(shard):
            self.store.close_shard(number, shard)
            if number == self.last and self.plan.base:
                finish.finish_shard(self.store, self.plan, number, shard)

    def _save(self, error: BaseException) -> None:
        """What is done stays done, whatever ended the run (a full disk may refuse even that).

        Where no record is done, nothing stays that would stand in the way of the mended command.
        """
        with suppress(OSError):
            self.store.commit()
            journal = self.store.journal
            if journal is None or journal.tallies or journal.shards:
                return
            if not isinstance(error, Exception):  # Ctrl-C, perhaps in the middle of a commit
                return
            if not journal.holds_work or isinstance(error, UsageError | DataError):
                clear(self.store)

    # -- after ------------------------------------------------------------------------------

    def _finish(self) -> None:
        """Everything beside the output; then the work folder goes."""
        plan, journal = self.plan, self.store.journal
        assert journal is not None
        self.summary.rejected_path = finish.write_rejected(self.store, plan, len(self.phases))
        if plan.sharded:
            finish.write_manifest(self.store, plan, self.last)
        finish.write_json(
            plan.beside("run.json"),
            run_notes(
                resolved(self.recipe, self.configured) if self.configured else {},
                plan,
                [self.inputs[n] for n in sorted(self.inputs)],
                journal,
                self.summary,
                self.identity,
            ),
        )
        journal.append([Finished()])
        clear(self.store)
