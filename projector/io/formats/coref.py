"""Coreference as JSON Lines of sentences, words and clusters: MMC, CoNLL 2012 for neural systems.

``{"doc_key": ..., "sentences": [["Anna", "left", "."], ...], "clusters": [[[0, 0], [7, 8]], ...]}``
with word numbers through the document, both ends included. Where the sentences are subwords
(``subtoken_map`` and ``tokens`` are there), numbers are mapped back to words. Sentences become
lines of the text, in the spacing of running text (``--set text=spaced``: a space between all
words); ``speakers`` and other fields go to ``meta``. A text whose spacing cannot be told from its
words is written beside them (``text``), which is read again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

import msgspec
from msgspec import Struct

from projector.errors import DataError
from projector.io.formats.shared.format import Format, Sample
from projector.io.formats.shared.json_items import json_items
from projector.io.formats.shared.notes import Notes
from projector.io.formats.shared.text_files import write_text
from projector.io.formats.shared.words import Spacing, joined, located
from projector.io.jsonl import Line
from projector.io.shorthand import default_id
from projector.json_values import JsonObject
from projector.records import Document, Offsets, Record, Span
from projector.text.detokenisation import spaces_after
from projector.text.tokens import with_tokens

MENTION = "mention"
FIELDS = frozenset(
    {"doc_key", "sentences", "clusters", "tokens", "subtoken_map", "sentence_map", "text", "lang"}
)


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``label``: that of the spans that mentions become; ``text``: the spacing of their words."""

    lang: str = ""
    text: Spacing = "natural"
    label: str = MENTION


def read(path: str, options: Options, notes: Notes) -> Iterator[Line]:
    for item in json_items(path, lines=True):
        error = item.error
        if error is None:
            try:
                record = _document(item.value, options, default_id(path, item.number))
                yield Line(item.number, record, None)
                continue
            except DataError as problem:
                error = problem
            except (ValueError, TypeError) as problem:
                error = DataError(str(problem), reason="bad_field")
        yield Line(item.number, None, error.at(path, item.number), item.raw)


def _document(row: JsonObject, options: Options, name: str) -> Document:
    sentences, numbers = _words(row)
    text, tokens = _text(sentences, options.lang, options.text)
    given = row.get("text")
    if isinstance(given, str) and given != text:
        found = located([word for sentence in sentences for word in sentence], given)
        text, tokens = (given, found) if found is not None else (text, tokens)
    spans: dict[Offsets, Span] = {}
    clusters: list[list[str]] = []
    for n, cluster in enumerate(cast(list[list[list[object]]], row.get("clusters") or [])):
        names: list[str] = []
        for m, mention in enumerate(cluster):
            first, last = (_number(value, numbers) for value in mention[:2])
            if first is None or last is None or not 0 <= first <= last < len(tokens):
                raise DataError(
                    f"clusters[{n}][{m}]: found {mention}, wanted the first and last of "
                    f"{len(tokens)} words, counted from 0",
                    reason="bad_field",
                )
            place = tokens[first][0], tokens[last][1]
            span = spans.setdefault(place, Span(f"s{len(spans)}", *place, options.label))
            if span.id not in names:
                names.append(span.id)
        clusters.append(names)
    key = row.get("doc_key")
    return Document(
        id=str(key) if key is not None else name,
        text=text,
        lang=str(row.get("lang") or options.lang),
        tokens=tokens,
        spans=sorted(spans.values(), key=lambda s: (s.start, s.end)),
        clusters=clusters,
        meta={field: value for field, value in row.items() if field not in FIELDS},
    )


def _words(row: JsonObject) -> tuple[list[list[str]], list[int] | None]:
    """Sentences of words; and for subword files the word of each subword."""
    sentences, tokens = row.get("sentences"), row.get("tokens")
    numbers = row.get("subtoken_map")
    if isinstance(tokens, list) and (numbers is not None or sentences is None):
        sentences = [tokens]
    if not isinstance(sentences, list) or not all(
        isinstance(s, list) and all(isinstance(w, str) and w.strip() for w in s) for s in sentences
    ):
        raise DataError(
            "sentences: wanted lists of words, none of them empty", reason="missing_field"
        )
    if numbers is not None and not (
        isinstance(numbers, list) and all(isinstance(n, int) for n in numbers)
    ):
        raise DataError("subtoken_map: wanted a list of word numbers", reason="bad_field")
    return sentences, numbers


