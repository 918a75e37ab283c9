"""The journal of a run: what is safely written, so that a killed run can go on.

One entry a line: first a header that says what is being run, then an entry for each block whose
output is already on the disk, one for each file that the run keeps for itself, and one for each
output file that is ready. A line is appended and synced only after what it speaks of has been
synced; a half-written last line is cut off.

A line is ``[checksum,{entry}]``. The checksum (CRC-32) goes on from the line before, so that a
line that was changed, taken out or moved is noticed, and not only one that is no JSON.
"""

from __future__ import annotations

import fcntl
import os
import zlib
from collections import defaultdict
from collections.abc import Sequence
from io import FileIO
from pathlib import Path

import msgspec
from msgspec import Struct, field

from projector.errors import DataError, UsageError
from projector.json_values import JsonObject
from projector.pipeline.chain import Tally

VERSION = 2


class Header(Struct, tag="header", frozen=True):
    """What is being run; a resumed run must agree with ``identity``."""

    identity: JsonObject
    block_size: int
    version: int = VERSION


class BlockEntry(Struct, tag="block", frozen=True, omit_defaults=True):
    """A block that is safe: its input's checksum, where its output and its rejected lines end in
    their files, the checksums of both, and its numbers."""

    phase: int
    shard: int
    block: int
    input_crc: int
    end: int
    crc: int
    rejected_end: int
    rejected_crc: int
    tally: Tally


class KeptEntry(Struct, tag="kept", frozen=True, omit_defaults=True):
    """A file of the work folder that is complete: standard input, or what a stage has learned.

    ``inputs`` are the SHA-256 digests of the files that it was learned from.
    """

    name: str
    bytes: int
    crc: int
    inputs: list[str] = []


class ShardEntry(Struct, tag="shard", frozen=True):
    """An output file that is complete and about to be renamed to its place, or is there."""

    shard: int
    sha256: str
    bytes: int


class Finished(Struct, tag="finished", frozen=True):
    """Everything is in place; only the work folder is left to remove."""


Entry = Header | BlockEntry | KeptEntry | ShardEntry | Finished
Line = tuple[int, msgspec.Raw]  # the checksum, and the entry as it was encoded


class Marks(Struct):
    """The safe blocks of one phase of one shard, in order."""

    input_crc: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    crc: list[int] = field(default_factory=list)
    rejected_end: list[int] = field(default_factory=list)
    rejected_crc: list[int] = field(default_factory=list)


class Journal:
    """An append-only file, locked for as long as its run lives.

    Attributes:
        header: what is being run, None in a new journal.
        blocks: the safe blocks of each (phase, shard), in order.
        tallies: their numbers, added up.
        kept: the files of the work folder that are complete, by name.
        shards: the output files that are complete.
        cut: a half-written last line was found and cut off.

    Raises:
        UsageError: another run holds it.
        DataError: a line other than the last is damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.header: Header | None = None
        self.blocks: dict[tuple[int, int], Marks] = defaultdict(Marks)
        self.tallies: dict[tuple[int, int], Tally] = defaultdict(Tally)
        self.kept: dict[str, KeptEntry] = {}
        self.shards: dict[int, ShardEntry] = {}
        self.finished = False
        self.cut = False
        self._sum = 0
        self._file = open(path, "ab", buffering=0)  # noqa: SIM115 - closed in close()
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.close()
            raise UsageError(f"{path.parent}: another run is writing here; wait for it") from error
        try:
            self._load()
        except BaseException:
            self._file.close()
            raise

    @property
    def holds_work(self) -> bool:
        """Whether there is anything that a new start would have to do again."""
        return bool(self.tallies or self.kept or self.shards)

    def _load(self) -> None:
        read_line = msgspec.json.Decoder(Line).decode
        read_entry = msgspec.json.Decoder(Entry).decode
        safe = 0
        with open(self.path, "rb") as stream:
            for number, line in enumerate(stream, start=1):
                try:
                    if not line.endswith(b"\n"):
                        raise msgspec.DecodeError("no line end")
                    wanted, entry = read_line(line)
                    found = zlib.crc32(entry, self._sum)
                    if found != wanted:
                        raise msgspec.DecodeError("its checksum is another")
                    self._register(read_entry(entry))
                    self._sum = found
                except msgspec.DecodeError as error:
                    if stream.read(1):
                        raise DataError(
                            f"found a damaged journal ({error}), wanted one that can be "
                            "continued; --force starts over",
                            reason="damaged_journal",
                            path=str(self.path),
                            line=number,
                        ) from error
                    self.cut = True
                    break
                safe += len(line)
        if self.cut:
            os.ftruncate(self._file.fileno(), safe)
            os.fsync(self._file.fileno())

    def _register(self, entry: Entry) -> None:
        if isinstance(entry, Header):
            self.header = entry
        elif isinstance(entry, BlockEntry):
            marks = self.blocks[entry.phase, entry.shard]
            if entry.block != len(marks.end):
                raise msgspec.DecodeError(f"block {entry.block} after {len(marks.end)} blocks")
            marks.input_crc.append(entry.input_crc)
            marks.end.append(entry.end)
            marks.crc.append(entry.crc)
            marks.rejected_end.append(entry.rejected_end)
            marks.rejected_crc.append(entry.rejected_crc)
            self.tallies[entry.phase, entry.shard].add(entry.tally)
        elif isinstance(entry, KeptEntry):
            self.kept[entry.name] = entry
        elif isinstance(entry, ShardEntry):
            self.shards[entry.shard] = entry
        else:
            self.finished = True

    def append(self, entries: Sequence[Entry]) -> None:
        """Write entries and sync them; when this returns they are safe."""
        lines = []
        for entry in entries:
            data = msgspec.json.encode(entry)
            self._sum = zlib.crc32(data, self._sum)
            lines.append(b"[%d,%s]\n" % (self._sum, data))
        write_all(self._file, b"".join(lines))
        os.fsync(self._file.fileno())
        for entry in entries:
            self._register(entry)

    def close(self) -> None:
        self._file.close()


def write_all(file: FileIO, data: bytes) -> None:
    """All of the bytes, or OSError (an unbuffered write may take only a part of them)."""
    left = memoryview(data)
    while left:
        left = left[file.write(left) or 0 :]


def sync_folder(path: Path) -> None:
    """Make renames inside a folder safe."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
