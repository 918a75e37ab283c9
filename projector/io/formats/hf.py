"""A Hugging Face ``datasets`` folder, as ``save_to_disk`` makes it; through ``datasets``.

Read memory-mapped, row by row; of a folder with several splits the one named (``--set
split=validation``). A folder of Parquet shards is read as `parquet` reads it. Written as a
single data set with ClassLabel features, for ``datasets.load_from_disk``.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from projector.errors import DataError, UsageError, near_miss
from projector.io.folders import write_folder
from projector.io.formats import parquet
from projector.io.formats.shared.format import Format
from projector.io.formats.shared.hf_rows import RowOptions, Table, class_names, documents
from projector.io.formats.shared.notes import Notes
from projector.io.formats.shared.spool import Spool
from projector.io.jsonl import Line
from projector.records import Record


class Options(RowOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``rows``: how many rows a shard of the written folder may have; 0 leaves it to `datasets`."""

    rows: int = 0


def read(path: str, options: Options, notes: Notes) -> Iterator[Line]:
    folder = Path(path)
    if not folder.is_dir():
        what = "a file" if folder.exists() else "no such folder"
        raise DataError(f"found {what}, wanted a folder made by save_to_disk", path=path)
    is_saved = (folder / "dataset_dict.json").exists() or (folder / "state.json").exists()
    if not is_saved and any(folder.rglob("*.parquet")):
        yield from parquet.read(path, parquet.Options(**_shared(options)), notes)
        return
    import datasets

    try:
        found = datasets.load_from_disk(path)
    except Exception as error:  # whatever `datasets`, pyarrow and json raise on other folders
        raise DataError(
            f"found no data set ({' '.join(str(error).split())[:120]}), wanted a folder made by "
            "save_to_disk",
            reason="unreadable",
            path=path,
        ) from error
    if isinstance(found, datasets.DatasetDict):
        if options.split not in found:
            raise UsageError(
                f"{path}: no split is called {options.split!r}" + near_miss(options.split, found)
            )
        if len(found) > 1:
            notes.remark(f"of the splits {', '.join(found)} {options.split!r} was read")
        found = found[options.split]
    names = class_names(found.features.to_dict())
    yield from documents(_rows(found), names, path, options)


def _shared(options: Options) -> dict[str, Any]:
    return {name: getattr(options, name) for name in RowOptions.__struct_fields__}


def _rows(found: Any) -> Iterator[dict[str, Any]]:
    yield from found.with_format(None)


def write(
    records: Iterable[Record], path: str, options: Options, notes: Notes, *, force: bool = False
) -> int:
    import datasets

    table = Table(options, notes)
    with (
        write_folder(path, force=force, ours=_ours) as folder,
        tempfile.TemporaryDirectory() as cache,
    ):
        spool = Spool(table, records)
        features = datasets.Features.from_dict(table.features())
        datasets.disable_progress_bars()
        made = datasets.Dataset.from_generator(spool.rows, features=features, cache_dir=cache)
        shards = -(-spool.count // options.rows) if options.rows and spool.count else None
        made.save_to_disk(str(folder), num_shards=shards)
    return spool.count


def _ours(name: str) -> bool:
    return name.endswith(".arrow") or name in ("state.json", "dataset_info.json")


def _recognises(inside: Collection[str]) -> float:
    is_set = "dataset_dict.json" in inside
    return 0.9 if is_set or any(n.endswith((".arrow", ".parquet")) for n in inside) else 0.0


FORMAT = Format(
    name="hf",
    summary="a Hugging Face datasets folder (save_to_disk)",
    options=Options,
    read=read,
    write=write,
    holds=frozenset({"spans", "tags", "labels"}),
    recognises_folder=_recognises,
    folder=True,
    packages=("datasets",),
)
