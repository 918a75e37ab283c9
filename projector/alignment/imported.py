"""Links made elsewhere, read from a Pharaoh file: ``0-0 1-2:0.87 ...``, one line for one record.

A line is for the record at the same place in the input; a blank line means no links. Because a
record may be processed in any block and by any worker, lines are found again by what the record
is (its id and both texts), not by counting.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import blake2b

import msgspec

from projector.engines import read_options
from projector.errors import DataError, UsageError
from projector.io.streams import open_read
from projector.records import Link, Pair

_LINK = re.compile(r"(\d+)-(\d+)(?::(\d*\.?\d+(?:[eE]-?\d+)?))?$")


class ImportedOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``links`` is the file."""

    links: str = ""


class ImportedAligner:
    """Links from a file.

    Raises:
        UsageError: no file was named.
    """

    name = "import"
    version = "1"
    sees_corpus = True
    Options = ImportedOptions

    def __init__(self, model: str = "", **options: object) -> None:
        read = read_options(ImportedOptions, options, self.name)
        self.model = read.links or model
        if not self.model:
            raise UsageError(
                "the engine 'import' needs a file of links: --links FILE (one line a record)"
            )
        self._lines: list[str] | None = None
        self._line_of: dict[bytes, int] = {}

    def fit_records(self, records: Iterable[Pair]) -> None:
        """Note which line belongs to which record.

        Raises:
            DataError: other than one line a record, or two records that cannot be told apart.
        """
        lines = self._read()
        count = 0
        for record in records:
            key = _key(record)
            if count < len(lines):
                before = self._line_of.setdefault(key, count)
                if lines[before].split() != lines[count].split():
                    raise DataError(
                        f"found other links than on line {before + 1} for the same record "
                        f"{record.id!r}, wanted ids that differ",
                        path=self.model,
                        line=count + 1,
                    )
            count += 1
        if count != len(lines):
            raise DataError(
                f"found {len(lines)} lines, wanted one for each of the {count} records",
                path=self.model,
            )

    def state(self) -> bytes:
        """Which line belongs to which record, and the lines: no worker reads the file again."""
        return msgspec.msgpack.encode((self._read(), list(self._line_of.items())))

    def load_state(self, data: bytes) -> None:
        """Take over what another's `fit_records` noted."""
        kind = tuple[list[str], list[tuple[bytes, int]]]
        self._lines, known = msgspec.msgpack.decode(data, type=kind)
        self._line_of = dict(known)

    def links_of(self, pair: Pair) -> list[Link]:
        """The links of one record, which has its tokens.

        Raises:
            DataError: no line for it, a word that is no link, or a link outside its tokens.
        """
        lines = self._read()
        at = self._line_of.get(_key(pair))
        if at is None:
            raise DataError(f"found no line for the record {pair.id!r}", path=self.model)
        sizes = len(pair.source.tokens or ()), len(pair.target.tokens or ())
        return parse_links(lines[at], sizes, self.model, at + 1)

    def close(self) -> None:
        self._lines = None

    def _read(self) -> list[str]:
        if self._lines is None:
            with open_read(self.model) as stream:
                try:
                    text = stream.read().decode("utf-8-sig")
                except UnicodeDecodeError as error:
                    raise DataError(
                        f"found bytes that are no UTF-8 ({error.reason}), wanted text",
                        path=self.model,
                    ) from error
            lines = text.split("\n")
            if lines[-1] == "":
                lines.pop()
            self._lines = lines
        return self._lines


def parse_links(line: str, sizes: tuple[int, int], path: str = "", number: int = 0) -> list[Link]:
    """The links of one Pharaoh line, sorted; a link given twice keeps its higher probability.

    Raises:
        DataError: naming path and line.
    """
    found: dict[tuple[int, int], float] = {}
    for word in line.split():
        match = _LINK.match(word)
        if match is None:
            raise DataError(
                f"found {word!r}, wanted links such as 0-1 or 0-1:0.93", path=path, line=number
            )
        i, j = int(match[1]), int(match[2])
        p = 1.0 if match[3] is None else float(match[3])
        if i >= sizes[0] or j >= sizes[1]:
            raise DataError(
                f"found the link {word!r}, wanted a source word below {sizes[0]} and a target "
                f"word below {sizes[1]} (counted from 0)",
                path=path,
                line=number,
            )
        if p > 1:
            raise DataError(
                f"found the probability in {word!r}, wanted 0 to 1", path=path, line=number
            )
        if p > 0:
            found[i, j] = max(p, found.get((i, j), 0.0))
    return [(i, j, p) for (i, j), p in sorted(found.items())]


def _key(pair: Pair) -> bytes:
    parts = (pair.id, pair.source.text, pair.target.text)
    return blake2b(msgspec.json.encode(parts), digest_size=12).digest()
