"""What a format says of itself: a module of `projector.io.formats` has one `Format`, ``FORMAT``.

Everything that the rest of the program knows of a format stands in it: its name and a line of help,
its options, how it is read and written, which layers of a record it can hold, by which suffixes or
contents it is recognised, which packages it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cached_property
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from msgspec import Struct

from projector.io.formats.shared.notes import Notes
from projector.io.jsonl import Line
from projector.json_values import JsonObject
from projector.records import Record

LAYERS = ("tags", "spans", "relations", "clusters", "questions", "labels", "alignment")
EVERYTHING = frozenset(LAYERS)

OptionsT = TypeVar("OptionsT", bound=Struct)
GivenT = TypeVar("GivenT", bound=Struct, contravariant=True)


class Reader(Protocol[GivenT]):
    """Gives the records of a path one at a time; in the place of a bad one, its error."""

    def __call__(self, path: str, options: GivenT, notes: Notes) -> Iterator[Line]: ...


class Writer(Protocol[GivenT]):
    """Writes records to a path that is complete or absent; gives how many were written."""

    def __call__(
        self,
        records: Iterable[Record],
        path: str,
        options: GivenT,
        notes: Notes,
        *,
        force: bool = False,
    ) -> int: ...


class Sample:
    """The beginning of a file, for a format to be recognised by.

    Attributes:
        name: the file's name in small letters, without the suffix of its compression.
        text: the first bytes as text, without a byte order mark.
        whole: whether that is all of the file.
    """

    def __init__(self, name: str, text: str, *, whole: bool) -> None:
        self.name, self.text, self.whole = name, text, whole

    @cached_property
    def lines(self) -> list[str]:
        """The lines, blank ones among them; not the last one, where the sample ends inside it."""
        lines = [line.rstrip("\r") for line in self.text.split("\n")]
        return lines if self.whole else lines[:-1]

    @cached_property
    def filled(self) -> list[str]:
        """The lines that are not blank."""
        return [line for line in self.lines if line.strip()]

    @property
    def is_json(self) -> bool:
        """Whether it begins as a JSON object or list does."""
        start = self.text.lstrip()
        return start[:1] in ("{", "[") and start[1:].lstrip()[:1] in ("", '"', "{", "[", "}", "]")

    @cached_property
    def json_rows(self) -> list[JsonObject]:
        """The objects among the first lines of JSON Lines; [] where the first line is none."""
        import msgspec

        rows: list[JsonObject] = []
        for line in self.filled[:ROWS] if self.is_json else ():
            try:
                row = msgspec.json.decode(line)
            except (msgspec.DecodeError, RecursionError):
                break
            if isinstance(row, dict):
                rows.append(row)
        return rows


ROWS = 20  # lines of JSON that a format is recognised by


class Format(NamedTuple, Generic[OptionsT]):
    """A file format; of ``read`` and ``write`` at least one is there.

    Attributes:
        name: as ``--from`` and ``--to`` have it. The module is called the same, ``_`` for ``-``.
        summary: a line of help.
        options: the settings of both directions, a struct with a field for each.
        read, write: see `Reader` and `Writer`.
        holds: the layers of a record (of `LAYERS`) that it can hold; `projector.io.formats.write`
            counts what is lost.
        suffixes: files that are called so are taken to be of this format.
        recognises: how sure the beginning of a file makes us that it is of this format, from 0 to
            1; see `projector.io.formats.shared.guess`.
        recognises_folder: the same from the names of the files in a folder.
        pairs: whether its records may be pairs; otherwise they are documents.
        documents: whether they may be documents; otherwise they are pairs.
        target_only: whether of a pair it is to hold the target side alone.
        folder: whether what is written is a folder.
        packages: modules that must be installed for reading and writing.
    """

    name: str
    summary: str
    options: type[OptionsT]
    read: Reader[OptionsT] | None = None
    write: Writer[OptionsT] | None = None
    holds: frozenset[str] = frozenset()
    suffixes: tuple[str, ...] = ()
    recognises: Callable[[Sample], float] | None = None
    recognises_folder: Callable[[Collection[str]], float] | None = None
    pairs: bool = False
    documents: bool = True
    target_only: bool = False
    folder: bool = False
    packages: tuple[str, ...] = ()


AnyFormat = Format[Any]  # what its options are, only the format knows
