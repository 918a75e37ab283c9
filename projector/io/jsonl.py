"""Records from and to JSON Lines, one at a time, through ``jsonlines`` with msgspec's codec."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from typing import IO, BinaryIO, NamedTuple, cast

import jsonlines
import msgspec

from projector.errors import DataError
from projector.io.limits import TOO_LONG, bounded_lines, check_size, too_long
from projector.io.shards import input_files
from projector.io.shorthand import document_from_row, is_row, record_from_json
from projector.io.streams import damaged, open_read, open_write
from projector.records import Document, Pair, Record

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


class Line(NamedTuple):
    """What one line of a file gave: a record, or the error that says why not (never both)."""

    number: int
    record: Record | None
    error: DataError | None
    raw: str = ""


def read_lines(path: str | os.PathLike[str]) -> Iterator[Line]:
    """Every non-empty line of a file, or of all shards, as a record or as an error.

    Raises:
        DataError: a file itself cannot be read, or there is none.
    """
    for file in input_files(os.fspath(path)):
        with open_read(file) as stream:
            yield from read_stream(stream, file)


def read_stream(
    stream: BinaryIO, name: str = "-", *, first_line: int = 1, rows: frozenset[str] = frozenset()
) -> Iterator[Line]:
    """As `read_lines`, from an open binary stream; ``name`` is what messages call it.

    ``first_line`` is the number of the stream's first line, where it is a part of a file; ``rows``
    names fields for whose sake rows without a text are taken as they are (`is_row`).
    """
    numbered = _Counter(stream, first_line - 1, name)
    decode = _Decode()
    reader = jsonlines.Reader(numbered, loads=decode)
    while True:
        try:
            value = reader.read(skip_empty=True, allow_none=True)
        except EOFError:
            return
        except jsonlines.InvalidLineError as error:
            if numbered.last.startswith(TOO_LONG):
                yield Line(numbered.line, None, too_long(numbered.last).at(name, numbered.line))
                continue
            raw = (
                error.line if isinstance(error.line, str) else error.line.decode("utf-8", "replace")
            )
            reason = "invalid_utf8" if isinstance(error.line, bytes) else "invalid_json"
            problem = DataError(str(error.args[0]).partition(" (line ")[0], reason=reason)
            yield Line(numbered.line, None, problem.at(name, numbered.line), raw)
            continue
        try:
            if isinstance(value, Document | Pair):
                record: Record = value
            else:
                if rows and is_row(value, rows):
                    record = document_from_row(value, line=numbered.line, path=name)
                else:
                    record = record_from_json(value, line=numbered.line, path=name)
                decode.expect(type(record))
            check_size(record)
        except DataError as error:
            raw = numbered.last.decode("utf-8", "replace")
            yield Line(numbered.line, None, error.at(name, numbered.line), raw)
            continue
        yield Line(numbered.line, record, None)


class _Decode:
    """A line's JSON, straight as a record where it is one in full form (nearly twice as fast).

    What the lines before were, the next one is tried as first. Shorthands, and whatever is wrong,
    come out as plain values, for `record_from_json` to read or to refuse; both ways give the same.
    """

    def __init__(self) -> None:
        self._typed: Callable[[str | bytes], Record] | None = None
        self._misses = 0

    def expect(self, kind: type[Record]) -> None:
        """The line before was one of these."""
        self._misses += 1
        self._typed = _TYPED[kind] if self._misses <= PATIENCE else None

    def __call__(self, text: str | bytes) -> object:
        try:
            if self._typed is not None:
                try:
                    record = self._typed(text)
                    self._misses = 0
                    return record
                except (msgspec.ValidationError, ValueError):
                    pass
            return _decode(text)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error


PATIENCE = 8  # so many lines in a row may be no full records before that is not tried any more
_TYPED: dict[type, Callable[[str | bytes], Record]] = {
    Document: msgspec.json.Decoder(Document).decode,
    Pair: msgspec.json.Decoder(Pair).decode,
}


class _Counter:
    """The lines of a stream, remembering the last one and its number (jsonlines tells neither).

    A compressed file that is cut ends in an EOFError, which jsonlines would take for its end.
    """

    def __init__(self, stream: BinaryIO, line: int, name: str) -> None:
        self._stream = stream
        self._name = name
        self.line = line
        self.last = b""

    def __iter__(self) -> Iterator[bytes]:
        try:
            for line in bounded_lines(self._stream):
                self.line += 1
                if self.line == 1:
                    line = line.removeprefix(b"\xef\xbb\xbf")  # a byte order mark
                self.last = line
                yield line
        except EOFError as error:
            raise damaged(error, self._name) from error


def read_records(path: str | os.PathLike[str]) -> Iterator[Record]:
    """The records of a file; the first bad line raises its `DataError`."""
    for line in read_lines(path):
        if line.error is not None:
            raise line.error
        assert line.record is not None
        yield line.record


def encode(record: Record) -> bytes:
    """One record as a line of JSON, with its line end."""
    return _encode(record) + b"\n"


def write_records(
    records: Iterable[Record], path: str | os.PathLike[str], *, force: bool = False
) -> int:
    """Write records as JSON Lines; complete or absent. Returns how many there were."""
    count = 0
    with open_write(path, force=force) as stream:
        writer = jsonlines.Writer(
            cast(IO[str], _Text(stream)), dumps=lambda r: _encode(r).decode(), compact=True
        )
        for record in records:
            writer.write(record)
            count += 1
    return count


class _Text:
    """A text face for a binary stream, for jsonlines, without a codec object for each file."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(text.encode("utf-8"))
