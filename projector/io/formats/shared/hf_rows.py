"""Rows of Hugging Face data sets from and to documents: class numbers have names here.

A feature ``ClassLabel`` holds numbers whose names stand in the data set's own description, so
``ner_tags: [0, 1, 2]`` can be read without a table by the user; ``--set names=O,B-PER,...`` gives
the names where the file has none. Written, classes stand in the order of the data set that was
read in the same command, of ``names``, or of the data set that ``--set like=PATH`` names, and new
ones after them; without such an order by name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Literal, cast

import msgspec

from projector.errors import DataError, UsageError, suggestion
from projector.io.formats.shared.flat import FlatOptions
from projector.io.formats.shared.notes import Notes
from projector.io.formats.shared.words import Spacing, naturally_spaced
from projector.io.formats.tokens import Options as TokenOptions
from projector.io.formats.tokens import row as token_row
from projector.io.jsonl import Line
from projector.io.shorthand import TAG_FIELDS, document_from_json, record_from_json
from projector.json_values import JsonObject
from projector.records import Document, Record

NO_TAG = "_"
SPLIT = "split"  # the key in meta
ALL = "all"


class RowOptions(FlatOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of both formats.

    split: which split of a folder that has several; ``all`` reads each, puts its name into
        ``meta.split`` and before the ids, and `hf` writes those splits again.
    names: names of the class numbers of the tags, in order, where the data do not tell; to write,
        their order.
    like: to write: a data set (Parquet or save_to_disk) whose order of classes is to be kept.
    text: to read: the spacing of rows that are words without a text.
    field, scheme: to write: the column of span tags and its scheme.
    """

    lang: str = ""
    split: str = "train"
    names: str = ""
    like: str = ""
    text: Spacing = "natural"
    field: str = "ner_tags"
    scheme: Literal["iob2", "iob1", "bilou"] = "iob2"


def documents(
    rows: Iterator[JsonObject],
    names: dict[str, list[str]],
    path: str,
    options: RowOptions,
    split: str = "",
) -> Iterator[Line]:
    """Each row as a record or an error; numbers count rows from 1.

    ``split`` is what is noted in each record as the split that it comes from.
    """
    given = given_names(options)
    for number, row in enumerate(rows, start=1):
        try:
            named = {
                key: _named(item, names.get(key) or (given if _is_tags(key) else []), key)
                for key, item in row.items()
                if item is not None
            }
            value = cast(JsonObject, _plain(named))
            if "source" in value and "target" in value:
                record = record_from_json(value, line=number, path=path)
            else:
                record = _document(value, number, path)
        except DataError as error:
            yield Line(number, None, error.at(path, number), _raw(row))
            continue
        if options.lang and isinstance(record, Document) and not record.lang:
            record = msgspec.structs.replace(record, lang=options.lang)
        if isinstance(record, Document) and options.text == "natural" and "text" not in row:
            record = naturally_spaced(record)
        if split:
            record = _of_split(record, split)
        yield Line(number, record, None)


def given_names(options: RowOptions) -> list[str]:
    """The names of ``--set names=O,B-PER``."""
    return [name.strip() for name in options.names.split(",") if name.strip()]


def chosen_splits(
    splits: Collection[str], options: RowOptions, path: str, notes: Notes
) -> list[tuple[str, str]]:
    """Which of a data set's splits are read, each with what is noted in its records as their split:
    nothing where one was chosen.

    Raises:
        UsageError: there is no split of that name; the nearest one is named.
    """
    if options.split == ALL:
        return [(split, split) for split in splits]
    if options.split not in splits:
        raise UsageError(
            f"{path}: no split is called {options.split!r}"
            + suggestion(options.split, [*splits, ALL])
        )
    if len(splits) > 1:
        notes.remark(
            f"of the splits {', '.join(splits)} {options.split!r} was read "
            "(--set split=all reads all)"
        )
    return [(options.split, "")]


def _of_split(record: Record, split: str) -> Record:
    """The record with its split: ids need to be unique in one split only."""
    return msgspec.structs.replace(
        record, id=f"{split}-{record.id}", meta={**record.meta, SPLIT: split}
    )


def _document(value: JsonObject, number: int, path: str) -> Document:
    doc = document_from_json(value, line=number, path=path)
    words = doc.tokens
    if words is None or not doc.meta:
        return doc
    # Columns as long as the words are layers of token tags, whatever they are called.
    layers = {
        key: column
        for key, column in doc.meta.items()
        if isinstance(column, list)
        and len(column) == len(words)
        and all(isinstance(tag, str) for tag in column)
    }
    return msgspec.structs.replace(
        doc,
        tags={**doc.tags, **layers},
        meta={key: column for key, column in doc.meta.items() if key not in layers},
    )


