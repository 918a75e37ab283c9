"""MASSIVE-style slot filling: ``"annot_utt": "wake me up at [time : nine am]"``.

One JSON object a line with ``id``, ``locale``, ``intent``, ``scenario``, ``utt``, ``annot_utt``;
``intent`` and ``scenario`` become record labels, other fields go to ``meta``. The form has no
escape for brackets: one in a text is written as a parenthesis, and said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct

from projector.errors import DataError
from projector.io.formats.shared.format import Format, Sample
from projector.io.formats.shared.json_items import json_items
from projector.io.formats.shared.notes import Notes
from projector.io.formats.shared.text_files import write_text
from projector.io.jsonl import Line
from projector.io.shorthand import default_id
from projector.json_values import JsonObject
from projector.records import Document, Record, Span

LABELS = ("intent", "scenario")
_SLOT = re.compile(r"\[\s*([^\[\]:]+?)\s*:\s*([^\[\]]*?)\s*\]")
_BRACKETS = str.maketrans("[]", "()")


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    lang: str = ""


def read(path: str, options: Options, notes: Notes) -> Iterator[Line]:
    for item in json_items(path, lines=True):
        error = item.error
        if error is None:
            try:
                record = _document(item.value, options, default_id(path, item.number), notes)
                yield Line(item.number, record, None)
                continue
            except DataError as problem:
                error = problem
            except ValueError as problem:
                error = DataError(str(problem), reason="bad_field")
        yield Line(item.number, None, error.at(path, item.number), item.raw)


def _document(row: JsonObject, options: Options, name: str, notes: Notes) -> Document:
    annotated = row.get("annot_utt")
    if not isinstance(annotated, str):
        raise DataError("annot_utt: found no text, wanted one", reason="missing_field")
    text, spans = parse(annotated)
    utterance = row.get("utt")
    if isinstance(utterance, str) and utterance != text:
        moved = _moved(text, spans, utterance)
        if moved is not None:
            text, spans = utterance, moved
        else:
            notes.remark("utterances whose 'utt' is not that of 'annot_utt': the latter was taken")
    locale = row.get("locale")
    lang = locale.partition("-")[0] if isinstance(locale, str) else options.lang
    known = {"id", "utt", "annot_utt", *LABELS}
    return Document(
        id=str(row["id"]) if row.get("id") is not None else name,
        text=text,
        lang=lang,
        spans=spans,
        labels={key: row[key] for key in LABELS if row.get(key) is not None},
        meta={key: value for key, value in row.items() if key not in known},
    )


def parse(annotated: str) -> tuple[str, list[Span]]:
    """The plain text and the spans of an annotated one.

    Raises:
        DataError: brackets that are no ``[slot : words]``.
    """
    parts: list[str] = []
    spans: list[Span] = []
    at = length = 0
    for match in _SLOT.finditer(annotated):
        label, words = match[1], match[2]
        before = annotated[at : match.start()]
        if not words:
            raise DataError(f"annot_utt: found {match[0]!r}, wanted words in it", reason="bad_slot")
        parts += [before, words]
        start = length + len(before)
        length = start + len(words)
        spans.append(Span(f"s{len(spans)}", start, length, label))
        at = match.end()
    parts.append(annotated[at:])
    if "[" in "".join(parts) or "]" in "".join(parts):
        raise DataError(
            f"annot_utt: found {annotated!r}, wanted brackets as in [slot : words] only",
            reason="bad_slot",
        )
    return "".join(parts), spans


def _moved(text: str, spans: list[Span], other: str) -> list[Span] | None:
    """The spans on a text that differs in white space only."""
    from msgspec.structs import replace

    if "".join(text.split()) != "".join(other.split()):
        return None
    places = [n for n, char in enumerate(other) if not char.isspace()]
    counts = [0]
    for char in text:
        counts.append(counts[-1] + (not char.isspace()))
    return [
        replace(s, start=places[counts[s.start]], end=places[counts[s.end] - 1] + 1) for s in spans
    ]


def write(
    records: Iterable[Record], path: str, options: Options, notes: Notes, *, force: bool = False
) -> int:
    def lines() -> Iterator[str]:
        for record in records:
            assert isinstance(record, Document)
            row: JsonObject = {"id": record.id}
            meta = {k: v for k, v in record.meta.items() if k not in row}
            locale = meta.get("locale")
            if not (isinstance(locale, str) and locale.partition("-")[0] == record.lang):
                meta["locale"] = record.lang
            row |= {"locale": meta.pop("locale"), **meta}
            row |= {key: record.labels[key] for key in LABELS if key in record.labels}
            others = [key for key in record.labels if key not in LABELS]
            notes.lose("record labels", "other than intent and scenario", len(others))
            row |= {"utt": record.text, "annot_utt": annotated(record, notes)}
            yield msgspec.json.encode(row).decode() + "\n"

    return write_text(lines(), path, force=force)


def annotated(doc: Document, notes: Notes) -> str:
    """The text with its spans in brackets; of overlapping spans the longest stays."""
    chosen: list[Span] = []
    for span in sorted(doc.spans, key=lambda s: (s.start - s.end, s.start)):
        if len(span.parts) > 1:
            notes.lose("spans", "discontinuous")
        elif not span.label or set(span.label) & set("[]:"):
            notes.lose("spans", "with a label that the form cannot hold")
        elif any(span.start < other.end and other.start < span.end for other in chosen):
            notes.lose("spans", "overlap")
        elif not doc.text[span.start : span.end].strip():
            notes.lose("spans", "white space alone")
        else:
            chosen.append(span)
    text = doc.text.translate(_BRACKETS)
    if text != doc.text:
        notes.remark("brackets in texts were written as parentheses")
    parts, at = [], 0
    for span in sorted(chosen, key=lambda s: s.start):
        parts += [text[at : span.start], f"[{span.label} : {text[span.start : span.end].strip()}]"]
        at = span.end
    return "".join([*parts, text[at:]])


def _recognises(sample: Sample) -> float:
    rows = sample.json_rows
    return 0.9 if rows and all(isinstance(row.get("annot_utt"), str) for row in rows) else 0.0


FORMAT = Format(
    name="slots",
    summary="MASSIVE-style JSON Lines: [slot : words] in annot_utt",
    options=Options,
    read=read,
    write=write,
    holds=frozenset({"spans", "labels"}),
    recognises=_recognises,
)
