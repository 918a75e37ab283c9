"""A pipeline of processes that stays up: texts in and out, each ended by a null character.

Every process flushes and forgets at a null, so texts do not influence one another: what comes
out of a text does not depend on its batch.
"""

from __future__ import annotations

import os
import selectors
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import suppress

from projector.errors import EngineError


class PipeBroken(Exception):
    """The pipeline died or stood still; ``done`` holds what had come back by then."""

    def __init__(self, done: list[str], why: str) -> None:
        super().__init__(why)
        self.done = done
        self.why = why


class NullPipe:
    """Processes joined by pipes, started at the first text.

    Args:
        stages: the command lines in order.
        timeout: seconds without any output after which the pipeline counts as hung.
    """

    def __init__(self, stages: Sequence[Sequence[str]], timeout: float) -> None:
        self._stages = [list(stage) for stage in stages]
        self._timeout = timeout
        self._processes: list[subprocess.Popen[bytes]] = []
        self._messages = tempfile.TemporaryFile()  # noqa: SIM115
        self._owner = 0

    def run(self, texts: Sequence[str]) -> list[str]:
        """What the pipeline makes of each text (without null characters in it), in order.

        Raises:
            PipeBroken: a process ended or nothing came for ``timeout`` seconds.
            EngineError: a program is not installed.
        """
        if not texts:
            return []
        if not self._processes or self._owner != os.getpid():
            self._start()
        writer = threading.Thread(target=self._write, args=(texts,), daemon=True)
        writer.start()
        done: list[str] = []
        try:
            self._read(len(texts), done)
        except PipeBroken:
            self.close()
            writer.join()
            raise
        writer.join()
        return done

    def _start(self) -> None:
        self._processes = []
        self._owner = os.getpid()
        self._messages.seek(0)
        self._messages.truncate()
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        source: int = subprocess.PIPE
        for stage in self._stages:
            try:
                process = subprocess.Popen(
                    stage,
                    stdin=source,
                    stdout=subprocess.PIPE,
                    stderr=self._messages,
                    env=environment,
                    start_new_session=True,  # an interrupt is ours to handle, not theirs
                )
            except OSError as error:
                self.close()
                raise EngineError(f"{stage[0]}: cannot be started ({error.strerror})") from error
            if self._processes:
                before = self._processes[-1].stdout
                assert before is not None
                before.close()  # so that the end of one process reaches its neighbours
            self._processes.append(process)
            assert process.stdout is not None
            source = process.stdout.fileno()

    def _write(self, texts: Sequence[str]) -> None:
        stream = self._processes[0].stdin
        assert stream is not None
        with suppress(OSError, ValueError):  # the reader notices and says what happened
            for n in range(0, len(texts), 64):
                stream.write("".join(text + "\0" for text in texts[n : n + 64]).encode())
            stream.flush()

    def _read(self, count: int, done: list[str]) -> None:
        stream = self._processes[-1].stdout
        assert stream is not None
        rest = b""
        with selectors.DefaultSelector() as selector:
            selector.register(stream, selectors.EVENT_READ)
            last = time.monotonic()
            while len(done) < count:
                if not selector.select(timeout=max(0.0, last + self._timeout - time.monotonic())):
                    raise PipeBroken(done, f"no answer for {self._timeout:g} seconds")
                data = os.read(stream.fileno(), 1 << 16)
                if not data:
                    raise PipeBroken(done, f"a process ended: {self._last_message()}")
                last = time.monotonic()
                *ready, rest = (rest + data).split(b"\0")
                done += [text.decode("utf-8", "replace") for text in ready]

    def _last_message(self) -> str:
        self._messages.seek(0, os.SEEK_END)
        self._messages.seek(max(0, self._messages.tell() - 400))
        lines = self._messages.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"

    def close(self) -> None:
        """End the processes; the next `run` starts new ones."""
        if self._owner == os.getpid():
            for process in self._processes:
                with suppress(OSError):
                    process.kill()
            for process in self._processes:
                process.wait()
                for stream in (process.stdin, process.stdout):
                    if stream is not None:
                        with suppress(OSError, ValueError):
                            stream.close()
        self._processes = []

    def __del__(self) -> None:
        with suppress(Exception):
            self.close()
            self._messages.close()
