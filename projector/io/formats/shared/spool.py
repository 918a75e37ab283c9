"""Rows kept in a temporary file until all of them are known (classes have to be counted first)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from projector.io.formats.shared.hf_rows import Table
from projector.records import Document, Record


class Spool:
    """The rows of records, on disk: memory stays flat however many there are."""

    def __init__(self, table: Table, records: Iterable[Record]) -> None:
        self._table = table
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as this
        self.count = 0
        for record in records:
            assert isinstance(record, Document)
            self._file.write(msgspec.json.encode(table.add(record)) + b"\n")
            self.count += 1

    def rows(self) -> Iterator[dict[str, Any]]:
        """All rows with class numbers; from the start each time."""
        self._file.seek(0)
        for line in self._file:
            yield self._table.numbered(msgspec.json.decode(line))

    def batches(self, size: int = 1000) -> Iterator[list[dict[str, Any]]]:
        held: list[dict[str, Any]] = []
        for row in self.rows():
            held.append(row)
            if len(held) == size:
                yield held
                held = []
        if held:
            yield held
