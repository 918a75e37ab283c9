"""Plain text, a document a line; blank lines are no documents, but they count for the ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from projector.io.formats.shared.format import Format, Sample
from projector.io.formats.shared.notes import Notes
from projector.io.formats.shared.text_files import one_line, text_lines, write_text
from projector.io.jsonl import Line
from projector.io.shorthand import default_id
from projector.records import Document, Record


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    lang: str = ""
    encoding: str = "utf-8"


def read(path: str, options: Options, notes: Notes) -> Iterator[Line]:
    for line in text_lines(path, options.encoding):
        if line.error is not None:
            yield Line(line.number, None, line.error, line.text)
        elif line.text.strip():
            record = Document(default_id(path, line.number), line.text.strip(), options.lang)
            yield Line(line.number, record, None)


def write(
    records: Iterable[Record], path: str, options: Options, notes: Notes, *, force: bool = False
) -> int:
    def lines() -> Iterator[str]:
        for record in records:
            assert isinstance(record, Document)
            text = one_line(record.text)
            if text != record.text:
                notes.remark("texts with line breaks or tabs have spaces in their place")
            yield text + "\n"

    return write_text(lines(), path, force=force)


def _recognises(sample: Sample) -> float:
    is_empty = sample.whole and not sample.filled
    return 0.1 if is_empty or (sample.name.endswith(".txt") and not sample.is_json) else 0.0


FORMAT = Format(
    name="text",
    summary="a text a line",
    options=Options,
    read=read,
    write=write,
    recognises=_recognises,
)
