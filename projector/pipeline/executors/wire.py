"""Messages between a run and its worker processes: length, kind, MessagePack of plain structs."""

from __future__ import annotations

import struct
from typing import IO

import msgspec

from projector import errors
from projector.pipeline.chain import Block, Done
from projector.pipeline.phases import Work

HEADER = struct.Struct(">cQ")


class Ready(msgspec.Struct, frozen=True):
    """The worker has made its chain."""


class WorkerError(msgspec.Struct, frozen=True):
    """An engine failed as a whole: the class of the error, its sentence, its traceback."""

    kind: str
    text: str
    trace: str = ""


KINDS: dict[bytes, type] = {b"w": Work, b"b": Block, b"d": Done, b"r": Ready, b"t": WorkerError}
_NAMES = {kind: name for name, kind in KINDS.items()}


class WorkerFailure(Exception):
    """A `WorkerError` that arrived."""

    def __init__(self, worker_error: WorkerError) -> None:
        self.worker_error = worker_error
        super().__init__(worker_error.text)

    def error(self) -> errors.ProjectorError:
        """The same error as an exception of our own family."""
        kind = getattr(errors, self.worker_error.kind, None)
        if not (isinstance(kind, type) and issubclass(kind, errors.ProjectorError)):
            kind = errors.EngineError
        found = kind(self.worker_error.text)
        if self.worker_error.trace:
            found.add_note(self.worker_error.trace)
        return found


Message = Work | Block | Done | Ready | WorkerError


def send(stream: IO[bytes], message: Message) -> None:
    """Write one message.

    Raises:
        BrokenPipeError: nobody reads any more.
    """
    data = msgspec.msgpack.encode(message)
    stream.write(HEADER.pack(_NAMES[type(message)], len(data)))
    stream.write(data)
    stream.flush()


def receive(stream: IO[bytes]) -> Message:
    """Read one message.

    Raises:
        EOFError: the other end is gone.
        WorkerFailure: the message is a `WorkerError`.
    """
    name, size = HEADER.unpack(_exactly(stream, HEADER.size))
    message: Message = msgspec.msgpack.decode(_exactly(stream, size), type=KINDS[name])
    if isinstance(message, WorkerError):
        raise WorkerFailure(message)
    return message


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if data is None or len(data) < size:
        raise EOFError
    return data
