"""The executor on a Ray cluster: actors that hold a chain each, on any node; ordered results.

Neighbouring stages that ask for the same resources share an actor; where the resources differ (a
GPU for one, plain cores for the rest) each group of stages has actors of its own, and a block
goes from group to group. Only bytes travel. A block whose actor or node died is tried again on
another one; after the third time its records go one by one, and the one that kills again and again
is rejected.
An actor that dies before it is ready is replaced too, a few times.

Every node needs the same installation, and the same ``RAY_AUTH_TOKEN`` where the cluster wants
one. Cores and GPUs of a stage are set by ``resources`` in the recipe.
"""

from __future__ import annotations

import os
import socket
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from projector.engines import missing_package_message
from projector.errors import EngineError, UsageError
from projector.pipeline.chain import Block, Done, Tally
from projector.pipeline.executors.processes import killed, single_lines
from projector.pipeline.executors.wire import WorkerError, WorkerFailure
from projector.pipeline.executors.worker import worker_error
from projector.pipeline.phases import Work
from projector.pipeline.recipe import Resources
from projector.runtime import relax_gc

ATTEMPTS = 3  # of a block, and then of a record by itself: an actor may be lost by chance
STARTS = 5  # actors of a group that may die in a row before one is ready
AHEAD = 3  # blocks in flight or waiting for their turn, for each actor
CONNECT_SECONDS = 10.0
PATIENCE = 300.0  # seconds without any actor before the run gives up


class _Actor:
    """One chain in a process of the cluster."""

    def __init__(self, work: bytes) -> None:
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        relax_gc()
        self._worker_error: bytes | None = None
        try:
            self._chain = msgspec.msgpack.decode(work, type=Work).chain()
        except Exception as error:
            self._worker_error = msgspec.msgpack.encode(worker_error(error))

    def ready(self) -> bytes:
        """b"" when the chain stands, else what went wrong."""
        return self._worker_error or b""

    def run(self, block: bytes) -> tuple[bool, bytes]:
        """(True, a `Done`) or (False, a `WorkerError`), as MessagePack."""
        try:
            done = self._chain.run(msgspec.msgpack.decode(block, type=Block))
        except Exception as error:
            return False, msgspec.msgpack.encode(worker_error(error))
        return True, msgspec.msgpack.encode(done)


class _Group(Struct):
    """Stages that share actors."""

    work: Work
    resources: Resources
    count: int = 0
    reference: Any = None
    idle: list[Any] = field(default_factory=list)
    waiting: deque[_Task] = field(default_factory=deque)
    failed_starts: int = 0  # in a row


class _Task(Struct):
    """A block on its way; ``block`` is what the group at hand gets."""

    origin: tuple[int, int]
    block: Block
    group: int = 0
    attempts: int = 0
    done: Done | None = None
    pieces: list[Block] | None = None  # its records, one by one, after too many deaths
    finished_pieces: list[Done] = field(default_factory=list)


def groups_of(work: Work) -> list[_Group]:
    """A phase's stages as groups of equal resources, each with its part of the work.

    Raises:
        EngineError: a fitted stage that cannot hand on what it learned.
    """
    if work.fits and work.state is None:
        raise EngineError(
            f"the stage {work.specs[0].stage!r} cannot hand on what it learns from the corpus, so "
            "it cannot run on a cluster; use --executor local"
        )
    found: list[_Group] = []
    runs = [list(run) for _, run in groupby(work.specs, key=lambda spec: spec.resources)]
    for n, specs in enumerate(runs):
        part = replace(
            work,
            specs=specs,
            numbered=work.numbered or n < len(runs) - 1,
            fits=work.fits and n == 0,
            state=work.state if n == 0 else None,
            inputs=[],
        )
        found.append(_Group(part, specs[0].resources))
    return found


