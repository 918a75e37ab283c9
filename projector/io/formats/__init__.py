"""File formats: one table, one way to read and one way to write, whatever the format.

``read_lines(path, "conll", lang="en")`` gives records or errors one at a time; ``write`` takes
documents or pairs and says in `Notes` what the format could not hold. A module of this package is
imported when its format is used.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

import msgspec

from projector.errors import DataError, EngineError, UsageError, near_miss
from projector.io.formats.base import EVERYTHING, LAYERS, Format, Notes
from projector.io.formats.table import FORMATS as FORMATS
from projector.io.jsonl import Line
from projector.io.limits import check_size
from projector.records import Document, Pair, Record


def names(*, reading: bool) -> list[str]:
    """The formats that can be read, or written."""
    return [n for n, entry in FORMATS.items() if (entry.reads if reading else entry.writes)]


def entry(name: str, *, reading: bool) -> Format:
    """The row of a format.

    Raises:
        UsageError: no such format, or not in this direction.
    """
    found = FORMATS.get(name)
    if found is None:
        raise UsageError(f"no format is called {name!r}" + near_miss(name, FORMATS))
    if not (found.reads if reading else found.writes):
        verb = "read" if reading else "written"
        raise UsageError(
            f"the format {name!r} cannot be {verb} (these can: {', '.join(names(reading=reading))})"
        )
    return found


def module(name: str) -> ModuleType:
    """The module of a format.

    Raises:
        EngineError: the library that it stands on is not installed.
    """
    from projector.engines import missing_package_message

    try:
        return import_module(FORMATS[name].where)
    except ModuleNotFoundError as error:
        raise EngineError(missing_package_message(name, error.name or "", "format")) from error


def read_options(name: str, options: Mapping[str, Any]) -> Any:
    """The settings of a format as its own struct.

    Raises:
        UsageError: a setting that it does not have, or a value of the wrong type.
    """
    kind = module(name).Options
    known = option_names(name)
    for key in options:
        if key not in known:
            raise UsageError(f"the format {name!r} has no option {key!r}" + near_miss(key, known))
    given = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    plain = {key: _yes_or_no(value, given[key].default) for key, value in options.items()}
    try:
        return msgspec.convert(plain, kind, strict=False)
    except (msgspec.ValidationError, ValueError) as error:
        raise UsageError(f"options of the format {name!r}: {error}") from error


def _yes_or_no(value: Any, default: Any) -> Any:
    """YAML takes ``yes`` for a boolean; what is wanted depends on the option."""
    if isinstance(value, bool) and isinstance(default, str):
        return "yes" if value else "no"
    if isinstance(default, bool) and value in ("yes", "no"):
        return value == "yes"
    return value


def option_names(name: str) -> list[str]:
    return [field.encode_name for field in msgspec.structs.fields(module(name).Options)]


def read_lines(
    path: str | os.PathLike[str],
    name: str = "",
    options: Mapping[str, Any] | None = None,
    notes: Notes | None = None,
) -> Iterator[Line]:
    """Every record of a file (or folder), or the error that stands in its place.

    Args:
        path: a file, a folder for formats that are folders, or ``-``.
        name: the format; guessed from the name and the first bytes if empty.
        options: the format's settings.
        notes: gets what the reader decided.

    Raises:
        UsageError: unknown format or setting.
        DataError: the file as a whole cannot be read.
    """
    from projector.io.formats.guess import guess

    path = os.fspath(path)
    name = name or guess(path)
    entry(name, reading=True)
    settings = read_options(name, options or {})
    for line in module(name).read(path, settings, notes if notes is not None else Notes()):
        if line.record is not None and name != "jsonl":  # whose reader checks it for itself
            try:
                check_size(line.record)
            except DataError as error:
                line = Line(line.number, None, error.at(path, line.number), line.raw)
        yield line


def read(
    path: str | os.PathLike[str],
    name: str = "",
    options: Mapping[str, Any] | None = None,
    notes: Notes | None = None,
) -> Iterator[Record]:
    """As `read_lines`; the first bad record raises its `DataError`."""
    for line in read_lines(path, name, options, notes):
        if line.error is not None:
            raise line.error
        assert line.record is not None
        yield line.record


def write(
    records: Iterable[Record],
    path: str | os.PathLike[str],
    name: str,
    options: Mapping[str, Any] | None = None,
    notes: Notes | None = None,
    *,
    force: bool = False,
) -> int:
    """Write records in a format; complete or absent. Returns how many were written.

    Raises:
        UsageError: unknown format or setting, or the output is there already.
        DataError: a record that the format cannot be given at all (a document where it wants
            pairs); what it can hold only in part is counted in the notes.
    """
    row = entry(name, reading=False)
    settings = read_options(name, options or {})
    notes = notes if notes is not None else Notes()
    found = module(name)
    counted = _counting(records, row, name, found.HOLDS, notes)
    written: int = found.write(counted, os.fspath(path), settings, notes, force=force)
    return written


def _counting(
    records: Iterable[Record], row: Format, name: str, holds: frozenset[str], notes: Notes
) -> Iterator[Record]:
    """The records, with what the format holds not at all counted on the way."""
    lacking = [layer for layer in LAYERS if layer not in holds]
    for record in records:
        if isinstance(record, Pair) and not row.pairs:
            raise DataError(
                f"record {record.id!r}: found a pair, wanted a document for the format {name!r}; "
                "take one side of it (--side source or --side target)",
                reason="wrong_kind",
            )
        sides: list[Document] = [record] if isinstance(record, Document) else [record.target]
        if isinstance(record, Pair) and not row.target_only:
            sides.append(record.source)
        for layer in lacking if holds != EVERYTHING else ():
            if layer == "alignment":
                if isinstance(record, Pair) and record.alignment and not row.target_only:
                    notes.lose("alignments", f"no place in {name}")
                continue
            count = sum(len(getattr(side, layer)) for side in sides)
            what = {"labels": "record labels", "tags": "tag layers"}.get(layer, layer)
            notes.lose(what, f"no place in {name}", count)
        yield record
