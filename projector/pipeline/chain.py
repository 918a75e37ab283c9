"""A chain of stages over one block of lines: parse, process, encode. What a worker does.

A block goes in as the bytes of its lines and comes out as the bytes of its output, so that a
block can cross a pipe or a network without any object being pickled, and parsing is shared out
with the rest of the work. Everything here is free of files and of order between blocks.
"""

from __future__ import annotations

import io
import json
import time
import traceback
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from projector.abilities import ReportsCost
from projector.errors import DataError, EngineError, ProjectorError, UsageError
from projector.io.jsonl import Line, encode, read_stream
from projector.records import Pair, Record, Step
from projector.stage import Outcome, Rejected, Stage, rows_of

NOT_POSSIBLE = "not_possible"  # what a record wants, no engine has


class Block(Struct, frozen=True, array_like=True):
    """Some lines of one input: their bytes, the number of the first, what the input is called.

    ``numbered`` lines begin with the line number of the record's origin and a tab: they come
    from an earlier part of the same run, not from the user.
    """

    shard: int
    number: int
    first_line: int
    data: bytes
    name: str = "-"
    numbered: bool = False


class Reject(Struct, frozen=True, array_like=True):
    """A line that did not become an output record, and why."""

    line: int
    id: str
    reason: str
    detail: str
    raw: str
    stage: str = ""


Number = TypeVar("Number", int, float)


class Tally(Struct, omit_defaults=True):
    """The numbers of a block: ``records == written + rejected``."""

    records: int = 0
    written: int = 0
    rejected: int = 0
    spans: int = 0
    projected: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    cost: dict[str, dict[str, float]] = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)  # each different one of the written pairs

    def add(self, more: Tally, *, first: bool = True, last: bool = True) -> None:
        """Add a block's numbers to these.

        Args:
            first: its records were read from the user's input (not from an earlier phase).
            last: what it wrote is the run's output (not for a later phase).
        """
        if first:
            self.records += more.records
        if last:
            self.written += more.written
            self.spans += more.spans
            self.projected += more.projected
            add_counts(self.dropped, more.dropped)
            self.steps.extend(step for step in more.steps if step not in self.steps)
        self.rejected += more.rejected
        add_counts(self.reasons, more.reasons)
        add_counts(self.seconds, more.seconds)
        for stage, spent in more.cost.items():
            add_counts(self.cost.setdefault(stage, {}), spent)


class Done(Struct, array_like=True):
    """What a block became: output lines, rejected lines, and the numbers of both."""

    shard: int
    number: int
    output: bytes = b""
    rejects: list[Reject] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)


class Chain:
    """Stages in order, applied to blocks.

    Args:
        stages: the stage objects; the chain closes them.
        numbered: write each output line with its origin's line number in front, for a later
            part of the same run.
        stop_at_reject: leave a block alone as soon as one of its lines is bad; for runs in
            which the first bad line ends everything.
    """

    def __init__(
        self, stages: Sequence[Stage], *, numbered: bool = False, stop_at_reject: bool = False
    ) -> None:
        self.stages = list(stages)
        self.numbered = numbered
        self.stop_at_reject = stop_at_reject
        self._projects = any("target.spans" in stage.gives for stage in self.stages)

    def run(self, block: Block) -> Done:
        """Process one block.

        Raises:
            EngineError, UsageError: the engine as a whole failed, not one record.
        """
        lines = read_block(block, rows_of(self.stages[0]) if self.stages else frozenset())
        done = Done(block.shard, block.number, tally=Tally(records=len(lines)))
        live: list[tuple[Line, Record]] = []
        for line in lines:
            if line.error is not None:
                reason, detail = line.error.reason, line.error.detail
                done.rejects.append(Reject(line.number, "", reason, detail, line.raw, "read"))
            elif line.record is not None:
                live.append((line, line.record))
        if not (done.rejects and self.stop_at_reject):
            for stage in self.stages:
                live = self._apply(stage, live, done)
            self._write(live, done)
        done.rejects = [
            reject if reject.raw else replace(reject, raw=raw_line(block, reject.line))
            for reject in sorted(done.rejects, key=lambda reject: reject.line)
        ]
        done.tally.rejected = len(done.rejects)
        done.tally.reasons = dict(Counter(reject.reason for reject in done.rejects))
        return done

    def _apply(
        self, stage: Stage, live: list[tuple[Line, Record]], done: Done
    ) -> list[tuple[Line, Record]]:
        if not live:
            return live
        before = cost_of(stage)
        start = time.perf_counter()
        records = [record for _, record in live]
        outcomes = process(stage, records)
        if done.shard == done.number == 0:
            raise_if_none_possible(outcomes)
        took = time.perf_counter() - start
        add_counts(done.tally.seconds, {stage.name: took})
        spent = {k: v - before.get(k, 0.0) for k, v in cost_of(stage).items()}
        if spent:
            add_counts(done.tally.cost.setdefault(stage.name, {}), spent)
        left = []
        for (line, record), outcome in zip(live, outcomes, strict=True):
            if isinstance(outcome, Rejected):
                name = outcome.id or record.id
                done.rejects.append(
                    Reject(line.number, name, outcome.reason, outcome.detail, "", stage.name)
                )
            else:
                left.append((line, outcome))
        return left

    def _write(self, live: list[tuple[Line, Record]], done: Done) -> None:
        parts: list[bytes] = []
        dropped: Counter[str] = Counter()
        tally = done.tally
        for line, record in live:
            if self.numbered:
                parts.append(b"%d\t" % line.number)
            parts.append(encode(record))
            if isinstance(record, Pair):
                tally.steps.extend(step for step in record.steps if step not in tally.steps)
            if self._projects and isinstance(record, Pair):
                tally.spans += len(record.source.spans)
                tally.projected += len(record.target.spans)
                dropped.update(d.reason for d in record.dropped if d.span is not None)
        done.output = b"".join(parts)
        tally.written = len(live)
        tally.dropped = dict(dropped)

    def close(self) -> None:
        """Close every stage, the later ones too when an earlier one fails."""
        for stage in self.stages:
            stage.close()


