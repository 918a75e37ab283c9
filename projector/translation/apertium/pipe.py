"""A pipeline of processes that stays up: texts in and out, each ended by a null character.

Answers count only once a probe that is sent after them has come back as it should. This matters
because Apertium's programs print a null character at the end of their input too: when one of them
is killed, those behind it end the text that it was at, and one empty text each, as if these were
answers. A run that its probe does not confirm is thrown away whole and done again.
"""

from __future__ import annotations

import os
import selectors
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from projector.errors import EngineError

_STARTS = 5  # attempts to start the processes, and to pass a text alone, before giving up
_HUNG_ATTEMPTS = 2  # of a text alone that the processes do not answer


class PipeBroken(Exception):
    """The processes ended or stood still.

    Attributes:
        answered: how many answers had come; the last few may be none (see the module's docstring).
        hung: True if the processes are alive and say nothing.
        why: their last message, or for how long nothing came.
    """

    def __init__(self, answered: int, hung: bool, why: str) -> None:
        super().__init__(why)
        self.answered = answered
        self.hung = hung
        self.why = why


class NullPipe:
    """Processes joined by pipes, started at the first text.

    Args:
        stages: the command lines in order.
        timeout: seconds without any output after which the pipeline counts as hung.
        probe: a text that the first process understands and that leaves something visible at the
            end of the last. What a fresh pipeline answers to it is what it must answer after
            every run.
    """

    def __init__(self, stages: Sequence[Sequence[str]], timeout: float, probe: str) -> None:
        self._stages = [list(stage) for stage in stages]
        self._timeout = timeout
        self._probe = probe
        self._confirmation = ""
        self._processes: list[subprocess.Popen[bytes]] = []
        self._messages = tempfile.TemporaryFile()  # noqa: SIM115
        self._owner = 0

    def run(self, texts: Sequence[str]) -> list[str]:
        """What the pipeline makes of each text (without null characters in it), in order.

        Raises:
            PipeBroken: a process ended or nothing came for ``timeout`` seconds; no answer of
                this run can be relied on, and the next run starts new processes.
            EngineError: a program is not installed, or even the probe does not come through.
        """
        if not texts:
            return []
        if not self._processes or self._owner != os.getpid():
            self._start()
        *done, confirmation = self._exchange([*texts, self._probe])
        if confirmation != self._confirmation:
            self.close()
            raise PipeBroken(len(done), False, f"a process ended: {self._last_message()}")
        return done

    def run_each(self, texts: Sequence[str]) -> list[str | None]:
        """As `run`, but None for a text that kills or blocks the processes even when alone.

        Raises:
            EngineError: see `run`.
        """
        return isolate(self.run, texts, len(self._stages))

    def _exchange(self, texts: Sequence[str]) -> list[str]:
        writer = threading.Thread(target=self._write, args=(texts,), daemon=True)
        writer.start()
        try:
            done = self._read(len(texts))
        except PipeBroken:
            self.close()
            raise
        finally:
            writer.join()
        return done

    def _start(self) -> None:
        for attempt in range(1, _STARTS + 1):
            self._launch()
            try:
                (self._confirmation,) = self._exchange([self._probe])
            except PipeBroken as error:
                why = error.why
            else:
                if self._confirmation.strip():
                    return
                why = f"no answer to {self._probe!r}: {self._last_message()}"
                self.close()
            if attempt == _STARTS:
                program = self._stages[0][0]
                raise EngineError(f"{program}: the pipeline does not run: {why}")

    def _launch(self) -> None:
        self._processes = []
        self._owner = os.getpid()
        self._messages.seek(0)
        self._messages.truncate()
        source: int = subprocess.PIPE
        for stage in self._stages:
            try:
                process = subprocess.Popen(
                    stage,
                    stdin=source,
                    stdout=subprocess.PIPE,
                    stderr=self._messages,
                    env=environment(),
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

    def _read(self, count: int) -> list[str]:
        stream = self._processes[-1].stdout
        assert stream is not None
        done: list[str] = []
        rest = b""
        with selectors.DefaultSelector() as selector:
            selector.register(stream, selectors.EVENT_READ)
            last = time.monotonic()
            while len(done) < count:
                if not selector.select(timeout=max(0.0, last + self._timeout - time.monotonic())):
                    raise PipeBroken(len(done), True, f"no answer for {self._timeout:g} seconds")
                data = os.read(stream.fileno(), 1 << 16)
                if not data:
                    why = f"a process ended: {self._last_message()}"
                    raise PipeBroken(len(done), False, why)
                last = time.monotonic()
                *ready, rest = (rest + data).split(b"\0")
                done += [text.decode("utf-8", "replace") for text in ready]
        return done[:count]

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


def environment() -> dict[str, str]:
    """What Apertium's programs run under: UTF-8, whatever the user's locale is."""
    return {**os.environ, "LC_ALL": "C.UTF-8"}


def isolate(
    run: Callable[[Sequence[str]], list[str]], texts: Sequence[str], depth: int
) -> list[str | None]:
    """The answers of ``run``, with None for texts that break it even when they are alone.

    A run that broke is done again in parts, cut where the answers ended, so that a text that
    breaks the processes is found in few steps and a process that something else killed costs one
    repetition.

    Args:
        run: answers all texts or raises `PipeBroken`.
        texts: what to answer.
        depth: how many answers too many there can be when a process has ended.
    """
    if not texts:
        return []
    try:
        return list(run(texts))
    except PipeBroken as error:
        broken = error
    if len(texts) == 1:
        return [_alone(run, texts[0], broken)]
    cut = broken.answered - (0 if broken.hung else depth)
    if cut <= 0:
        cut = 1 if broken.hung else broken.answered + 1
    if cut >= len(texts):
        cut = (len(texts) + 1) // 2
    return [*isolate(run, texts[:cut], depth), *isolate(run, texts[cut:], depth)]


def _alone(run: Callable[[Sequence[str]], list[str]], text: str, broken: PipeBroken) -> str | None:
    for _ in range(1, _HUNG_ATTEMPTS if broken.hung else _STARTS):
        with suppress(PipeBroken):
            return run([text])[0]
    return None
