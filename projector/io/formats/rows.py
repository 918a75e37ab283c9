"""JSON Lines of any shape: rows that go out with the fields they came in with.

Instruction data (Alpaca, TaCo, Dolly), chats and the like have no one text with labels on it. A row
is carried whole in ``meta``; ``translate --fields`` translates what is named in it, and writing
gives the row back, its fields in their order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct

from projector.errors import DataError
from projector.io.formats.shared.format import Format
from projector.io.formats.shared.notes import Notes
from projector.io.formats.shared.text_files import text_lines, write_text
from projector.io.jsonl import Line
from projector.io.shorthand import document_from_row
from projector.json_values import JsonObject
from projector.records import Document, Record

_LANGUAGE_FIELDS = ("lang", "language")
_encode = msgspec.json.Encoder().encode


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``lang``: the language of rows that do not say theirs; ``text``: the field that is the
    document's text, if one is to be (annotations can hang on it)."""

    lang: str = ""
    text: str = ""


def read(path: str, options: Options, notes: Notes) -> Iterator[Line]:
    for line in text_lines(path):
        if line.error is None and not line.text.strip():
            continue
        try:
            if line.error is not None:
                raise line.error
            value = _decoded(line.text)
            record = document_from_row(
                value, line=line.number, path=path, text=options.text, lang=options.lang
            )
        except DataError as error:
            yield Line(line.number, None, error.at(path, line.number), line.text)
        else:
            yield Line(line.number, record, None)


def write(
    records: Iterable[Record], path: str, options: Options, notes: Notes, *, force: bool = False
) -> int:
    lines = (
        _encode(row_of(record, options.text)).decode() + "\n"
        for record in records
        if isinstance(record, Document)
    )
    return write_text(lines, path, force=force)


def row_of(doc: Document, text: str = "") -> JsonObject:
    """The row of a document: its ``meta``, with its text and labels where it has such.

    Args:
        text: the row's name for the document's text.
    """
    row = dict(doc.meta)
    for field in _LANGUAGE_FIELDS:
        if isinstance(row.get(field), str) and doc.lang:
            row[field] = doc.lang
    if not doc.text:
        return {**row, **doc.labels}
    own = {text or "text": doc.text}
    return {"id": doc.id, **own, **doc.labels, **row, **own}


def _decoded(text: str) -> JsonObject:
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise DataError(f"found no JSON ({error})", reason="invalid_json") from error
    if not isinstance(value, dict):
        raise DataError(
            f"found a JSON {type(value).__name__}, wanted an object", reason="not_an_object"
        )
    return value


FORMAT = Format(
    name="rows",
    summary="JSON objects of any shape, as they are (Alpaca, chat, ...)",
    options=Options,
    read=read,
    write=write,
    holds=frozenset({"labels"}),
)
