"""Bounds on what is read: a hostile input costs a clear error, never the machine's memory.

Each bound is far above what data sets have. A variable of the environment sets another one, for
every command and every worker alike: ``XPROJECT_MAX_LINE_BYTES=200000000 xproject align ...``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import BinaryIO

from msgspec import Struct

from projector.errors import DataError, UsageError
from projector.records import Document, Record

PREFIX = "XPROJECT_MAX_"
PIECE = 1 << 20  # bytes read at a time
ALWAYS_ALLOWED = 32 << 20  # bytes that a compressed file may expand to, whatever its ratio
TOO_LONG = b"\0xproject: line too long: "  # what stands in the place of such a line


class Limits(Struct, frozen=True):
    """The bounds; each field ``name`` is set by ``XPROJECT_MAX_NAME``.

    Attributes:
        line_bytes: of one line of JSON Lines or of a text format, its end included.
        file_bytes: of a file that is one JSON value or is read whole otherwise, unpacked.
        expansion: how many times larger a compressed file may be when it is unpacked (above
            `ALWAYS_ALLOWED` bytes; gzip of zeros has 1,030, JSON Lines 5 to 50).
        spans: of one document.
        word: characters without white space in between, in scripts that write spaces between
            words: aligning and projecting compare words letter by letter.
    """

    line_bytes: int = 64 << 20
    file_bytes: int = 1 << 30
    expansion: int = 500
    spans: int = 50_000
    word: int = 10_000


_VARIABLES = tuple(PREFIX + name.upper() for name in Limits.__struct_fields__)
_cached: dict[tuple[str | None, ...], Limits] = {}


def limits() -> Limits:
    """The bounds that hold in this process.

    Raises:
        UsageError: a variable that is no whole number above 0.
    """
    given = tuple(map(os.environ.get, _VARIABLES))  # asked for every record
    if given not in _cached:
        _cached[given] = Limits(
            **{
                name: _number(variable, value)
                for name, variable, value in zip(
                    Limits.__struct_fields__, _VARIABLES, given, strict=True
                )
                if value is not None
            }
        )
    return _cached[given]


def _number(variable: str, value: str) -> int:
    if not value.strip().isdecimal() or int(value) < 1:
        raise UsageError(f"{variable}: found {value!r}, wanted a whole number above 0")
    return int(value)


def bounded_lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a binary stream with their ends.

    In the place of a line above ``line_bytes`` comes a short one that begins with `TOO_LONG` (no
    text has a NUL there); the line itself is passed over without being held.
    """
    most = limits().line_bytes
    while line := stream.readline(most + 1):
        if len(line) <= most:
            yield line
            continue
        size = len(line)
        while not line.endswith(b"\n") and (line := stream.readline(most + 1)):
            size += len(line)
        yield TOO_LONG + str(size).encode() + b"\n"


def too_long(line: bytes) -> DataError:
    """The error for a stand-in of `bounded_lines`."""
    size = line.removeprefix(TOO_LONG).strip().decode("ascii", "replace")
    return DataError(
        f"found a line of {size} bytes, wanted at most {limits().line_bytes} "
        f"({PREFIX}LINE_BYTES sets another bound)",
        reason="too_long",
    )


def read_whole(stream: BinaryIO, name: str) -> bytes:
    """All of a stream.

    Raises:
        DataError: it is larger than ``file_bytes``.
    """
    most = limits().file_bytes
    pieces: list[bytes] = []
    size = 0
    while piece := stream.read(min(PIECE, most + 1 - size)):
        pieces.append(piece)
        size += len(piece)
        if size <= most:
            continue
        raise DataError(
            f"found more than {most} bytes, wanted at most that many in a file that is read whole "
            f"({PREFIX}FILE_BYTES sets another bound)",
            reason="too_long",
            path=name,
        )
    return b"".join(pieces)


def check_size(record: Record) -> None:
    """Refuse a record that would cost out of all proportion.

    Raises:
        DataError: too many spans, or a word without end; the message names the variable.
    """
    sides = (record,) if isinstance(record, Document) else (record.source, record.target)
    most = limits()
    for doc in sides:
        if len(doc.spans) > most.spans:
            raise DataError(
                f"spans: found {len(doc.spans)}, wanted at most {most.spans} "
                f"({PREFIX}SPANS sets another bound)",
                reason="too_large",
            )
        if len(doc.text) > most.word and (size := _longest_word(doc.text)) > most.word:
            raise DataError(
                f"text: found a word of {size} characters, wanted at most {most.word} "
                f"({PREFIX}WORD sets another bound)",
                reason="too_large",
            )


# White space, and scripts that write without it: Thai to Khmer, and East Asia's.
_BREAKS = re.compile(
    r"[\s\u0e00-\u0eff\u0f00-\u109f\u1780-\u17ff\u2e80-\u9fff\ua000-\ua4cf\uac00-\ud7ff"
    r"\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]+"
)


def _longest_word(text: str) -> int:
    return max(map(len, _BREAKS.split(text)))
