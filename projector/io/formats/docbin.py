"""spaCy's DocBin (``.spacy``), through spaCy: what ``spacy train`` reads.

Written: flat spans as entities, all spans in the span group ``sc``, ``upos`` and ``xpos`` tags,
record labels as text categories; id and language in ``user_data``. A DocBin is one block of
memory by its nature: split large data into several files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from projector.errors import DataError
from projector.io.formats.shared.flat import FlatOptions, flat_spans
from projector.io.formats.shared.format import Format
from projector.io.formats.shared.notes import Notes
from projector.io.jsonl import Line
from projector.io.limits import read_whole
from projector.io.shorthand import default_id
from projector.io.streams import open_read, open_write
from projector.json_values import JsonObject
from projector.records import Document, Record, Span
from projector.text.tokens import with_tokens

GROUP = "sc"
TAGS = {"upos": "pos_", "xpos": "tag_"}


class Options(FlatOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``lang``: of documents that do not say theirs."""

    lang: str = ""


def read(path: str, options: Options, notes: Notes) -> Iterator[Line]:
    import spacy
    from spacy.tokens import DocBin

    with open_read(path) as stream:
        data = read_whole(stream, path)
    try:
        box = DocBin(store_user_data=True).from_bytes(data)
        docs = box.get_docs(spacy.blank("xx").vocab)
        for number, doc in enumerate(docs, start=1):
            try:
                record = _document(doc, default_id(path, number), options, notes)
            except ValueError as error:
                problem = DataError(str(error), reason="bad_field", path=path, line=number)
                yield Line(number, None, problem)
                continue
            yield Line(number, record, None)
    except DataError:
        raise
    except Exception as error:  # spaCy and msgpack raise whatever they like on other bytes
        raise DataError(
            f"found no DocBin ({type(error).__name__}: {' '.join(str(error).split())[:100]}), "
            "wanted a file made by spaCy",
            reason="unreadable",
            path=path,
        ) from error


def _document(doc: Any, name: str, options: Options, notes: Notes) -> Document:
    words = [token for token in doc if not token.is_space and token.text]
    spans: dict[tuple[int, int, str], Span] = {}
    # Groups first: theirs are the ids, entities have none.
    groups = [*(list(group) for group in doc.spans.values()), list(doc.ents)]
    for found in groups:
        for span in found:
            key = span.start_char, span.end_char, span.label_
            if span.start_char < span.end_char:
                spans.setdefault(key, Span(span.id_ or f"s{len(spans)}", *key))
    tags = {
        layer: [getattr(token, attribute) or "_" for token in words]
        for layer, attribute in TAGS.items()
    }
    kept = doc.user_data.get("xproject") if isinstance(doc.user_data, dict) else None
    kept = kept if isinstance(kept, dict) else {}
    return Document(
        id=str(kept.get("id") or name),
        text=doc.text,
        lang=str(kept.get("lang") or options.lang),
        tokens=[(t.idx, t.idx + len(t.text)) for t in words],
        tags={layer: values for layer, values in tags.items() if set(values) - {"_"}},
        spans=_with_unique_ids(list(spans.values())),
        labels=_labels(doc.cats),
    )


def _with_unique_ids(spans: list[Span]) -> list[Span]:
    from msgspec.structs import replace

    if len({span.id for span in spans}) == len(spans):
        return spans
    return [replace(span, id=f"s{n}") for n, span in enumerate(spans)]


def _labels(cats: dict[str, float]) -> JsonObject:
    """The categories above a half as labels: ``topic=sports`` the value of ``topic``, or one of its
    list; those without a name a list as ``label``."""
    found: dict[str, list[str]] = {}
    lists = set()
    for key, value in cats.items():
        if value <= 0.5:
            continue
        name, equals, label = key.partition("=")
        if not equals:
            name, label = "label", key
            lists.add(name)
        found.setdefault(name, []).append(label)
    return {
        name: values if len(values) > 1 or name in lists else values[0]
        for name, values in found.items()
    }


def write(
    records: Iterable[Record], path: str, options: Options, notes: Notes, *, force: bool = False
) -> int:
    import spacy
    from spacy.tokens import DocBin

    box = DocBin(attrs=["ENT_IOB", "ENT_TYPE", "POS", "TAG"], store_user_data=True)
    vocab = spacy.blank("xx").vocab
    count = 0
    for record in records:
        assert isinstance(record, Document)
        box.add(_doc(record, vocab, options, notes))
        count += 1
    with open_write(path, force=force) as stream:
        stream.write(box.to_bytes())
    return count


def _doc(record: Document, vocab: Any, options: Options, notes: Notes) -> Any:
    from spacy.tokens import Doc
    from spacy.util import get_words_and_spaces

    record = with_tokens(record)
    words, spaces = get_words_and_spaces(_covering(record), record.text)
    doc = Doc(vocab, words=words, spaces=spaces)
    at = {token.idx: token for token in doc}
    for layer, values in record.tags.items():
        if layer not in TAGS:
            notes.lose("tag layers", "no place in docbin")
            continue
        for (a, _), value in zip(record.tokens or (), values, strict=True):
            if a in at and value not in ("", "_"):
                try:
                    setattr(at[a], TAGS[layer], value)
                except Exception:  # a tag that is none of Universal Dependencies'
                    notes.remark(f"tags of {layer} that spaCy does not know were left out")
    tokens = record.tokens or []
    ents = [
        doc.char_span(tokens[a][0], tokens[b - 1][1], label, alignment_mode="expand")
        for a, b, label in flat_spans(record, Notes(), options)
    ]
    doc.set_ents([ent for ent in ents if ent is not None])
    group = []
    for span in record.spans:
        if len(span.parts) > 1:
            notes.lose("spans", "discontinuous")
            continue
        found = doc.char_span(
            span.start, span.end, span.label, span_id=span.id, alignment_mode="expand"
        )
        if found is None:
            notes.lose("spans", "without a token")
            continue
        if (found.start_char, found.end_char) != (span.start, span.end):
            notes.remark("spans that cut a token were widened to whole tokens")
        group.append(found)
    doc.spans[GROUP] = group
    doc.cats = {
        f"{name}={value}": 1.0
        for name, values in record.labels.items()
        for value in (values if isinstance(values, list) else [values])
    }
    doc.user_data["xproject"] = {"id": record.id, "lang": record.lang}
    return doc


def _covering(record: Document) -> list[str]:
    """Words that cover all of the text but its white space, as spaCy wants them."""
    words: list[str] = []
    at = 0
    for a, b in [*(record.tokens or ()), (len(record.text), len(record.text))]:
        words += record.text[at:a].split()
        if a < b:
            words.append(record.text[a:b])
        at = b
    return words


FORMAT = Format(
    name="docbin",
    summary="spaCy's DocBin",
    options=Options,
    read=read,
    write=write,
    holds=frozenset({"spans", "tags", "labels"}),
    suffixes=(".spacy",),
    packages=("spacy",),
)
