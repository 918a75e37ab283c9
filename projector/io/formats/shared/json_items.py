"""Files that are a JSON list of objects, or JSON Lines of them; read and written one at a time."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from projector.errors import DataError
from projector.io.formats.shared.text_files import text_lines, whole_text, write_text
from projector.io.limits import PIECE
from projector.io.streams import open_read
from projector.json_values import JsonObject


class Item(NamedTuple):
    """One object, or why there is none; numbers count items of a list, or lines."""

    number: int
    value: JsonObject
    raw: str
    error: DataError | None = None


def json_items(path: str, *, lines: bool) -> Iterator[Item]:
    """The objects of a file: of a list where it begins with a bracket, else one of each line.

    Args:
        lines: what a stream holds, which can be read only once.

    Raises:
        DataError: unreadable, or not a JSON list.
    """
    if os.path.isfile(path):
        lines = not _begins_a_list(path)
    if lines:
        for line in text_lines(path):
            if line.text.strip() or line.error is not None:
                yield _item(line.number, line.text.encode("utf-8", "replace"), path, line.error)
        return
    text = whole_text(path)
    try:
        raws = msgspec.json.decode(text, type=list[msgspec.Raw])
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise DataError(
            f"found no JSON list ({str(error).partition(chr(10))[0]}), wanted one",
            reason="invalid_json",
            path=path,
        ) from error
    yield from items_of_list(raws, path)


def _begins_a_list(path: str) -> bool:
    """Whether the first character is a bracket; names do not tell, tools call either ``.json``."""
    with open_read(path) as stream:
        head = stream.read(PIECE).removeprefix(b"\xef\xbb\xbf").lstrip()
        while not head and (more := stream.read(PIECE)):
            head = more.lstrip()
    return head.startswith(b"[")


def items_of_list(raws: Iterable[msgspec.Raw], path: str) -> Iterator[Item]:
    """The objects of a list that is JSON still."""
    for number, raw in enumerate(raws, start=1):
        yield _item(number, bytes(raw), path)


def _item(number: int, raw: bytes, path: str, error: DataError | None = None) -> Item:
    text = raw.decode("utf-8", "replace")
    if error is not None:
        return Item(number, {}, text, error)
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as problem:
        bad = DataError(str(problem), reason="invalid_json", path=path, line=number)
        return Item(number, {}, text, bad)
    if not isinstance(value, dict):
        bad = DataError(
            f"found a JSON {type(value).__name__}, wanted an object",
            reason="not_an_object",
            path=path,
            line=number,
        )
        return Item(number, {}, text, bad)
    return Item(number, value, text)


def write_json_list(values: Iterable[object], path: str, *, force: bool = False) -> int:
    """A JSON list with one value a line; complete or absent. Returns how many there were."""
    count = 0

    def chunks() -> Iterator[str]:
        nonlocal count
        yield "["
        for value in values:
            yield (",\n" if count else "\n") + msgspec.json.encode(value).decode()
            count += 1
        yield "\n]\n" if count else "]\n"

    write_text(chunks(), path, force=force)
    return count
