"""This tool's own JSON Lines; whatever a record can be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from projector.io.formats.base import EVERYTHING, Notes
from projector.io.jsonl import Line, read_lines, write_records
from projector.records import Document, Record

HOLDS = EVERYTHING


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``lang``: the language of documents that do not say theirs."""

    lang: str = ""


def read(path: str, options: Options, notes: Notes) -> Iterator[Line]:
    for line in read_lines(path):
        if options.lang and isinstance(line.record, Document) and not line.record.lang:
            line = line._replace(record=replace(line.record, lang=options.lang))
        yield line


def write(
    records: Iterable[Record], path: str, options: Options, notes: Notes, *, force: bool = False
) -> int:
    return write_records(records, path, force=force)
