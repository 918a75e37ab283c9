"""File formats: a module each, and one way to read and to write whatever the format.

``read_lines(path, "conll", {"lang": "en"})`` gives records or errors one at a time; ``write`` takes
documents or pairs and says in `Notes` what the format could not hold. A module here is a format
(`shared.format.Format` says what it must have), and is found by being here; what several formats
share stands in ``shared``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping

from projector.errors import DataError
from projector.io.formats.shared.format import EVERYTHING, LAYERS, AnyFormat
from projector.io.formats.shared.notes import Notes
from projector.io.formats.shared.registry import find, read_options
from projector.io.jsonl import Line
from projector.io.limits import check_size
from projector.io.shards import input_files
from projector.records import Document, Pair, Record


def read_lines(
    path: str | os.PathLike[str],
    name: str = "",
    options: Mapping[str, object] | None = None,
    notes: Notes | None = None,
) -> Iterator[Line]:
    """Every record of a file (or folder), or the error that stands in its place.

    Args:
        path: a file, a folder for formats that are folders, ``-``, or shards: a folder of
            files of the format, or a pattern (`projector.io.shards`).
        name: the format; guessed from the name and the first bytes if empty.
        options: the format's settings.
        notes: gets what the reader decided.

    Raises:
        UsageError: unknown format or setting.
        DataError: the file as a whole cannot be read.
        EngineError: a package that the format needs is not installed.
    """
    from projector.io.formats.shared.guess import guess

    path = os.fspath(path)
    name = name or guess(path)
    found = find(name, reading=True)
    assert found.read is not None
    settings = read_options(found, options or {})
    notes = notes if notes is not None else Notes()
    for file in files_of(path, found):
        for line in found.read(file, settings, notes):
            if line.record is not None and name != "jsonl":  # whose reader checks it for itself
                try:
                    check_size(line.record)
                except DataError as error:
                    line = Line(line.number, None, error.at(file, line.number), line.raw)
            yield line


def files_of(path: str, found: AnyFormat) -> list[str]:
    """What is read of a path: the path itself, or its shards where the format is of files."""
    if found.recognises_folder is not None and os.path.isdir(path):
        return [path]
    return input_files(path, [*found.suffixes, *((".json",) if found.name == "jsonl" else ())])


def read(
    path: str | os.PathLike[str],
    name: str = "",
    options: Mapping[str, object] | None = None,
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
    options: Mapping[str, object] | None = None,
    notes: Notes | None = None,
    *,
    force: bool = False,
) -> int:
    """Write records in a format; complete or absent. Returns how many were written.

    Raises:
        UsageError: unknown format or setting, or the output is there already.
        DataError: a record that the format cannot be given at all (a document where it wants
            pairs); what it can hold only in part is counted in the notes.
        EngineError: a package that the format needs is not installed.
    """
    found = find(name, reading=False)
    assert found.write is not None
    settings = read_options(found, options or {})
    notes = notes if notes is not None else Notes()
    counted = _counting(records, found, notes)
    return found.write(counted, os.fspath(path), settings, notes, force=force)


def _counting(records: Iterable[Record], found: AnyFormat, notes: Notes) -> Iterator[Record]:
    """The records, with what the format holds not at all counted on the way."""
    lacking = [layer for layer in LAYERS if layer not in found.holds]
    no_place = f"no place in {found.name}"
    for record in records:
        if isinstance(record, Pair) and not found.pairs:
            raise DataError(
                f"record {record.id!r}: found a pair, wanted a document for the format "
                f"{found.name!r}; take one side of it (--side source or --side target)",
                reason="wrong_kind",
            )
        sides: list[Document] = [record] if isinstance(record, Document) else [record.target]
        if isinstance(record, Pair) and not found.target_only:
            sides.append(record.source)
        for layer in lacking if found.holds != EVERYTHING else ():
            if layer == "alignment":
                if isinstance(record, Pair) and record.alignment and not found.target_only:
                    notes.lose("alignments", no_place)
                continue
            count = sum(len(getattr(side, layer)) for side in sides)
            what = {"labels": "record labels", "tags": "tag layers"}.get(layer, layer)
            notes.lose(what, no_place, count)
        yield record
