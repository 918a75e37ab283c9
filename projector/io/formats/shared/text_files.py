"""Text files as lines or as a whole, in any encoding whose lines end as ASCII's; written whole."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from projector.errors import DataError, UsageError
from projector.io.limits import TOO_LONG, bounded_lines, read_whole, too_long
from projector.io.streams import open_read, open_write


class TextLine(NamedTuple):
    """A line of a text file without its end; ``error`` says why it is no text."""

    number: int
    text: str
    error: DataError | None = None


def text_lines(
    path: str | os.PathLike[str], encoding: str = "utf-8", *, keep_ends: bool = False
) -> Iterator[TextLine]:
    r"""The lines of a text file (``\n`` and ``\r\n``; a byte order mark at the start is dropped).

    Only these end a line: U+2028 and the like stay in the text. With ``keep_ends`` the lines come
    with their ends.

    Raises:
        DataError: the file cannot be read.
        UsageError: no such encoding.
    """
    name = os.fspath(path)
    check_encoding(encoding)
    with open_read(name) as stream:
        for number, raw in enumerate(bounded_lines(stream), start=1):
            if raw == b"\n":  # millions of them may come out of a small archive
                yield TextLine(number, "\n" if keep_ends else "")
                continue
            if raw.startswith(TOO_LONG):
                yield TextLine(number, "", too_long(raw).at(name, number))
                continue
            if number == 1 and raw.startswith(b"\xef\xbb\xbf"):
                raw = raw[3:]
            try:
                text = raw.decode(encoding)
            except UnicodeDecodeError as error:
                bad = DataError(
                    f"found bytes that are not {encoding} (byte {error.start + 1} of the line), "
                    "wanted text; --set encoding=NAME reads other encodings",
                    reason="invalid_utf8",
                    path=name,
                    line=number,
                )
                yield TextLine(number, raw.decode(encoding, "replace").rstrip("\r\n"), bad)
                continue
            yield TextLine(number, text if keep_ends else text.rstrip("\r\n"))


def check_encoding(encoding: str) -> None:
    """Raise UsageError unless lines of bytes can be read as text in this encoding.

    Encodings from text to text (``rot13``) or from bytes to bytes (``zip``), and those whose line
    ends are not the byte 10 (``utf-16``), cannot be read line by line.
    """
    try:
        if b"a\n".decode(encoding) == "a\n":
            return
    except (LookupError, UnicodeError):
        pass
    raise UsageError(
        f"encoding: found {encoding!r}, wanted one of bytes whose lines end as ASCII's do, such as "
        "utf-8, latin-1 or cp1252"
    )


def write_text(chunks: Iterable[str], path: str | os.PathLike[str], *, force: bool = False) -> int:
    """Write chunks of text as UTF-8; complete or absent. Returns how many chunks there were."""
    count = 0
    with open_write(path, force=force) as stream:
        for chunk in chunks:
            stream.write(chunk.encode("utf-8"))
            count += 1
    return count


def whole_text(path: str | os.PathLike[str], encoding: str = "utf-8") -> str:
    """A whole file as text, for formats that are one JSON value.

    Raises:
        DataError: unreadable, or not text in this encoding.
    """
    name = os.fspath(path)
    check_encoding(encoding)
    with open_read(name) as stream:
        raw = read_whole(stream, name)
    try:
        return raw.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        raise DataError(
            f"found bytes that are not {encoding} (at byte {error.start}), wanted text",
            reason="invalid_utf8",
            path=name,
        ) from error


def one_line(text: str) -> str:
    """Text with each line break and tab as a space (one for one, so offsets stay right)."""
    return text.translate(_BREAKS)


_BREAKS = {ord(c): " " for c in "\n\r\t\v\f\x1c\x1d\x1e\x85\u2028\u2029"}