def share_out(groups: list[_Group], workers: int, cpus: float, gpus: float) -> None:
    """Set how many actors each group gets, out of what the cluster has.

    Raises:
        UsageError: one actor of each group does not fit.
    """
    for kind, have in (("num_cpus", cpus), ("num_gpus", gpus)):
        least = sum(getattr(group.resources, kind) for group in groups)
        if least > have + 1e-9:
            raise UsageError(
                f"the cluster has {have:g} {kind[4:]}, wanted at least {least:g} for one worker "
                "of each group of stages"
            )
    for group in groups:
        wanted = group.resources.workers or (workers if workers > 1 else None)
        others = sum(g.resources.num_cpus * max(g.count, 1) for g in groups if g is not group)
        other_gpus = sum(g.resources.num_gpus * max(g.count, 1) for g in groups if g is not group)
        fit = float("inf")
        if group.resources.num_cpus:
            fit = min(fit, (cpus - others + 1e-9) // group.resources.num_cpus)
        if group.resources.num_gpus:
            fit = min(fit, (gpus - other_gpus + 1e-9) // group.resources.num_gpus)
        fit = max(1, int(fit) if fit != float("inf") else wanted or 1)
        share = max(1, fit // (len(groups) - groups.index(group)))
        group.count = min(wanted, fit) if wanted else share


class RayExecutor:
    """See the module's docstring and `projector.pipeline.executors.Executor`."""

    def __init__(
        self,
        work: Work,
        workers: int,
        address: str = "",
        say: Callable[[str], None] = lambda text: None,
    ) -> None:
        os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "error")
        try:
            import ray
        except ModuleNotFoundError as error:
            raise EngineError(missing_package_message("--executor ray", "ray", "option")) from error
        self._ray = ray
        self._say = say
        self._groups = groups_of(work)
        self._started = False
        self._in_flight: dict[Any, tuple[_Task | None, Any, int]] = {}
        if not ray.is_initialized():
            where = address or os.environ.get("RAY_ADDRESS") or "local"
            refuse_if_unreachable(where)
            try:
                ray.init(
                    address=where,
                    log_to_driver=False,
                    logging_level="ERROR",
                    include_dashboard=False if not address else None,
                )
            except Exception as error:  # ray raises many kinds; all mean the same to a user
                text = " ".join(str(error).split())[:300]
                raise EngineError(
                    f"no Ray cluster answers at {address or 'this machine'}: {text}"
                ) from error
            self._started = True
        have = ray.cluster_resources()
        share_out(self._groups, workers, have.get("CPU", 0.0), have.get("GPU", 0.0))
        for number, group in enumerate(self._groups):
            group.reference = ray.put(msgspec.msgpack.encode(group.work))
            for _ in range(group.count):
                self._start_actor(number)

    def _start_actor(self, number: int) -> None:
        group = self._groups[number]
        options = {"num_cpus": group.resources.num_cpus, "num_gpus": group.resources.num_gpus}
        remote = self._ray.remote(_Actor)
        kind = remote.options(max_restarts=0, scheduling_strategy="SPREAD", **options)
        actor = kind.remote(group.reference)
        self._in_flight[actor.ready.remote()] = None, actor, number

    def run(self, blocks: Iterable[Block]) -> Iterator[Done]:
        source = iter(blocks)
        order: deque[tuple[int, int]] = deque()
        finished: dict[tuple[int, int], Done] = {}
        most = AHEAD * sum(group.count for group in self._groups)
        ended = False
        while True:
            while not ended and len(order) < most:
                block = next(source, None)
                if block is None:
                    ended = True
                    break
                origin = (block.shard, block.number)
                order.append(origin)
                self._groups[0].waiting.append(_Task(origin, block))
            if not order:
                return
            self._hand_out()
            for task in self._collect():
                assert task.done is not None
                finished[task.origin] = task.done
            while order and order[0] in finished:
                yield finished.pop(order.popleft())

    def _hand_out(self) -> None:
        """Give waiting blocks to idle actors; later groups first, so that blocks leave."""
        for number in reversed(range(len(self._groups))):
            group = self._groups[number]
            while group.idle and group.waiting:
                task, actor = group.waiting.popleft(), group.idle.pop()
                block = task.pieces[len(task.finished_pieces)] if task.pieces else task.block
                reference = actor.run.remote(msgspec.msgpack.encode(block))
                self._in_flight[reference] = task, actor, number

    def _collect(self) -> Iterator[_Task]:
        """Wait for something to end; gives the blocks that are through all groups."""
        ended, _ = self._ray.wait(list(self._in_flight), num_returns=1, timeout=PATIENCE)
        if not ended:
            raise EngineError(f"no answer from the cluster in {PATIENCE:.0f} seconds")
        for reference in ended:
            task, actor, number = self._in_flight.pop(reference)
            try:
                answer = self._ray.get(reference)
            except self._ray.exceptions.RayError as error:
                through = self._actor_lost(task, number, error)
            else:
                if task is None:
                    self._actor_ready(answer, actor, number)
                    continue
                self._groups[number].idle.append(actor)
                through = self._answered(task, number, *answer)
            if through is not None:
                yield through

    def _actor_ready(self, answer: bytes, actor: Any, number: int) -> None:
        if answer:
            raise WorkerFailure(msgspec.msgpack.decode(answer, type=WorkerError)).error()
        self._groups[number].failed_starts = 0
        self._groups[number].idle.append(actor)

    def _actor_lost(self, task: _Task | None, number: int, error: Exception) -> _Task | None:
        """An actor is gone, with its node perhaps: another one is asked for, its block kept.

        Raises:
            EngineError: one after the other dies before it is ready.
        """
        if task is None:
            group = self._groups[number]
            group.failed_starts += 1
            if group.failed_starts >= STARTS:
                stages = ", ".join(spec.stage for spec in group.work.specs)
                raise EngineError(
                    f"{group.failed_starts} workers of the cluster in a row died while they were "
                    f"starting ({stages}): {' '.join(str(error).split())[:300]}"
                ) from error
        self._say(f"a worker of the cluster was lost ({type(error).__name__}); another one starts")
        self._start_actor(number)
        if task is None:
            return None
        task.attempts += 1
        if task.attempts >= ATTEMPTS:
            if task.pieces is not None:
                piece = task.pieces[len(task.finished_pieces)]
                return self._piece_done(task, number, killed(piece, type(error).__name__))
            task.pieces, task.attempts = list(single_lines(task.block)), 0
        self._groups[number].waiting.appendleft(task)
        return None

    def _answered(self, task: _Task, number: int, good: bool, data: bytes) -> _Task | None:
        if not good:
            raise WorkerFailure(msgspec.msgpack.decode(data, type=WorkerError)).error()
        done = msgspec.msgpack.decode(data, type=Done)
        if task.pieces is not None:
            return self._piece_done(task, number, done)
        return self._group_done(task, number, done)

    def _piece_done(self, task: _Task, number: int, done: Done) -> _Task | None:
        assert task.pieces is not None
        task.finished_pieces.append(done)
        task.attempts = 0
        if len(task.finished_pieces) < len(task.pieces):
            self._groups[number].waiting.appendleft(task)
            return None
        whole = Done(*task.origin)
        for piece in task.finished_pieces:
            whole.output += piece.output
            whole.rejects.extend(piece.rejects)
            whole.tally.add(piece.tally)
        task.pieces, task.finished_pieces = None, []
        return self._group_done(task, number, whole)

    def _group_done(self, task: _Task, number: int, done: Done) -> _Task | None:
        """A block is through one group: on to the next, or out, with everything added up."""
        task.done = done if task.done is None else joined(task.done, done)
        task.attempts = 0
        if number + 1 == len(self._groups):
            return task
        task.group = number + 1
        task.block = replace(task.block, data=done.output, numbered=True)
        self._groups[number + 1].waiting.append(task)
        return None

    def close(self) -> None:
        for _, actor, _ in self._in_flight.values():
            self._ray.kill(actor)
        for group in self._groups:
            for actor in group.idle:
                self._ray.kill(actor)
            group.idle.clear()
        self._in_flight.clear()
        if self._started:
            self._ray.shutdown()


def refuse_if_unreachable(address: str) -> None:
    """Raise EngineError at once where nothing listens; Ray itself tries for minutes."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if not colon or not port.isdigit():
        return  # "local", "auto": no address
    try:
        socket.create_connection((host.strip("[]"), int(port)), CONNECT_SECONDS).close()
    except (OSError, OverflowError, UnicodeError) as error:
        raise EngineError(
            f"no Ray cluster answers at {address} ({error}); start one with ray start --head, or "
            "name its head node with --ray-address HOST:PORT"
        ) from error


def joined(before: Done, after: Done) -> Done:
    """One block's outcome of two groups in a row: the first one's input, the second's output."""
    tally = Tally()
    tally.add(before.tally)
    tally.add(after.tally)
    tally.records, tally.written = before.tally.records, after.tally.written
    rejects = sorted([*before.rejects, *after.rejects], key=lambda reject: reject.line)
    return Done(before.shard, before.number, after.output, rejects, tally)