def _is_tags(column: str) -> bool:
    return column in ("tags", "labels") or column.endswith("_tags")


def _named(value: object, names: list[str], column: str) -> object:
    """Class numbers as names; -100 and the like, which mean "no class", as no tag."""
    if not names:
        return value
    if isinstance(value, list):
        return [_named(item, names, column) for item in value]
    if isinstance(value, int) and not isinstance(value, bool):
        if value < 0:
            return NO_TAG
        if value >= len(names):
            raise DataError(
                f"{column}: found the class {value}, wanted one below {len(names)} "
                f"({', '.join(names[:5])}, ...)",
                reason="bad_field",
            )
        return names[value]
    return value


def _plain(value: object) -> object:
    """Values that JSON cannot hold (dates, bytes, arrays) as text or lists."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    return str(value)


def _raw(row: JsonObject) -> str:
    return msgspec.json.encode(_plain(row)).decode("utf-8", "replace")


class Table:
    """Rows to be written, and the classes that they turn out to have.

    Args:
        known: column -> class names in an order that is to be kept, be they used or not; asked
            when the first row is added, not before.

    ``classes`` maps each column with class numbers to its names; those of the span tags begin with
    ``O``, as everybody expects. Record labels are classes where ``known`` has them, else text.
    """

    def __init__(self, options: RowOptions, notes: Notes, known: Mapping[str, list[str]]) -> None:
        self._options = TokenOptions(
            scheme=options.scheme,
            field=options.field,
            discontinuous=options.discontinuous,
            overlap=options.overlap,
        )
        self._notes = notes
        self._given = given_names(options)
        self._known = known
        self._seen: dict[str, set[str]] = {options.field: set()}
        self._is_list: dict[str, bool] = {options.field: True}
        self.labels: set[str] = set()

    def add(self, doc: Document) -> JsonObject:
        """The row of a document, with names in the place of class numbers."""
        row = token_row(doc, self._options, self._notes)
        split = doc.meta.get(SPLIT)
        if isinstance(split, str):
            row["id"] = doc.id.removeprefix(f"{split}-")
        layers = {self._options.field, *(key for key in row if isinstance(row[key], list))}
        for layer in layers - {"tokens"}:
            self._is_list[layer] = True
            self._seen.setdefault(layer, set()).update(
                str(tag) for tag in cast(list[object], row[layer])
            )
        for key, value in row.items():
            if key in layers or key == "id":
                continue
            row[key] = name = str(value)
            if key in self._known:
                self._seen.setdefault(key, set()).add(name)
            else:
                self.labels.add(key)
        return row

    @property
    def classes(self) -> dict[str, list[str]]:
        found = {}
        for column, names in sorted(self._seen.items()):
            known = self._tags() if column == self._options.field else self._known.get(column, [])
            found[column] = [*known, *sorted(names - set(known), key=_tag_order)]
        return found

    def _tags(self) -> list[str]:
        """The known names of the span tags: given, or of the column that has them elsewhere."""
        columns = (self._options.field, *TAG_FIELDS)
        known = self._given or next((self._known[c] for c in columns if c in self._known), [])
        return known if "O" in known else ["O", *known]

    def is_list(self, column: str) -> bool:
        """Whether a column of classes has one for each token (or one for each record)."""
        return self._is_list.get(column, False)

    def numbered(self, row: JsonObject) -> JsonObject:
        """The row with class numbers and every column; to be called when all rows were added."""
        numbers = {
            column: {name: n for n, name in enumerate(names)}
            for column, names in self.classes.items()
        }
        out: JsonObject = {"id": row["id"], "tokens": row["tokens"]}
        for column, number in numbers.items():
            if self.is_list(column):
                out[column] = [number[str(tag)] for tag in cast(list[object], row.get(column, []))]
            else:
                out[column] = number.get(cast(str, row.get(column, "")))
        for column in sorted(self.labels):
            out[column] = row.get(column)
        return out

    def features(self) -> JsonObject:
        """The JSON form of the data set's features."""
        text = {"dtype": "string", "_type": "Value"}
        found: JsonObject = {"id": text, "tokens": {"feature": text, "_type": "Sequence"}}
        for column, names in self.classes.items():
            feature = {"names": names, "_type": "ClassLabel"}
            is_list = self.is_list(column)
            found[column] = {"feature": feature, "_type": "Sequence"} if is_list else feature
        return found | dict.fromkeys(sorted(self.labels), text)


def _tag_order(tag: str) -> tuple[bool, str, str]:
    """``O`` first, then by label, begin before inside."""
    if tag == "O":
        return False, "", ""
    prefix, dash, label = tag.partition("-")
    return (True, label, prefix) if dash else (True, tag, "")
