"""This tool's own JSON Lines; whatever a record can be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from projector.io.formats.shared.format import EVERYTHING, Format, Sample
from projector.io.formats.shared.notes import Notes
from projector.io.jsonl import Line, read_lines, write_records
from projector.records import Document, Record


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


def _recognises(sample: Sample) -> float:
    if sample.json_rows:
        return 0.5
    return 0.3 if sample.is_json and sample.text.lstrip().startswith("{") else 0.0


FORMAT = Format(
    name="jsonl",
    summary="this tool's own records, token lists, spaCy's and Prodigy's JSON Lines",
    options=Options,
    read=read,
    write=write,
    holds=EVERYTHING,
    suffixes=(".jsonl", ".ndjson"),
    recognises=_recognises,
    pairs=True,
)
