"""CSV and TSV with a header: a document a row, or a pair of two texts.

A column is read by its name: ``text`` (or ``sentence``, ``utterance``, ``content``), ``id``,
``lang``, record labels (``label``, ``intent``, ``topic``, ``stance``, ``domain``, ``sentiment``,
``labels.NAME``), ``source`` and ``target`` with ``source_lang`` and ``target_lang`` of a pair; what
`projector.io.shorthand` reads of a JSON row is read of a row here too (``context``, ``question``,
``tokens``, ``ner_tags``, ``spans``, ``answers``: lists as JSON, words between spaces). Other
columns go to ``meta``. ``--columns text=Review,label=Stars`` gives columns other names.

Written are ``id``, ``lang``, ``text``, a column for each record label, and ``spans`` as JSON where
there are any; of pairs both texts and their languages.
"""

from __future__ import annotations

import csv
import itertools
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
from msgspec import Struct

from projector.errors import DataError, UsageError
from projector.io.formats.shared.comments import LABELS
from projector.io.formats.shared.format import Format, Sample
from projector.io.formats.shared.notes import Notes
from projector.io.formats.shared.text_files import TextLine, text_lines, write_text
from projector.io.jsonl import Line
from projector.io.limits import limits
from projector.io.shorthand import record_from_json
from projector.json_values import JsonObject
from projector.records import Document, Record