def _number(value: object, numbers: list[int] | None) -> int | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    if numbers is None:
        return value
    return numbers[value] if 0 <= value < len(numbers) else None


def _text(sentences: list[list[str]], lang: str, spacing: Spacing) -> tuple[str, list[Offsets]]:
    """A line for each sentence, and the offsets of all words."""
    lines: list[str] = []
    tokens: list[Offsets] = []
    at = 0
    for sentence in sentences:
        line, offsets = joined(
            sentence, spaces_after(sentence, lang) if spacing == "natural" else None
        )
        lines.append(line)
        tokens += [(at + a, at + b) for a, b in offsets]
        at += len(line) + 1
    return "\n".join(lines), tokens


def write(
    records: Iterable[Record], path: str, options: Options, notes: Notes, *, force: bool = False
) -> int:
    """Sentences are the lines of the text; in a text of one line, what the splitter finds."""

    def lines() -> Iterator[str]:
        for record in records:
            assert isinstance(record, Document)
            yield msgspec.json.encode(_row(record, notes)).decode() + "\n"

    return write_text(lines(), path, force=force)


def _row(doc: Document, notes: Notes) -> JsonObject:
    doc = with_tokens(doc)
    tokens = doc.tokens or []
    spans = doc.span_by_id()
    mentioned = {name for cluster in doc.clusters for name in cluster}
    notes.lose("spans", "in no cluster", len(spans.keys() - mentioned))
    clusters = []
    for cluster in doc.clusters:
        found = [_place(spans[name], tokens, notes) for name in cluster]
        clusters.append([place for place in found if place is not None])
    sentences = _sentences(doc)
    row: JsonObject = {"doc_key": doc.id, "sentences": sentences}
    row["clusters"] = [cluster for cluster in clusters if cluster]
    if doc.lang:
        row["lang"] = doc.lang
    if _text(sentences, doc.lang, "natural")[0] != doc.text:
        if located([word for sentence in sentences for word in sentence], doc.text) is None:
            notes.remark("texts were written without the characters outside their tokens")
        else:
            row["text"] = doc.text
    rest = {key: value for key, value in doc.meta.items() if key not in FIELDS | {"corrected"}}
    return row | rest


def _place(span: Span, tokens: list[Offsets], notes: Notes) -> list[int] | None:
    touched = [n for n, (a, b) in enumerate(tokens) if a < span.end and span.start < b]
    if not touched:
        notes.lose("spans", "without a token")
        return None
    if len(span.parts) > 1:
        notes.remark("discontinuous mentions were written as their hull")
    if (tokens[touched[0]][0], tokens[touched[-1]][1]) != (span.start, span.end):
        notes.remark("mentions that cut a word were widened to whole words")
    return [touched[0], touched[-1]]


def _sentences(doc: Document) -> list[list[str]]:
    from projector.text.sentences import split_sentences

    tokens = doc.tokens or []
    if "\n" in doc.text.strip():
        ends = [n for n, char in enumerate(doc.text) if char == "\n"]
    else:
        ends = [end for _, end in split_sentences(doc.text, doc.lang)]
    sentences: list[list[str]] = []
    at = -1
    for a, b in tokens:
        place = sum(end <= a for end in ends)
        if place != at:
            sentences.append([])
            at = place
        sentences[-1].append(doc.text[a:b])
    return sentences


def _recognises(sample: Sample) -> float:
    rows = sample.json_rows
    return 0.9 if rows and all({"sentences", "clusters"} <= row.keys() for row in rows) else 0.0


FORMAT = Format(
    name="coref",
    summary="sentences of words with clusters (MMC, CoNLL 2012 JSON Lines)",
    options=Options,
    read=read,
    write=write,
    holds=frozenset({"clusters", "spans"}),  # spans that are mentions; `write` counts the others
    recognises=_recognises,
)
