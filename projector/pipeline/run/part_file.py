"""Files of a run that grow block by block in the work folder, and can be cut back to a safe end."""

from __future__ import annotations

import os
import zlib
from pathlib import Path

from projector.errors import DataError
from projector.pipeline.run.journal import write_all

PIECE = 1 << 20


class Part:
    """An append-only file: the output of one phase of one shard, or its rejected lines."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch()
        self._file = open(path, "r+b", buffering=0)  # noqa: SIM115 - closed in close()
        self.end = self._file.seek(0, os.SEEK_END)
        self._dirty = False

    def cut_back(self, end: int) -> None:
        """Forget what was written after ``end``.

        Raises:
            DataError: the file is shorter than that: it is not the one that the journal knows.
        """
        if self.end < end:
            raise DataError(
                f"found {self.end} bytes, wanted at least the {end} that the journal knows to be "
                "safe; --force starts over",
                reason="damaged_work",
                path=str(self.path),
            )
        if self.end > end:
            self._file.truncate(end)
            self._file.seek(end)
            self.end = end
            self._dirty = True

    def check(self, ends: list[int], sums: list[int]) -> None:
        """Compare the safe blocks with the journal's checksums.

        Raises:
            DataError: a block is not what was written.
        """
        self._file.seek(0)
        start = 0
        for end, wanted in zip(ends, sums, strict=True):
            found, left = 0, end - start
            while left > 0 and (data := self._file.read(min(PIECE, left))):
                found = zlib.crc32(data, found)
                left -= len(data)
            if left or found != wanted:
                raise DataError(
                    f"found bytes {start} to {end} changed since they were written; --force "
                    "starts over",
                    reason="damaged_work",
                    path=str(self.path),
                )
            start = end
        self._file.seek(0, os.SEEK_END)

    def append(self, data: bytes) -> None:
        """Write at the end; not safe before `sync`."""
        if data:
            self._dirty = True
            write_all(self._file, data)
            self.end += len(data)

    def sync(self) -> None:
        """Have everything on the disk when this returns."""
        if self._dirty:
            os.fsync(self._file.fileno())
            self._dirty = False

    def close(self) -> None:
        self._file.close()