TEXTS = ("text", "sentence", "utterance", "content")
PAIR = ("source", "target")
LISTS = ("tokens", "words", "spans", "entities", "answers", "relations", "clusters", "questions")
WORDS = ("tokens", "words")
DELIMITERS = {"tab": "\t", "comma": ",", "semicolon": ";"}


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of the format.

    columns: ``FIELD=COLUMN,...``: columns that are called otherwise.
    delimiter: ``comma``, ``tab``, ``semicolon`` or the character itself; to read, ``auto`` is the
        one of these that the header has most of; to write, a tab for ``.tsv``, else a comma.
    header: to read: without one, the columns are called 0, 1, ...
    """

    columns: str = ""
    delimiter: str = "auto"
    header: bool = True
    lang: str = ""
    source_lang: str = ""
    target_lang: str = ""
    encoding: str = "utf-8"


class _Text:
    """Lines as the csv module wants them, with the errors of those that are no text."""

    def __init__(self, lines: Iterable[TextLine]) -> None:
        self._lines = iter(lines)
        self.number = 0
        self.read: list[TextLine] = []  # since `forget`

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.number = line.number
            self.read.append(line)
            yield line.text

    def forget(self) -> None:
        self.read.clear()


def read(path: str, options: Options, notes: Notes) -> Iterator[Line]:
    """One record a row; ``Line.number`` is the row's first line.

    Raises:
        UsageError: a setting that makes no sense, or columns in which no text is found.
    """
    csv.field_size_limit(limits().line_bytes)
    lines = text_lines(path, options.encoding, keep_ends=True)
    first = next((line for line in lines if line.text.strip()), None)
    if first is None:
        return
    text = _Text(itertools.chain([first], lines))
    delimiter = _delimiter(options.delimiter, first.text)
    rows = csv.reader(iter(text), delimiter=delimiter)
    header: list[str] | None = None
    while True:
        text.forget()
        try:
            row = next(rows)
            if not any(cell.strip() for cell in row):
                continue
            if header is None:
                header = _header(row if options.header else map(str, range(len(row))), options)
                _check_header(header, path)
                if options.header:
                    continue
            bad = next((line.error for line in text.read if line.error is not None), None)
            if bad is not None:
                raise bad
            value = _value(header, row, options)
            number = text.read[0].number
            yield Line(number, record_from_json(value, line=number, path=path), None)
        except StopIteration:
            return
        except (DataError, csv.Error) as error:
            number = text.read[0].number if text.read else text.number
            raw = "".join(line.text for line in text.read).rstrip("\r\n")
            problem = (
                error
                if isinstance(error, DataError)
                else DataError(f"found no CSV row ({error})", reason="bad_columns")
            )
            yield Line(number, None, problem.at(path, number), raw)


def _delimiter(given: str, header: str) -> str:
    if given == "auto":
        return max(DELIMITERS.values(), key=header.count)
    found = DELIMITERS.get(given, given)
    if len(found) != 1 or found in '"\r\n':
        raise UsageError(
            f"delimiter: found {given!r}, wanted comma, tab, semicolon or one character"
        )
    return found


def _header(names: Iterable[str], options: Options) -> list[str]:
    """The fields that the columns hold, in order."""
    found = [name.strip() for name in names]
    renamed: dict[str, str] = {}
    for part in filter(None, map(str.strip, options.columns.split(","))):
        field, equals, column = part.partition("=")
        if not equals or column.strip() not in found:
            raise UsageError(
                f"columns: found {part!r}, wanted FIELD=COLUMN with a column of the file "
                f"({', '.join(found)})"
            )
        renamed[column.strip()] = field.strip()
    fields = [renamed.get(name, name if name in renamed else name.lower()) for name in found]
    if "text" not in fields:
        other = next((name for name in TEXTS if name in fields), None)
        fields = ["text" if name == other else name for name in fields]
    return fields


def _check_header(fields: Sequence[str], path: str) -> None:
    twice = next((name for name in fields if name and fields.count(name) > 1), None)
    if twice is not None:
        raise UsageError(f"{path}: found two columns {twice!r}, wanted one (--columns renames)")
    if not _holds_text(fields):
        raise UsageError(
            f"{path}: found the columns {', '.join(fields)}, wanted one with the text, called "
            "'text' or named as in --columns text=COLUMN (a file without a header: --set header=no)"
        )


def _holds_text(fields: Iterable[str]) -> bool:
    known = set(fields)
    return bool(known & {*TEXTS, *WORDS, "context"}) or set(PAIR) <= known


def _value(fields: Sequence[str], row: Sequence[str], options: Options) -> JsonObject:
    """The JSON object that a row stands for; empty cells are left out."""
    if len(row) > len(fields):
        raise DataError(
            f"found {len(row)} columns, wanted {len(fields)} as in the header",
            reason="bad_columns",
        )
    cells = {name: cell for name, cell in zip(fields, row, strict=False) if name and cell.strip()}
    value: JsonObject = {}
    labels: dict[str, str] = {}
    for name, cell in cells.items():
        if name in LABELS or name.startswith("labels."):
            labels[name.removeprefix("labels.")] = cell
        elif name in LISTS or name.endswith("_tags"):
            value[name] = _list(name, cell)
        else:
            value[name] = cell
    if labels:
        value["labels"] = labels
    if set(PAIR) <= set(fields):
        for side in PAIR:
            lang = value.pop(f"{side}_lang", getattr(options, f"{side}_lang"))
            if side == "source":
                lang = lang or options.lang
            document: JsonObject = {"text": value.get(side, ""), "lang": lang or ""}
            if labels:
                document["labels"] = labels
            value[side] = document
        if labels:
            value.pop("labels")
    elif options.lang:
        value.setdefault("lang", options.lang)
    return value


def _list(name: str, cell: str) -> object:
    """A cell that holds a list: as JSON, or words between spaces."""
    if cell.lstrip()[:1] in ("[", "{"):
        try:
            found: object = msgspec.json.decode(cell)
            return found
        except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
            if name not in WORDS:
                raise DataError(f"{name}: found no JSON ({error})", reason="bad_field") from error
    return cell.split()


def write(
    records: Iterable[Record], path: str, options: Options, notes: Notes, *, force: bool = False
) -> int:
    """A row a record, below a header; the columns are known when all records were seen."""
    suffix = ".tsv" in path.lower().rpartition("/")[2]
    delimiter = "\t" if options.delimiter == "auto" and suffix else ","
    if options.delimiter != "auto":
        delimiter = _delimiter(options.delimiter, "")
    fields: dict[str, None] = {}
    count = 0
    with tempfile.TemporaryFile() as held:
        for record in records:
            row = _row(record, notes)
            fields |= dict.fromkeys(row)
            held.write(msgspec.json.encode(row) + b"\n")
            count += 1
        held.seek(0)
        order = sorted(fields, key=lambda name: (_place(name), name))
        rows = (msgspec.json.decode(line, type=dict[str, str]) for line in held)
        write_text(_lines(order, rows, delimiter), path, force=force)
    return count


ORDER = ("id", "source_lang", "target_lang", "lang", "source", "target", "text")


def _place(name: str) -> int:
    return ORDER.index(name) if name in ORDER else len(ORDER) + (name == "spans")


def _row(record: Record, notes: Notes) -> dict[str, str]:
    if not isinstance(record, Document):
        for side in (record.source, record.target):
            notes.lose("spans", "of a pair (take one side: --side)", len(side.spans))
        row = {"id": record.id, "source": record.source.text, "target": record.target.text}
        return row | {
            "source_lang": record.source.lang,
            "target_lang": record.target.lang,
            **_label_cells(record.target, notes),
        }
    row = {"id": record.id, "lang": record.lang, "text": record.text}
    row |= _label_cells(record, notes)
    if record.spans:
        row["spans"] = msgspec.json.encode(record.spans).decode()
    return row


def _label_cells(doc: Document, notes: Notes) -> dict[str, str]:
    if any(not isinstance(value, str) for value in doc.labels.values()):
        notes.remark("record labels that are no text were written as JSON")
    return {
        name if name in LABELS else f"labels.{name}": (
            value if isinstance(value, str) else msgspec.json.encode(value).decode()
        )
        for name, value in doc.labels.items()
    }


def _lines(
    fields: Sequence[str], rows: Iterable[Mapping[str, str]], delimiter: str
) -> Iterator[str]:
    written: list[str] = []

    class Out:
        def write(self, text: str) -> int:
            written.append(text)
            return len(text)

    writer = csv.writer(Out(), delimiter=delimiter, lineterminator="\r\n")
    for row in itertools.chain([fields], ([row.get(n, "") for n in fields] for row in rows)):
        writer.writerow(row)
        # The writer quotes what its line end is made of, so a bare "\r" in a cell is quoted too.
        yield "".join(written).removesuffix("\r\n") + "\n"
        written.clear()


def _recognises(sample: Sample) -> float:
    """A first line that names columns, one of them with text."""
    if sample.is_json or not sample.filled:
        return 0.0
    first = sample.filled[0]
    delimiter = _delimiter("auto", first)
    try:
        header = next(csv.reader([first], delimiter=delimiter))
    except csv.Error:  # bytes of something else
        return 0.0
    fields = [cell.strip().lower() for cell in header]
    if len(fields) < 2:
        return 0.0
    return 0.85 if _holds_text(fields) and len(set(fields)) == len(fields) else 0.0


FORMAT = Format(
    name="csv",
    summary="CSV or TSV with a header: id, text, labels; or source and target",
    options=Options,
    read=read,
    write=write,
    holds=frozenset({"labels", "spans"}),
    suffixes=(".csv",),
    recognises=_recognises,
    pairs=True,
)
