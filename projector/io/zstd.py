"""Reading zstd: a cut file is an error here; the library's own reader takes it for a short one."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CHUNK = 1 << 17
SLICE = 1 << 11  # unpacked at a time: four bytes may stand for 128 KiB, so for 64 MiB at most


class ZstdReader(io.RawIOBase):
    """The data of all frames of a stream.

    Raises:
        EOFError: the last frame is not whole.
        zstandard.ZstdError: damaged data.
    """

    def __init__(self, raw: BinaryIO) -> None:
        import zstandard

        self._raw = raw
        self._make = zstandard.ZstdDecompressor().decompressobj
        self._frame = self._make()
        self._inside = False  # part of a frame has been read, not all of it
        self._compressed = b""
        self._at = 0  # the first byte of it that was not unpacked yet
        self._ready = b""
        self._given = 0  # so many bytes of it were handed on

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer)
        while self._given >= len(self._ready):
            if self._at >= len(self._compressed):
                self._compressed, self._at = self._raw.read(CHUNK), 0
                if not self._compressed:
                    if self._inside:
                        raise EOFError("it ends inside a frame")
                    return 0
            piece = self._compressed[self._at : self._at + SLICE]
            self._ready, self._given = self._frame.decompress(piece), 0
            self._inside = not self._frame.eof
            self._at += len(piece)
            if self._frame.eof:
                self._at -= len(self._frame.unused_data)
                self._frame = self._make()
        count = min(len(view), len(self._ready) - self._given)
        view[:count] = self._ready[self._given : self._given + count]
        self._given += count
        return count
