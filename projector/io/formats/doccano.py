"""doccano JSON Lines: texts with entities and relations, out to be corrected and back.

Read: ``entities`` with ``start_offset`` and ``end_offset``, ``relations`` with ``from_id`` and
``to_id``; or the plain form, ``label`` (or ``labels``) as ``[[start, end, name], ...]``; record
labels as a list of names. doccano numbers rows itself, so the record's id travels as
``record_id``, which doccano keeps. With ``--base`` corrections go back into the records that
they were made from. Offsets are code points.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from msgspec import Struct

from projector.errors import DataError
from projector.io.formats.shared.corrections import merged_lines
from projector.io.formats.shared.format import Format, Sample
from projector.io.formats.shared.json_items import json_items
from projector.io.formats.shared.notes import Notes
from projector.io.formats.shared.text_files import write_text
from projector.io.jsonl import Line
from projector.io.shorthand import default_id
from projector.json_values import JsonObject
from projector.records import Document, Record, Relation, Span

BACK = frozenset({"relations"})  # what goes back into the records, beside spans


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``base``: to read: the records that the rows were made from."""

    base: str = ""
    lang: str = ""


def read(path: str, options: Options, notes: Notes) -> Iterator[Line]:
    lines = _documents(path, options)
    yield from merged_lines(options.base, lines, BACK) if options.base else lines


def _documents(path: str, options: Options) -> Iterator[Line]:
    for item in json_items(path, lines=True):
        error = item.error
        if error is None:
            try:
                name = default_id(path, item.number)
                yield Line(item.number, _document(item.value, options, name), None)
                continue
            except DataError as problem:
                error = problem
            except (ValueError, TypeError, KeyError, AttributeError) as problem:
                error = DataError(f"row: {problem}", reason="bad_field")
        yield Line(item.number, None, error.at(path, item.number), item.raw)


def _document(row: dict[str, Any], options: Options, name: str) -> Document:
    text = row.get("text")
    if not isinstance(text, str):
        raise DataError("text: found no text, wanted the row's text", reason="missing_field")
    spans: list[Span] = []
    names: list[str] = []
    for entity in row.get("entities") or []:
        spans.append(
            Span(
                str(entity.get("id", f"s{len(spans)}")),
                int(entity["start_offset"]),
                int(entity["end_offset"]),
                str(entity["label"]),
            )
        )
    plain = row.get("label", row.get("labels")) or []
    for given in [plain] if isinstance(plain, str) else plain:
        if isinstance(given, str):
            names.append(given)
        else:
            start, end, label = given
            spans.append(Span(f"s{len(spans)}", int(start), int(end), str(label)))
    labels: JsonObject = {"label": names[0] if len(names) == 1 else names} if names else {}
    relations = [
        Relation(str(r["type"]), str(r["from_id"]), str(r["to_id"]))
        for r in row.get("relations") or []
    ]
    known = {"id", "record_id", "text", "entities", "relations", "label", "labels", "lang"}
    given_id = row.get("record_id", row.get("id"))
    return Document(
        id=str(given_id) if given_id is not None else name,
        text=text,
        lang=str(row.get("lang") or options.lang),
        spans=spans,
        relations=relations,
        labels=labels,
        meta={key: value for key, value in row.items() if key not in known},
    )


def write(
    records: Iterable[Record], path: str, options: Options, notes: Notes, *, force: bool = False
) -> int:
    def lines() -> Iterator[str]:
        number = 0
        for record in records:
            assert isinstance(record, Document)
            numbers = {span.id: number + n + 1 for n, span in enumerate(record.spans)}
            number += len(numbers)
            notes.lose("spans", "discontinuous (their hull)", _discontinuous(record))
            row: JsonObject = {
                "record_id": record.id,
                "lang": record.lang,
                "text": record.text,
                "entities": [
                    {
                        "id": numbers[s.id],
                        "start_offset": s.start,
                        "end_offset": s.end,
                        "label": s.label,
                    }
                    for s in record.spans
                ],
                "relations": [
                    {"from_id": numbers[r.head], "to_id": numbers[r.tail], "type": r.label}
                    for r in record.relations
                ],
            }
            if record.labels:
                row["label"] = [str(value) for value in record.labels.values()]
            yield msgspec.json.encode(row).decode() + "\n"

    return write_text(lines(), path, force=force)


def _discontinuous(doc: Document) -> int:
    return sum(len(span.parts) > 1 for span in doc.spans)


def _recognises(sample: Sample) -> float:
    """Rows of a text with ``entities`` by ``start_offset``, or with labels as offsets and name."""
    return 0.9 if any(map(_is_annotated, sample.json_rows)) else 0.0


def _is_annotated(row: JsonObject) -> bool:
    entities = row.get("entities")
    if isinstance(row.get("text"), str) and isinstance(entities, list) and entities:
        return all(isinstance(e, dict) and "start_offset" in e for e in entities)
    plain = row.get("label", row.get("labels"))
    if not isinstance(row.get("text"), str) or not isinstance(plain, list) or not plain:
        return False
    return all(
        isinstance(item, list) and [type(part) for part in item] == [int, int, str]
        for item in plain
    )


FORMAT = Format(
    name="doccano",
    summary="doccano JSON Lines, and corrections with --base",
    options=Options,
    read=read,
    write=write,
    holds=frozenset({"spans", "relations", "labels"}),
    recognises=_recognises,
)
