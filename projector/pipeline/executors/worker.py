"""A worker process: makes a chain, then does blocks until its standard input ends.

Whatever a library prints goes to standard error; the real standard output carries only answers.
When the run that started it dies, its input ends, and it goes too, in the middle of a block if
need be.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
from queue import SimpleQueue
from typing import IO

from projector.errors import ProjectorError
from projector.pipeline.chain import Block
from projector.pipeline.executors.wire import Ready, WorkerError, receive, send
from projector.pipeline.phases import Work
from projector.runtime import relax_gc


def main() -> None:
    """Serve one run."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the run, which then stops us
    relax_gc()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    questions = os.fdopen(os.dup(0), "rb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    try:
        work = receive(questions)
        assert isinstance(work, Work)
        chain = work.chain()
        send(answers, Ready())
        blocks: SimpleQueue[Block] = SimpleQueue()
        threading.Thread(target=_read, args=(questions, blocks), daemon=True).start()
        while True:
            send(answers, chain.run(blocks.get()))
    except (EOFError, BrokenPipeError):
        os._exit(0)
    except Exception as error:
        send(answers, worker_error(error))


def _read(questions: IO[bytes], blocks: SimpleQueue[Block]) -> None:
    while True:
        try:
            block = receive(questions)
        except EOFError:
            os._exit(0)
        assert isinstance(block, Block)
        blocks.put(block)


def worker_error(error: Exception) -> WorkerError:
    """An error as a message; one that is not ours is called an engine's failure."""
    trace = traceback.format_exc()
    if isinstance(error, ProjectorError):
        return WorkerError(type(error).__name__, str(error), trace)
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return WorkerError("EngineError", f"a worker failed: {text}", trace)


if __name__ == "__main__":
    main()
