"""The work folder of a run: parts that grow, and the journal that says how far they are safe."""

from __future__ import annotations

import os
import time
from pathlib import Path

from msgspec import Struct

from projector.pipeline.blocks import checksum
from projector.pipeline.chain import Done, reject_line
from projector.pipeline.run.journal import BlockEntry, Journal, Marks, sync_folder
from projector.pipeline.run.part_file import Part

COMMIT_SECONDS = 0.2  # at most so much work is done again after a kill


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
        rejected.cut_back(marks.rejected_end)
        output.check(marks.end, marks.crc)
        return marks

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
        rejected.append(b"".join(reject_line(reject) for reject in done.rejects))
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

    def keep_state(self, phase: int, state: bytes) -> None:
        """Keep what a stage has learned, so that a resumed run need not learn it again."""
        beside = self.state_path(phase).with_suffix(".part")
        with open(beside, "wb") as stream:
            stream.write(state)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(beside, self.state_path(phase))

    def kept_state(self, phase: int) -> bytes | None:
        """What `keep_state` kept, if anything."""
        path = self.state_path(phase)
        return path.read_bytes() if path.exists() else None

    def close(self) -> None:
        for pair in self._parts.values():
            for part in pair:
                part.close()
        self._parts.clear()
        if self.journal is not None:
            self.journal.close()
