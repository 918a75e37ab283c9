"""The end of a run: parts become the output files, and what is known about it stands beside them.

Every step can be repeated after a kill: a file is renamed whole, and the journal says afterwards
that it is in place.
"""

from __future__ import annotations

import heapq
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import msgspec

from projector.errors import DataError
from projector.io.shards import MANIFEST
from projector.io.streams import compressed, open_read
from projector.json_values import JsonObject
from projector.pipeline.run.journal import ShardEntry, sync_folder
from projector.pipeline.run.shards import RunFiles, file_digest
from projector.pipeline.run.store import SPOOL, Store


def is_in_place(store: Store, plan: RunFiles, shard: int) -> bool:
    """Whether an output file stands where it belongs, byte for byte."""
    assert store.journal is not None
    entry = store.journal.shards.get(shard)
    target = Path(plan.shards[shard].target)
    return (
        entry is not None
        and target.is_file()
        and target.stat().st_size == entry.bytes
        and file_digest(target) == entry.sha256
    )


def finish_shard(store: Store, plan: RunFiles, phase: int, shard: int) -> None:
    """Put a shard's output in place: its digest is journalled, then it is renamed.

    What must be compressed, or lies on another file system, is first written beside its place.

    Raises:
        DataError: the work folder no longer holds the output.
    """
    assert store.journal is not None
    part, target = store.path(phase, shard), Path(plan.shards[shard].target)
    beside = Path(f"{target}.part")
    if not is_in_place(store, plan, shard):
        marks = store.journal.blocks[phase, shard]
        if not part.exists() or part.stat().st_size != (marks.end[-1] if marks.end else 0):
            raise DataError(
                "found it missing or cut, wanted the output that the journal knows to be safe; "
                "--force starts over",
                reason="damaged_work",
                path=str(part),
            )
        ready = part
        if target.name.endswith((".gz", ".zst")) or not _same_device(part, target):
            ready = beside
            with open(part, "rb") as plain, open(beside, "wb") as raw:
                with compressed(raw, target.name) as stream:
                    shutil.copyfileobj(plain, stream, 1 << 20)
                raw.flush()
                os.fsync(raw.fileno())
        store.journal.append([ShardEntry(shard, file_digest(ready), ready.stat().st_size)])
        os.replace(ready, target)
        sync_folder(target.parent)
    part.unlink(missing_ok=True)


def _same_device(part: Path, target: Path) -> bool:
    return part.stat().st_dev == target.parent.stat().st_dev


def write_rejected(store: Store, plan: RunFiles, phases: int) -> str:
    """Merge the rejected lines of all phases by line; returns the file's name, "" for none.

    A record that was rejected after the first phase gets its line of the input as ``raw``.

    Raises:
        DataError: what is in the work folder is not what the phases wrote.
    """
    path = plan.beside("rejected.jsonl")
    path.unlink(missing_ok=True)
    beside = Path(f"{path}.part")
    count = 0
    with open(beside, "wb") as stream:
        for shard, item in enumerate(plan.shards):
            for phase in range(phases):
                store.check_rejected(phase, shard)
            parts = [store.rejected_path(phase, shard) for phase in range(phases)]
            found = heapq.merge(*map(_rejects, parts), key=lambda reject: cast(int, reject["line"]))
            for reject in _with_raw(found, _source(store, item.source)):
                if plan.sharded:
                    reject = {"file": item.source, **reject}
                stream.write(msgspec.json.encode(reject) + b"\n")
                count += 1
        stream.flush()
        os.fsync(stream.fileno())
    if count:
        os.replace(beside, path)
    else:
        beside.unlink()
    return str(path) if count else ""


def _rejects(path: Path) -> Iterator[JsonObject]:
    if path.exists():
        with open(path, "rb") as stream:
            for line in stream:
                yield msgspec.json.decode(line)


def _source(store: Store, name: str) -> str:
    spooled = store.folder / SPOOL
    return str(spooled) if name == "-" and spooled.exists() else name


def _with_raw(rejects: Iterator[JsonObject], source: str) -> Iterator[JsonObject]:
    """Fill in the input's line where a later phase did not know it, in one pass over the input."""
    lines: Iterator[tuple[int, bytes]] | None = None
    for reject in rejects:
        if not reject["raw"] and source != "-":
            lines = lines or _lines(source)
            raw = next((raw for number, raw in lines if number == reject["line"]), b"")
            reject["raw"] = raw.decode("utf-8", "replace").rstrip("\r\n")
        yield reject


def _lines(source: str) -> Iterator[tuple[int, bytes]]:
    with open_read(source) as stream:
        yield from enumerate(stream, start=1)


def write_json(path: Path, value: object) -> None:
    """A JSON file for people and programs, complete or absent."""
    beside = Path(f"{path}.part")
    with open(beside, "wb") as stream:
        stream.write(msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(beside, path)


def write_manifest(store: Store, plan: RunFiles, last_phase: int) -> None:
    """``manifest.json`` in the output folder: records and digest of every file."""
    assert store.journal is not None
    files: list[JsonObject] = []
    phases = range(last_phase + 1)
    for n, shard in enumerate(plan.shards):
        entry, first = store.journal.shards[n], store.journal.tallies[0, n]
        files.append(
            {
                "name": Path(shard.target).name,
                "source": shard.source,
                "records_in": first.records,
                "records": store.journal.tallies[last_phase, n].written,
                "rejected": sum(store.journal.tallies[p, n].rejected for p in phases),
                "bytes": entry.bytes,
                "sha256": entry.sha256,
            }
        )
    totals = {
        key: sum(cast(int, f[key]) for f in files) for key in ("records_in", "records", "rejected")
    }
    write_json(Path(plan.base) / MANIFEST, {"files": files, "totals": totals})
