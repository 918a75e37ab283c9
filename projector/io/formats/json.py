"""A JSON file that holds its records in one list: ``[{...}, {...}]`` or ``{"data": [{...}]}``.

Each object is read as a line of JSON Lines would be: this tool's records and the shorthands that
`projector.io.shorthand` knows. A single object that is a record is read as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from projector.errors import DataError
from projector.io.formats.shared.format import EVERYTHING, Format, Sample
from projector.io.formats.shared.json_items import items_of_list, write_json_list
from projector.io.formats.shared.notes import Notes
from projector.io.formats.shared.text_files import whole_text
from projector.io.jsonl import Line
from projector.io.shorthand import record_from_json
from projector.records import Document, Record


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of the format.

    field: to read: the name of the list, where the file is an object with several.
    """

    lang: str = ""
    encoding: str = "utf-8"
    field: str = ""


def read(path: str, options: Options, notes: Notes) -> Iterator[Line]:
    """``Line.number`` counts the list's items.

    Raises:
        DataError: no JSON, or no list of records in it.
    """
    text = whole_text(path, options.encoding)
    for item in items_of_list(_list(text, path, options.field), path):
        error = item.error
        if error is None:
            try:
                record = record_from_json(item.value, line=item.number, path=path)
            except DataError as problem:
                error = problem.at(path, item.number)
            else:
                if options.lang and isinstance(record, Document) and not record.lang:
                    record = replace(record, lang=options.lang)
                yield Line(item.number, record, None)
                continue
        yield Line(item.number, None, error, item.raw)


RECORD = frozenset({"text", "tokens", "words", "context", "source"})  # one of them, and it is one


def _list(text: str, path: str, name: str) -> list[msgspec.Raw]:
    """The list of records in the file, each still as JSON.

    An object that holds other things beside it (a version, a licence) may be around it.
    """
    try:
        if not text.lstrip().startswith("{"):
            return msgspec.json.decode(text, type=list[msgspec.Raw])
        fields = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
        if not name and RECORD & fields.keys():
            return [msgspec.Raw(text.encode())]
        lists = {key: raw for key, raw in fields.items() if bytes(raw).lstrip()[:1] == b"["}
        if name in lists or len(lists) == 1:
            raw = lists[name] if name in lists else next(iter(lists.values()))
            return msgspec.json.decode(raw, type=list[msgspec.Raw])
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise DataError(
            f"found no JSON list ({str(error).partition(chr(10))[0]}), wanted one of records",
            reason="invalid_json",
            path=path,
        ) from error
    shown = ", ".join(lists) or "none"
    raise DataError(
        f"found an object whose lists are: {shown}; wanted one list of records (--set field=NAME)",
        reason="invalid_json",
        path=path,
    )


def write(
    records: Iterable[Record], path: str, options: Options, notes: Notes, *, force: bool = False
) -> int:
    return write_json_list(records, path, force=force)


def _recognises(sample: Sample) -> float:
    """JSON that is no JSON Lines; formats of a kind of their own are surer."""
    rows = sample.json_rows
    if len(rows) == 1 and sample.whole and not RECORD & rows[0].keys():
        return 0.6 if any(isinstance(value, list) for value in rows[0].values()) else 0.0
    return 0.4 if sample.is_json and not rows else 0.0


FORMAT = Format(
    name="json",
    summary="a JSON list of records, or of rows as in JSON Lines",
    options=Options,
    read=read,
    write=write,
    holds=EVERYTHING,
    recognises=_recognises,
    pairs=True,
)