def read_block(block: Block, rows: frozenset[str] = frozenset()) -> list[Line]:
    """The block's records, or what is wrong with its lines, each with its line number.

    ``rows``: see `TakesRows`.
    """
    if not block.numbered:
        stream = io.BufferedReader(io.BytesIO(block.data))  # which passes over blank lines fast
        return list(read_stream(stream, block.name, first_line=block.first_line, rows=rows))
    lines = []
    for raw in block.data.split(b"\n")[:-1]:
        number, _, rest = raw.partition(b"\t")
        (line,) = read_stream(io.BytesIO(rest), block.name, first_line=int(number))
        lines.append(line)
    return lines


def raw_line(block: Block, number: int) -> str:
    """A line as it stood in the input; "" in a later part, whose lines are our own."""
    if block.numbered:
        return ""
    found = block.data.split(b"\n")[number - block.first_line]
    return found.decode("utf-8", "replace").rstrip("\r")


def cost_of(stage: Stage) -> dict[str, float]:
    """What the stage says it has spent so far (tokens, money, ...), if it says anything."""
    return stage.cost() if isinstance(stage, ReportsCost) else {}


def process(stage: Stage, records: Sequence[Record]) -> list[Outcome]:
    """``stage.process``, held to its promise; one bad record does not take its neighbours along.

    An exception that is not the stage's own sentence about the whole engine is looked for record
    by record: those that raise it are rejected, the others go on.
    """
    try:
        return _checked(stage, records)
    except (KeyboardInterrupt, MemoryError):
        raise
    except DataError as error:
        if len(records) == 1:
            return [Rejected(records[0].id, error.reason, error.detail)]
    except UsageError as error:
        if len(records) == 1:
            return [Rejected(records[0].id, NOT_POSSIBLE, str(error))]
    except ProjectorError:
        raise
    except Exception as error:
        if len(records) == 1:
            return [Rejected(records[0].id, "stage_error", crash(stage.name, error))]
    return [process(stage, [record])[0] for record in records]


def raise_if_none_possible(outcomes: Sequence[Outcome]) -> None:
    """Raise UsageError if nothing at all of a run's first block could be done as it was asked.

    A record may ask for what there is not (an unknown language) and is then set aside; when all
    of them do, it is the command that asks for it.
    """
    refusals = [outcome for outcome in outcomes if isinstance(outcome, Rejected)]
    reasons = {refusal.reason for refusal in refusals}
    if len(refusals) == len(outcomes) and reasons == {NOT_POSSIBLE}:
        raise UsageError(refusals[0].detail)


def _checked(stage: Stage, records: Sequence[Record]) -> list[Outcome]:
    outcomes = stage.process(records)
    if len(outcomes) != len(records):
        raise EngineError(
            f"the stage {stage.name!r} gave {len(outcomes)} outcomes for {len(records)} records"
        )
    return outcomes


def crash(name: str, error: Exception) -> str:
    """One line on an unexpected exception: what, and where in the program."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    text = " ".join(str(error).split())[:300]
    where = f"{place.filename.rsplit('/', 1)[-1]}:{place.lineno}"
    return f"{name}: {type(error).__name__}: {text} ({where})"


def add_counts(total: dict[str, Number], more: Mapping[str, Number]) -> None:
    """``total[k] += more[k]`` for every key."""
    for key, value in more.items():
        total[key] = total.get(key, 0) + value


def reject_line(reject: Reject, file: str = "") -> bytes:
    """A line of OUT.rejected.jsonl; ``file`` where there are several inputs."""
    plain = {
        **({"file": file} if file else {}),
        "line": reject.line,
        "id": reject.id,
        "stage": reject.stage,
        "reason": reject.reason,
        "detail": reject.detail,
        "raw": reject.raw,
    }
    return json.dumps(plain, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
