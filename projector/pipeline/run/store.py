"""The work folder of a run: parts that grow, and the journal that says how far they are safe."""

from __future__ import annotations

import os
import re
import time
import zlib
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from projector.errors import DataError
from projector.pipeline.blocks import checksum
from projector.pipeline.chain import Done, reject_line
from projector.pipeline.run.journal import BlockEntry, Journal, KeptEntry, Marks, sync_folder
from projector.pipeline.run.part_file import PIECE, Part

COMMIT_SECONDS = 0.2  # at most so much work is done again after a kill
JOURNAL = "journal"
SPOOL = "input.jsonl"  # standard input, kept where it must be read twice
_OURS = re.compile(
    r"journal|input\.(jsonl|part)|phase\d+(-\d{5,}(\.rejected)?\.jsonl|\.state|\.part)"
)


_HEADER = re.compile(rb'(\[\d+,)?\{"type":"header"')


def foreign_file(folder: Path) -> str:
    """The name of something in a work folder that no run has written there, "" if there is none.

    A folder of a run is empty or holds a journal.
    """
    names = sorted(path.name for path in folder.iterdir())
    journal = folder / JOURNAL
    if names and JOURNAL not in names:
        return names[0]
    for name in names:
        if not _OURS.fullmatch(name) or not (folder / name).is_file():
            return name
    if names and journal.stat().st_size:
        with open(journal, "rb") as stream:
            if not _HEADER.match(stream.read(40)):
                return JOURNAL
    return ""


class Pending(Struct, frozen=True):
    """Entries that wait for the next commit, with the parts that they speak of."""

    entries: list[BlockEntry]
    parts: list[Part]


class Store:
    """Where the phases of a run write.

    Args:
        folder: the work folder, which exists.
        journal: None for a run that cannot be resumed (its output is a stream).
    """

    def __init__(self, folder: Path, journal: Journal | None) -> None:
        self.folder = folder
        self.journal = journal
        self._parts: dict[tuple[int, int], tuple[Part, Part]] = {}
        self._pending = Pending([], [])
        self._committed = time.monotonic()

    def path(self, phase: int, shard: int) -> Path:
        """What a phase writes for a shard."""
        return self.folder / f"phase{phase}-{shard:05d}.jsonl"

    def rejected_path(self, phase: int, shard: int) -> Path:
        """The lines that a phase rejected from a shard."""
        return self.folder / f"phase{phase}-{shard:05d}.rejected.jsonl"

    def state_path(self, phase: int) -> Path:
        """What the corpus-level stage that begins a phase has learned."""
        return self.folder / f"phase{phase}.state"

    def open(self, phase: int, shard: int) -> Marks:
        """Go back to the last safe block of a shard, and check what is there.

        Raises:
            DataError: the parts are not what the journal knows.
        """
        marks = self.journal.blocks[phase, shard] if self.journal else Marks()
        output, rejected = self._part(phase, shard)
        output.cut_back(marks.end[-1] if marks.end else 0)
        output.check(marks.end, marks.crc)
        rejected.cut_back(marks.rejected_end[-1] if marks.rejected_end else 0)
        rejected.check(marks.rejected_end, marks.rejected_crc)
        return marks

    def check_rejected(self, phase: int, shard: int) -> None:
        """Compare the rejected lines of a shard that is complete with the journal.

        Raises:
            DataError: they are not what was written.
        """
        assert self.journal is not None
        marks = self.journal.blocks[phase, shard]
        part = Part(self.rejected_path(phase, shard))
        try:
            part.cut_back(marks.rejected_end[-1] if marks.rejected_end else 0)
            part.check(marks.rejected_end, marks.rejected_crc)
        finally:
            part.close()

    def _part(self, phase: int, shard: int) -> tuple[Part, Part]:
        key = (phase, shard)
        if key not in self._parts:
            rejected = Part(self.rejected_path(phase, shard))
            self._parts[key] = Part(self.path(phase, shard)), rejected
            if self.journal is not None:
                sync_folder(self.folder)
        return self._parts[key]

    def add(self, phase: int, done: Done, input_crc: int, *, output: bool = True) -> None:
        """Write a block; it is safe after the next commit, within 0.2 seconds."""
        part, rejected = self._part(phase, done.shard)
        if output:
            part.append(done.output)
        lines = b"".join(reject_line(reject) for reject in done.rejects)
        rejected.append(lines)
        if self.journal is None:
            return
        self._pending.parts.extend((part, rejected))
        self._pending.entries.append(
            BlockEntry(
                phase,
                done.shard,
                done.number,
                input_crc,
                part.end,
                checksum(done.output),
                rejected.end,
                checksum(lines),
                done.tally,
            )
        )
        if time.monotonic() - self._committed >= COMMIT_SECONDS:
            self.commit()

    def commit(self) -> None:
        """Make what was added safe: first the parts, then the journal."""
        # Taken before it is written: what an interruption leaves half done is never written twice.
        pending, self._pending = self._pending, Pending([], [])
        if self.journal is not None and pending.entries:
            for part in pending.parts:
                part.sync()
            self.journal.append(pending.entries)
        self._committed = time.monotonic()

    def close_shard(self, phase: int, shard: int) -> None:
        """Commit, and close the parts of a shard that is complete."""
        self.commit()
        for part in self._parts.pop((phase, shard), ()):
            part.close()

    def keep_state(self, phase: int, state: bytes, inputs: Sequence[str] = ()) -> None:
        """Keep what a stage has learned, so that a resumed run need not learn it again.

        ``inputs`` are the digests of what it was learned from.
        """
        path = self.state_path(phase)
        beside = path.with_suffix(".part")
        beside.write_bytes(state)
        self.keep_file(beside, path, inputs)

    def kept_state(self, phase: int) -> tuple[bytes, list[str]] | None:
        """What `keep_state` kept, with the digests, if anything.

        Raises:
            DataError: it is not what was kept.
        """
        path = self.state_path(phase)
        entry = self.kept_file(path)
        return (path.read_bytes(), entry.inputs) if entry is not None else None

    def keep_file(self, beside: Path, path: Path, inputs: Sequence[str] = ()) -> None:
        """Give a complete file its name in the work folder, and journal it."""
        with open(beside, "rb+") as stream:
            os.fsync(stream.fileno())
        size, crc = _measure(beside)
        os.replace(beside, path)
        sync_folder(self.folder)
        if self.journal is not None:
            self.journal.append([KeptEntry(path.name, size, crc, list(inputs))])

    def kept_file(self, path: Path) -> KeptEntry | None:
        """The journal's entry of a kept file; None if there is none.

        Raises:
            DataError: the file is gone, or not what was kept.
        """
        entry = self.journal.kept.get(path.name) if self.journal is not None else None
        if entry is not None and (not path.exists() or _measure(path) != (entry.bytes, entry.crc)):
            raise DataError(
                f"found {'it changed' if path.exists() else 'no such file'}, wanted the "
                f"{entry.bytes} bytes that the journal knows to be safe; --force starts over",
                reason="damaged_work",
                path=str(path),
            )
        return entry

    def close(self) -> None:
        for pair in self._parts.values():
            for part in pair:
                part.close()
        self._parts.clear()
        if self.journal is not None:
            self.journal.close()


def _measure(path: Path) -> tuple[int, int]:
    """Size and CRC-32 of a file."""
    size = crc = 0
    with open(path, "rb") as stream:
        while data := stream.read(PIECE):
            size, crc = size + len(data), zlib.crc32(data, crc)
    return size, crc
