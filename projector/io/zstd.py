"""Reading zstd: a cut file is an error here; the library's own reader takes it for a short one."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CHUNK = 1 << 17


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
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer)
        while not self._ready:
            if not self._compressed:
                self._compressed = self._raw.read(CHUNK)
                if not self._compressed:
                    if self._inside:
                        raise EOFError("it ends inside a frame")
                    return 0
            self._ready = self._frame.decompress(self._compressed)
            self._inside = not self._frame.eof
            self._compressed = self._frame.unused_data if self._frame.eof else b""
            if self._frame.eof:
                self._frame = self._make()
        count = min(len(view), len(self._ready))
        view[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count
