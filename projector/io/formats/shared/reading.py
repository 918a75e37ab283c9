"""From lines to records under a policy: stop at the first bad one, or set it aside and go on.

A rejected record goes to ``OUT.rejected.jsonl`` with its line, a reason code, the sentence for
people and the raw line, as in a run of stages. Ids must be unique within a file, because
everything later is joined by them: the second record of an id is rejected, or gets a suffix.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Literal

from msgspec.structs import replace

from projector.errors import DataError, TooManyRejects
from projector.io.jsonl import Line
from projector.io.seen import SeenKeys
from projector.records import Record

Duplicates = Literal["error", "suffix", "keep"]


class Reader:
    """Counts of one reading: ``seen == accepted + rejected``.

    Args:
        path: what messages call the input.
        skip: set bad records aside instead of raising.
        max_errors: with ``skip``, how many are too many.
        duplicates: a second record of an id is an error, gets ``.2`` behind its id, or is kept.
        limit: only the first so many lines.
    """

    def __init__(
        self,
        path: str,
        *,
        skip: bool = False,
        max_errors: int | None = None,
        duplicates: Duplicates = "error",
        limit: int | None = None,
    ) -> None:
        self.path = path
        self.skip = skip
        self.max_errors = max_errors
        self.duplicates = duplicates
        self.limit = limit
        self.seen = self.accepted = self.rejected = self.renamed = 0
        self.reasons: dict[str, int] = {}
        self._ids = SeenKeys()

    def records(self, lines: Iterable[Line], rejects: Rejects | None = None) -> Iterator[Record]:
        """The good records.

        Raises:
            DataError: a bad record, where ``skip`` is off.
            TooManyRejects: more of them than allowed, or all (then no output is left that would
                stand in the way of the corrected command).
        """
        if self.limit == 0:
            return
        for line in lines:
            self.seen += 1
            record, error = line.record, line.error
            if record is not None and self.duplicates != "keep":
                record, error = self._unique(record, line)
            if error is not None:
                if not self.skip:
                    raise error
                self.rejected += 1
                self.reasons[error.reason] = self.reasons.get(error.reason, 0) + 1
                if rejects is not None:
                    rejects.add(line._replace(error=error))
                if self.max_errors is not None and self.rejected > self.max_errors:
                    raise TooManyRejects(
                        f"{self.path}: {self.rejected} of {self.seen} records rejected, more than "
                        f"--max-errors {self.max_errors} allows"
                    )
            elif record is not None:
                self.accepted += 1
                yield record
            if self.limit is not None and self.seen >= self.limit:
                break
        if self.rejected and not self.accepted:
            reasons = ", ".join(f"{reason} {n:,}" for reason, n in sorted(self.reasons.items()))
            raise TooManyRejects(
                f"nothing was written: all of the {self.rejected:,} records were rejected "
                f"({reasons})"
            )

    def _unique(self, record: Record, line: Line) -> tuple[Record | None, DataError | None]:
        # 64 bits of each id are kept, not the ids: files have millions of lines.
        key = hash(record.id)
        if key not in self._ids:
            self._ids.add(key)
            return record, None
        if self.duplicates == "error":
            error = DataError(
                f"id: found {record.id!r} a second time, wanted unique ids "
                "(--duplicate-ids suffix renames, keep leaves them)",
                reason="duplicate_id",
            )
            return None, error.at(self.path, line.number)
        number = 2
        while hash(f"{record.id}.{number}") in self._ids:
            number += 1
        self._ids.add(hash(f"{record.id}.{number}"))
        self.renamed += 1
        return replace(record, id=f"{record.id}.{number}"), None

    def lines(self) -> list[str]:
        """What to say about it at the end."""
        said = []
        if self.renamed:
            said.append(f"{self.renamed} records had the id of an earlier one and were renamed")
        if self.rejected:
            why = ", ".join(f"{n} {reason}" for reason, n in sorted(self.reasons.items()))
            said.append(f"{self.rejected} of {self.seen} records rejected: {why}")
        return said


class Rejects:
    """The file of rejected lines beside an output; it exists only if there are any."""

    def __init__(self, output: str) -> None:
        self.path = "" if output == "-" else f"{output}.rejected.jsonl"
        self._stream: BinaryIO | None = None
        if self.path and not os.path.isdir(self.path):
            Path(self.path).unlink(missing_ok=True)

    def add(self, line: Line) -> None:
        if not self.path or line.error is None:
            return
        if self._stream is None:
            self._stream = open(self.path, "wb")  # noqa: SIM115 - see close
        found = {
            "line": line.number,
            "id": line.record.id if line.record is not None else "",
            "stage": "read",
            "reason": line.error.reason,
            "detail": line.error.detail,
            "raw": line.raw,
        }
        text = json.dumps(found, ensure_ascii=False)
        self._stream.write(text.encode("utf-8", "replace") + b"\n")

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None
