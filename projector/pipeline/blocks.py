"""Cutting an input into blocks of lines: the unit that is processed, written and journalled.

Where a block ends depends on the input and the block size alone, never on time or workers.
"""

from __future__ import annotations

import hashlib
import io
import os
import stat
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from projector.errors import DataError
from projector.io.limits import bounded_lines
from projector.pipeline.chain import Block

MAX_BYTES = 8_000_000  # a block of very long documents is closed early, so memory stays bounded


class BlockReader:
    """The blocks of one input stream, with the digest of what has been read so far.

    Args:
        stream: binary, read line by line.
        shard: the input's place among the run's inputs.
        name: what messages call it.
        size: records in a block (blank lines do not count).
        limit: stop after so many records, None for all.
        numbered: the stream is an earlier part's output; see `projector.pipeline.chain`.

    Raises, while it is read:
        DataError: a plain file ends before the size that it had when it was opened.
    """

    def __init__(
        self,
        stream: BinaryIO,
        *,
        shard: int = 0,
        name: str = "-",
        size: int = 256,
        limit: int | None = None,
        numbered: bool = False,
    ) -> None:
        self.records = 0
        self.bytes = 0
        self._digest = hashlib.sha256()
        self._stream = stream
        self._shard, self._name, self._size = shard, name, size
        self._limit, self._numbered = limit, numbered
        self._end = _plain_end(stream)

    @property
    def digest(self) -> str:
        """SHA-256 of the lines read so far."""
        return self._digest.hexdigest()

    def __iter__(self) -> Iterator[Block]:
        first, number = 1, 0
        held: list[bytes] = []
        filled = size = 0
        if self._limit == 0:
            return
        for line_number, line in enumerate(bounded_lines(self._stream), start=1):
            held.append(line)
            size += len(line)
            if line.strip():
                filled += 1
            at_limit = self._limit is not None and self.records + filled >= self._limit
            if filled >= self._size or size >= MAX_BYTES or at_limit:
                yield self._block(held, number, first, filled)
                held, filled, size = [], 0, 0
                number, first = number + 1, line_number + 1
                if at_limit:
                    return
        # Where the stream stands, not the bytes of the lines: of one too long there is a stand-in.
        if self._end and (at := self._stream.tell()) < self._end:
            raise DataError(
                f"found its end after {at} bytes, wanted the {self._end} that "
                "it had when it was opened: it has become shorter while it was read",
                reason="changed_input",
                path=self._name,
            )
        if held:
            yield self._block(held, number, first, filled)

    def _block(self, lines: list[bytes], number: int, first: int, filled: int) -> Block:
        data = b"".join(lines)
        self._digest.update(data)
        self.records += filled
        self.bytes += len(data)
        return Block(self._shard, number, first, data, self._name, self._numbered)


def _plain_end(stream: BinaryIO) -> int:
    """The size of a plain file; 0 for pipes and compressed files."""
    raw = getattr(stream, "raw", None)
    if not isinstance(raw, io.FileIO):
        return 0
    known = os.fstat(raw.fileno())
    return known.st_size if stat.S_ISREG(known.st_mode) else 0


def checksum(data: bytes) -> int:
    """CRC-32, to notice a changed or damaged block."""
    return zlib.crc32(data)
