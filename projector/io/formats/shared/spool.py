"""Rows kept in a temporary file until all of them are known (classes have to be counted first)."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from projector.io.formats.shared.hf_rows import SPLIT, Table
from projector.json_values import JsonObject
from projector.records import Document, Record


class Spool:
    """The rows of records, on disk: memory stays flat however many there are.

    Attributes:
        splits: how many rows each split has; "" where records do not say theirs.
    """

    def __init__(self, table: Table, records: Iterable[Record]) -> None:
        self._table = table
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as this
        self.splits: Counter[str] = Counter()
        for record in records:
            assert isinstance(record, Document)
            split = record.meta.get(SPLIT)
            split = split if isinstance(split, str) else ""
            self._file.write(msgspec.json.encode((split, table.add(record))) + b"\n")
            self.splits[split] += 1

    @property
    def count(self) -> int:
        """How many rows there are."""
        return self.splits.total()

    def rows(self, split: str | None = None) -> Iterator[JsonObject]:
        """All rows, or those of a split, with class numbers; from the start each time."""
        self._file.seek(0)
        for line in self._file:
            of, row = msgspec.json.decode(line)
            if split is None or of == split:
                yield self._table.numbered(row)

    def batches(self, size: int) -> Iterator[list[JsonObject]]:
        """All rows, so many at a time."""
        held: list[JsonObject] = []
        for row in self.rows():
            held.append(row)
            if len(held) == size:
                yield held
                held = []
        if held:
            yield held
