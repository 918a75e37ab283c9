"""The rows of a data set as training scripts read them: one Parquet file a split.

What the records hold decides the columns: questions give SQuAD's (id, title, context, question,
answers), spans or tags give tokens with class numbers, other records their text and labels. The
Hugging Face features stand in each file's metadata, with the same classes in every split, so that
``datasets.load_dataset`` needs no script.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Literal, Protocol

import pyarrow
from msgspec.structs import replace
from pyarrow import parquet

from projector.io.formats.shared.hf_rows import RowOptions, Table
from projector.io.formats.shared.notes import Notes
from projector.json_values import JsonObject
from projector.publishing.facts import Facts, records_of
from projector.records import Document, Pair

BATCH = 500
Kind = Literal["questions", "tokens", "text"]
_TEXT = {"dtype": "string", "_type": "Value"}


class Columns(Protocol):
    """How records become rows.

    Attributes:
        schema: the columns for Arrow; known when every document was shown to `see`.
        features: the same in the form that ``datasets`` keeps in the file.
    """

    @property
    def schema(self) -> pyarrow.Schema: ...

    @property
    def features(self) -> JsonObject: ...

    def see(self, doc: Document) -> None:
        """Learn which classes and labels there are."""

    def rows(self, doc: Document) -> Iterator[JsonObject]:
        """The rows of a document, when all were seen."""


def kind_of(facts: Facts) -> Kind:
    """What the rows of a data set are."""
    if facts.layers["questions"]:
        return "questions"
    return "tokens" if facts.layers["spans"] or facts.layers["tags"] else "text"


def write_tables(facts: Facts, path_of: Callable[[str], Path], notes: Notes) -> list[str]:
    """Write a Parquet file for each split; returns the names of the columns that hold text.

    Args:
        path_of: split -> where its file goes.
        notes: gets what a row could not hold.
    """
    kind = kind_of(facts)
    columns: Columns = (
        Questions() if kind == "questions" else Tokens(notes) if kind == "tokens" else Texts()
    )
    for split in facts.splits:
        for doc in _targets(split.path):
            columns.see(doc)
    told = json.dumps({"info": {"features": columns.features}})
    schema = columns.schema.with_metadata({b"huggingface": told.encode()})
    for split in facts.splits:
        rows = (row for doc in _targets(split.path) for row in columns.rows(doc))
        with parquet.ParquetWriter(path_of(split.name), schema, compression="zstd") as writer:
            while batch := list(islice(rows, BATCH)):
                writer.write_batch(pyarrow.RecordBatch.from_pylist(batch, schema=schema))
    return [field.name for field in schema if field.type == pyarrow.string()]


def _targets(path: str) -> Iterator[Document]:
    """The document of each record that is published, under the record's id."""
    for record in records_of(path):
        yield replace(record.target, id=record.id) if isinstance(record, Pair) else record


class Tokens:
    """Tokens with class numbers: ``ner_tags`` from the spans, and every layer of token tags."""

    def __init__(self, notes: Notes) -> None:
        self._table = Table(RowOptions(), notes, {})
        self._unnoted = Table(RowOptions(), Notes(), {})  # the first look counts nothing twice

    @property
    def schema(self) -> pyarrow.Schema:
        text, numbers = pyarrow.string(), pyarrow.list_(pyarrow.int64())
        fields = [("id", text), ("tokens", pyarrow.list_(text))]
        fields += [(column, numbers) for column in self._table.classes]
        fields += [(column, text) for column in sorted(self._table.labels)]
        return pyarrow.schema(fields)

    @property
    def features(self) -> JsonObject:
        return self._table.features()

    def see(self, doc: Document) -> None:
        """See `Columns`."""
        self._table.add(doc)

    def rows(self, doc: Document) -> Iterator[JsonObject]:
        """See `Columns`."""
        yield self._table.numbered(self._unnoted.add(doc))


class Questions:
    """SQuAD's columns, a row a question; one without an answer has empty lists."""

    schema = pyarrow.schema(
        [
            ("id", pyarrow.string()),
            ("title", pyarrow.string()),
            ("context", pyarrow.string()),
            ("question", pyarrow.string()),
            (
                "answers",
                pyarrow.struct(
                    [
                        ("text", pyarrow.list_(pyarrow.string())),
                        ("answer_start", pyarrow.list_(pyarrow.int32())),
                    ]
                ),
            ),
        ]
    )
    features: JsonObject = {  # noqa: RUF012 - never changed
        **dict.fromkeys(("id", "title", "context", "question"), _TEXT),
        "answers": {
            "text": {"feature": _TEXT, "_type": "List"},
            "answer_start": {
                "feature": {"dtype": "int32", "_type": "Value"},
                "_type": "List",
            },
        },
    }

    def see(self, doc: Document) -> None:
        """Nothing to learn."""

    def rows(self, doc: Document) -> Iterator[JsonObject]:
        """See `Columns`."""
        spans = doc.span_by_id()
        for question in doc.questions:
            answers = [spans[name] for name in question.answers]
            yield {
                "id": f"{doc.id}-{question.id}",
                "title": str(doc.meta.get("title", doc.id)),
                "context": doc.text,
                "question": question.text,
                "answers": {
                    "text": [doc.text[s.start : s.end] for s in answers],
                    "answer_start": [s.start for s in answers],
                },
            }


class Texts:
    """Text, language and a column for each record label."""

    def __init__(self) -> None:
        self._labels: set[str] = set()

    @property
    def _names(self) -> list[str]:
        return ["id", "lang", "text", *sorted(self._labels)]

    @property
    def schema(self) -> pyarrow.Schema:
        return pyarrow.schema([(name, pyarrow.string()) for name in self._names])

    @property
    def features(self) -> JsonObject:
        return dict.fromkeys(self._names, _TEXT)

    def see(self, doc: Document) -> None:
        """See `Columns`."""
        self._labels.update(doc.labels.keys() - {"id", "lang", "text"})

    def rows(self, doc: Document) -> Iterator[JsonObject]:
        """See `Columns`."""
        labels = {name: _plain(doc.labels.get(name)) for name in self._labels}
        yield {"id": doc.id, "lang": doc.lang, "text": doc.text, **labels}


def _plain(label: object) -> str | None:
    return label if label is None or isinstance(label, str) else json.dumps(label)
