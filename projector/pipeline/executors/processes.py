"""The executor with several processes: ordered results, dead workers replaced.

Each worker is a fresh Python (`projector.pipeline.executors.worker`) with a chain of its own,
spoken to over its pipes; nothing is forked, so threads and GPU contexts of this process do no harm.
A block whose worker died is tried once more in a new one; then its records go one by one, and the
one that ends its worker twice is rejected. A worker that is killed while it starts is started
again.
"""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from glob import glob
from queue import SimpleQueue

from msgspec.structs import replace

from projector.errors import EngineError
from projector.pipeline.chain import Block, Done, Reject, Tally, read_block
from projector.pipeline.executors.wire import WorkerFailure, receive, send
from projector.pipeline.phases import Work

PIPE = 1 << 20  # bytes: a block goes through at once, where the system lets it
ATTEMPTS = 2  # of a block, and then of a record by itself: a worker may be killed by chance
STARTS = 5  # of a worker that is killed while it starts; one that ends by itself has two
IN_FLIGHT = 3  # blocks a worker: one at work, others ready, and room for a slow one in front


class WorkerDied(Exception):
    """The process at the other end is gone."""


class Worker:
    """A worker process; started at its first block."""

    def __init__(self, number: int, count: int, work: Work, say: Callable[[str], None]) -> None:
        self._number, self._count, self._work, self._say = number, count, work, say
        self._process: subprocess.Popen[bytes] | None = None
        self._closing = False

    def _start(self) -> subprocess.Popen[bytes]:
        """A process that is ready for blocks.

        Raises:
            EngineError: it ends again and again before it is.
            WorkerDied: the run is being closed.
        """
        for start in range(1, STARTS + 1):
            process = self._launch()
            try:
                assert process.stdin is not None and process.stdout is not None
                send(process.stdin, self._work)
                receive(process.stdout)
                return process
            except (BrokenPipeError, EOFError) as error:
                status = process.wait()
                self.stop()
                if self._closing:
                    raise WorkerDied(died(status)) from error
                if start == STARTS or (status >= 0 and start >= ATTEMPTS):
                    raise EngineError(
                        f"a worker process ended {start} times while it was starting "
                        f"({died(status)})"
                    ) from error
                self._say(f"a worker process ended while it was starting ({died(status)}); again")
            except WorkerFailure as failure:
                raise failure.error() from failure
        raise AssertionError("unreachable")

    def _launch(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "projector.pipeline.executors.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pipesize=PIPE,
            process_group=0,  # Ctrl-C is for the run, which then stops its workers
            env=environment(self._number, self._count),
        )
        self._process = process
        return process

    def do(self, block: Block) -> Done:
        """One block.

        Raises:
            WorkerDied: the process ended before it answered.
        """
        process = self._process or self._start()
        assert process.stdin is not None and process.stdout is not None
        try:
            send(process.stdin, block)
            done = receive(process.stdout)
        except (BrokenPipeError, EOFError) as error:
            status = process.wait()
            self.stop()
            raise WorkerDied(died(status)) from error
        except WorkerFailure as failure:
            raise failure.error() from failure
        assert isinstance(done, Done)
        return done

    def stop(self) -> None:
        """End the process now."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
            self._process = None

    def kill(self) -> None:
        """End the process from another thread; its own thread cleans up."""
        self._closing = True
        if self._process is not None:
            self._process.kill()


class ProcessExecutor:
    """See the module's docstring and `projector.pipeline.executors.Executor`."""

    def __init__(
        self, work: Work, workers: int, say: Callable[[str], None] = lambda text: None
    ) -> None:
        self._say = say
        self._workers = [Worker(n, workers, work, say) for n in range(workers)]
        self._idle: SimpleQueue[Worker] = SimpleQueue()
        for worker in self._workers:
            self._idle.put(worker)
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="worker")
        self._closing = threading.Event()

    def run(self, blocks: Iterable[Block]) -> Iterator[Done]:
        flying: deque[Future[Done]] = deque()
        most = IN_FLIGHT * len(self._workers)
        for block in blocks:
            flying.append(self._threads.submit(self._do, block))
            while len(flying) >= most or (flying and flying[0].done()):
                yield flying.popleft().result()
        while flying:
            yield flying.popleft().result()

    def _do(self, block: Block) -> Done:
        worker = self._idle.get()
        try:
            for _ in range(ATTEMPTS):
                try:
                    return worker.do(block)
                except WorkerDied as error:
                    if self._closing.is_set():
                        raise
                    reason = str(error)
                    self._say(f"a worker process died ({reason}); another one takes its block")
            return one_by_one(worker, block, reason)
        finally:
            self._idle.put(worker)

    def close(self) -> None:
        self._closing.set()
        for worker in self._workers:
            worker.kill()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for worker in self._workers:
            worker.stop()


def one_by_one(worker: Worker, block: Block, reason: str) -> Done:
    """The records of a block that killed two workers, each by itself; one that kills again
    is rejected."""
    total = Done(block.shard, block.number)
    parts = []
    for piece in single_lines(block):
        done = None
        for _ in range(ATTEMPTS):
            try:
                done = worker.do(piece)
                break
            except WorkerDied as error:
                reason = str(error) or reason
        done = done or killed(piece, reason)
        parts.append(done.output)
        total.rejects.extend(done.rejects)
        total.tally.add(done.tally)
    total.output = b"".join(parts)
    return total


def single_lines(block: Block) -> Iterator[Block]:
    """A block for each of a block's lines that is not blank."""
    # Not bytes.splitlines, for which a carriage return between two keys ends a line.
    for number, line in enumerate(io.BytesIO(block.data), start=block.first_line):
        if line.strip():
            yield replace(block, first_line=number, data=line)


def killed(block: Block, reason: str) -> Done:
    """The outcome of a block of one line that no worker survived."""
    (line,) = read_block(block)
    name = line.record.id if line.record is not None else ""
    raw = "" if block.numbered else block.data.decode("utf-8", "replace").rstrip("\r\n")
    detail = f"the record ended its worker process ({reason})"
    reject = Reject(line.number, name, "worker_died", detail, raw, "worker")
    tally = Tally(records=1, rejected=1, reasons={"worker_died": 1})
    return Done(block.shard, block.number, b"", [reject], tally)


def died(status: int) -> str:
    """``-9`` -> ``killed by signal 9, out of memory perhaps``."""
    if status == -9:
        return "killed by signal 9: out of memory, perhaps"
    return f"killed by signal {-status}" if status < 0 else f"exit status {status}"


def environment(number: int, count: int) -> dict[str, str]:
    """A worker's environment: its share of the cores, and one of the GPUs where there are several.

    What the user has set is left alone.
    """
    given = dict(os.environ)
    threads = str(max(1, (os.cpu_count() or 1) // count))
    for name in ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        given.setdefault(name, threads)
    given.setdefault("TOKENIZERS_PARALLELISM", "false")
    # glibc hands the memory of each block back and asks for it again: page faults without end.
    given.setdefault("MALLOC_MMAP_THRESHOLD_", str(64 << 20))
    given.setdefault("MALLOC_TRIM_THRESHOLD_", str(128 << 20))
    visible = given.get("CUDA_VISIBLE_DEVICES")
    devices = (
        [d for d in visible.split(",") if d.strip()]
        if visible is not None
        else [str(n) for n in range(len(glob("/dev/nvidia[0-9]*")))]
    )
    if len(devices) > 1:
        given["CUDA_VISIBLE_DEVICES"] = devices[number % len(devices)]
    return given
