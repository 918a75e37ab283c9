"""Opening what users name: a path, ``-`` for a standard stream, ``.gz`` and ``.zst`` by suffix.

What is written is complete or absent: it goes to a file beside the wanted one, is synced, and is
renamed when the ``with`` block ends without an exception.
"""

from __future__ import annotations

import gzip
import io
import os
import stat
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from projector.errors import DataError, UsageError
from projector.io.limits import ALWAYS_ALLOWED, PIECE, limits

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


GZIP = (".gz", ".dz")  # the second is dictd's


@contextmanager
def open_read(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """A binary stream to read from.

    Raises:
        DataError: no such file, a directory, or not readable; the message says which.
    """
    name = os.fspath(path)
    if name == "-":
        if sys.stdin is None:  # closed by the shell: <&-
            raise DataError(
                "found standard input closed, wanted a file or a pipe", reason="unreadable"
            )
        yield sys.stdin.buffer
        return
    try:
        raw: BinaryIO = open(name, "rb")  # noqa: SIM115 - closed below, after the wrapper
    except OSError as error:
        raise DataError(_why(error), reason="unreadable", path=name) from error
    with raw:
        try:
            if name.endswith((*GZIP, ".zst")):
                with io.BufferedReader(_Unpacked(raw, name), 1 << 17) as buffered:
                    yield cast(BinaryIO, buffered)
            else:
                yield raw
        except Exception as error:
            if isinstance(error, DAMAGED) or type(error).__name__ == "ZstdError":
                raise damaged(error, name) from error
            raise


class _Unpacked(io.RawIOBase):
    """The data of a compressed file, which may not be out of proportion to its size.

    Raises:
        DataError: see `projector.io.limits.Limits.expansion`.
    """

    def __init__(self, raw: BinaryIO, name: str) -> None:
        self._name = name
        self._packed = _Counted(raw)
        self._size = 0
        self._most = limits().expansion
        self._inner: io.RawIOBase | gzip.GzipFile
        if name.endswith(GZIP):
            self._inner = gzip.GzipFile(fileobj=cast(BinaryIO, self._packed), mode="rb")
        else:
            from projector.io.zstd import ZstdReader

            self._inner = ZstdReader(cast(BinaryIO, self._packed))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        count = self._inner.readinto(memoryview(buffer)[:PIECE]) or 0
        self._size += count
        if self._size > ALWAYS_ALLOWED and self._size > self._most * self._packed.size:
            raise DataError(
                f"found {self._size} bytes unpacked from {self._packed.size}, wanted at most "
                f"{self._most} times as many (XPROJECT_MAX_EXPANSION sets another bound)",
                reason="expands_too_much",
                path=self._name,
            )
        return count


class _Counted:
    """A stream to read from, and how much was read."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self.size = 0

    def read(self, size: int = -1) -> bytes:
        data = self._raw.read(size)
        self.size += len(data)
        return data


def standard_output() -> BinaryIO:
    """Standard output, for data.

    Raises:
        UsageError: it is closed (``>&-``).
    """
    stream: BinaryIO | None = getattr(sys.stdout, "buffer", None)
    if stream is None:
        raise UsageError("found standard output closed, wanted a file: -o FILE")
    return stream


DAMAGED = (EOFError, gzip.BadGzipFile, zlib.error)


def damaged(error: Exception, name: str) -> DataError:
    """What to say of a compressed file that cannot be read to its end."""
    kind = "zstd" if name.endswith(".zst") else "gzip"
    return DataError(
        f"found a cut or damaged {kind} file ({error})", reason="unreadable", path=name
    )


def _why(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "found no such file, wanted a file to read"
    if isinstance(error, IsADirectoryError):
        return "found a directory, wanted a file"
    return f"found it unreadable ({error.strerror}), wanted a file to read"


def check_writable(path: str | os.PathLike[str], *, force: bool, reads: Iterable[str] = ()) -> None:
    """Refuse early what could only fail at the end of a run.

    ``reads`` names what the command reads, which no option makes it overwrite.

    Raises:
        UsageError: the file is one of those, it exists and ``force`` is off, or its folder does
            not exist.
    """
    name = os.fspath(path)
    refuse_same_file(reads, [name])
    if name == "-":
        return
    target = Path(name)
    if target.is_dir():
        raise UsageError(f"{name}: found a directory, wanted a file name to write to")
    if not target.parent.is_dir():
        raise UsageError(f"{name}: the folder {str(target.parent)!r} does not exist; create it")
    if target.exists() and not force and target.is_file():
        raise UsageError(f"{name}: exists already; use --force to replace it")


def refuse_same_file(inputs: Iterable[str], outputs: Iterable[str]) -> None:
    """Refuse to write a file that is read: by its name, by a link, or as a standard stream.

    Raises:
        UsageError: an output is one of the inputs; no option makes that possible.
    """
    read = {key: name for name in inputs if (key := _file_key(name, 0)) is not None}
    for name in outputs:
        found = read.get(_file_key(name, 1) or (-1, -1))
        if found is not None:
            other = f" (as {found})" if found != name else ""
            raise UsageError(
                f"{'standard output' if name == '-' else name}: found the input itself{other}, "
                "wanted another file to write to"
            )


def refuse_inside(inputs: Iterable[str], folder: str) -> None:
    """Refuse to replace a folder that holds something that is read.

    Raises:
        UsageError: it does; no option makes that possible.
    """
    whole = os.path.realpath(folder)
    for name in inputs:
        if name and name != "-" and Path(os.path.realpath(name)).is_relative_to(whole):
            raise UsageError(
                f"{folder}: found the input in it ({name}), wanted another folder to write to"
            )


def refuse_same_output(outputs: Iterable[str]) -> None:
    """Refuse two outputs that are one file.

    Raises:
        UsageError: they are; the second would replace the first.
    """
    seen: set[str] = set()
    for name in outputs:
        place = name if name == "-" else os.path.realpath(name)
        if place in seen:
            raise UsageError(f"{name}: found two outputs of this name, wanted a file for each")
        seen.add(place)


def _file_key(name: str, standard: int) -> tuple[int, int] | None:
    """What makes two names one file or folder; None for pipes, devices and what is not there."""
    try:
        found = os.fstat(standard) if name == "-" else os.stat(name)
    except (OSError, ValueError):
        return None
    kept = stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)
    return (found.st_dev, found.st_ino) if kept else None


@contextmanager
def open_write(path: str | os.PathLike[str], *, force: bool = False) -> Iterator[BinaryIO]:
    """A binary stream to write to; the file appears, whole, when the block ends well.

    Raises:
        UsageError: see `check_writable`.
    """
    name = os.fspath(path)
    check_writable(name, force=force)
    if name == "-":
        stream = standard_output()
        yield stream
        stream.flush()
        return
    if os.path.islink(name) and (os.path.isfile(name) or not os.path.exists(name)):
        name = os.path.realpath(name)  # the link stays, what it points to is written
    if Path(name).exists() and not Path(name).is_file():  # a pipe or /dev/null: nothing to rename
        with open(name, "wb") as stream:
            yield stream
        return
    beside = Path(f"{name}.{os.getpid()}.part")
    try:
        with open(beside, "wb") as raw:
            with compressed(raw, name) as stream:
                yield stream
            raw.flush()
            os.fsync(raw.fileno())
        os.replace(beside, name)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def compressed(raw: BinaryIO, name: str) -> Iterator[BinaryIO]:
    """The stream to write through for a file of this name.

    No time stamp goes into a gzip header: the same data gives the same bytes.
    """
    if name.endswith(".gz"):
        with gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as stream:
            yield cast(BinaryIO, stream)
    elif name.endswith(".zst"):
        import zstandard

        packer = zstandard.ZstdCompressor(level=6, write_checksum=True)
        with packer.stream_writer(raw, closefd=False) as writer:
            yield cast(BinaryIO, writer)
    else:
        yield raw
