"""The folder that is pushed: card, Parquet files, the records themselves, and how they were made.

README.md                          the card, which tells the hub where the splits are
data/SPLIT-00000-of-00001.parquet  rows for training scripts
records/SPLIT.jsonl.gz             the records whole: both sides, links, scores, what was lost
records/SPLIT.run.json             OUT.run.json, with names of files in the place of paths
croissant.json                     the same described for machines
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from pathlib import Path, PurePath

import msgspec

from projector.engines import installed, missing_package_message
from projector.errors import EngineError
from projector.io.formats.shared.notes import Notes
from projector.io.jsonl import encode
from projector.publishing.card import Described, card
from projector.publishing.croissant import PARQUET, DataFile, croissant
from projector.publishing.facts import Facts, read_notes, records_of


def write_dataset(
    folder: Path,
    facts: Facts,
    described: Described,
    scores: Mapping[str, object] | None = None,
    notes: Notes | None = None,
) -> None:
    """Write all files of a data set into an existing, empty folder.

    Raises:
        EngineError: a package of the extra ``publish`` is missing.
        DataError: records that changed since they were counted and are damaged now.
    """
    for package in ("pyarrow", "mlcroissant"):
        if not installed(package):
            raise EngineError(missing_package_message("push", package, "command"))
    from projector.publishing.table import write_tables

    (folder / "data").mkdir()
    (folder / "records").mkdir()
    files = {split.name: f"data/{split.name}-00000-of-00001.parquet" for split in facts.splits}
    columns = write_tables(
        facts, lambda split: folder / files[split], notes if notes is not None else Notes()
    )
    for split in facts.splits:
        path = folder / "records" / f"{split.name}.jsonl.gz"
        # The same records give the same bytes: no name and no time in the head of the file.
        with open(path, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as stream:
            for record in records_of(split.path):
                stream.write(encode(record))
        if run := read_notes(f"{split.path.rstrip('/')}.run.json"):
            told = msgspec.json.format(msgspec.json.encode(without_folders(run)), indent=2)
            (folder / "records" / f"{split.name}.run.json").write_bytes(told + b"\n")
    text = card(facts, described, scores, files)
    (folder / "README.md").write_bytes(text.encode("utf-8", "replace"))
    data = [
        DataFile(name, folder / path, path, PARQUET, dict.fromkeys(columns, ""))
        for name, path in files.items()
    ]
    (folder / "croissant.json").write_bytes(croissant(facts, described, data))


def without_folders(value: object) -> object:
    """Plain values in which absolute paths are only the names of their files: where somebody's
    files lie is nobody else's business."""
    if isinstance(value, dict):
        return {without_folders(key): without_folders(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_folders(item) for item in value]
    if isinstance(value, str):
        path = PurePath(value)
        if path.is_absolute() or value.startswith("~"):
            return path.name
    return value
