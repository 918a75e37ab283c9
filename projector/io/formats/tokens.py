"""JSON Lines of token lists with tags, as Hugging Face data sets have them.

``{"id": ..., "tokens": ["EU", ...], "ner_tags": ["B-ORG", ...], "upos": [...]}``: spans become
``ner_tags`` in the scheme asked for, other layers of token tags keep their names, record labels
become fields of their own. Read, the words are joined as running text has them (``--set
text=spaced``: by single spaces), as `conll` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from projector.io.bio import tags_from_spans
from projector.io.formats import jsonl
from projector.io.formats.shared.flat import FlatOptions, flat_spans
from projector.io.formats.shared.format import Format, Sample
from projector.io.formats.shared.notes import Notes
from projector.io.formats.shared.words import Spacing, naturally_spaced
from projector.io.jsonl import Line
from projector.io.streams import open_write
from projector.json_values import JsonObject
from projector.records import Document, Record
from projector.text.tokens import with_tokens


class Options(FlatOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``field``: to write: the name of the list of span tags."""

    text: Spacing = "natural"
    scheme: Literal["iob2", "iob1", "bilou"] = "iob2"
    field: str = "ner_tags"
    lang: str = ""


def read(path: str, options: Options, notes: Notes) -> Iterator[Line]:
    """The same reader as JSON Lines: it knows token lists."""
    for line in jsonl.read(path, jsonl.Options(lang=options.lang), notes):
        if isinstance(line.record, Document) and options.text == "natural":
            line = line._replace(record=naturally_spaced(line.record))
        yield line


def row(doc: Document, options: Options, notes: Notes) -> JsonObject:
    """One data row: lists of equal length, and the record labels as fields."""
    doc = with_tokens(doc)
    words = doc.words()
    tags = tags_from_spans(flat_spans(doc, notes, options), len(words), options.scheme)
    found: JsonObject = {"id": doc.id, "tokens": words, options.field: tags}
    for layer, values in doc.tags.items():
        found[layer if layer != options.field else f"{layer}_tags"] = list(values)
    for name, value in doc.labels.items():
        found[name if name not in found else f"label_{name}"] = value
    return found


def write(
    records: Iterable[Record], path: str, options: Options, notes: Notes, *, force: bool = False
) -> int:
    count = 0
    with open_write(path, force=force) as stream:
        for record in records:
            assert isinstance(record, Document)
            stream.write(msgspec.json.encode(row(record, options, notes)) + b"\n")
            count += 1
    return count


def _recognises(sample: Sample) -> float:
    """Rows of words without a text."""
    rows = sample.json_rows
    return 0.85 if rows and all(map(_is_token_list, rows)) else 0.0


def _is_token_list(row: JsonObject) -> bool:
    words = row.get("tokens", row.get("words"))
    return "text" not in row and isinstance(words, list) and all(isinstance(w, str) for w in words)


FORMAT = Format(
    name="tokens",
    summary="JSON Lines of token lists and tags",
    options=Options,
    read=read,
    write=write,
    holds=frozenset({"spans", "tags", "labels"}),
    recognises=_recognises,
)
