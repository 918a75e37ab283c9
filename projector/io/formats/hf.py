"""A Hugging Face ``datasets`` folder, as ``save_to_disk`` makes it; through ``datasets``.

Read memory-mapped, row by row; of a folder with several splits the one named (``--set
split=validation``), or all of them (``--set split=all``). A folder of Parquet shards is read as
`parquet` reads it. Written with ClassLabel features, for ``datasets.load_from_disk``: a DatasetDict
where the records say their split (``meta.split``), else a single data set.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from projector.errors import DataError
from projector.io.folders import write_folder
from projector.io.formats import parquet
from projector.io.formats.shared.format import Format
from projector.io.formats.shared.hf_classes import class_names, classes_like
from projector.io.formats.shared.hf_rows import RowOptions, Table, chosen_splits, documents
from projector.io.formats.shared.notes import Notes
from projector.io.formats.shared.spool import Spool
from projector.io.jsonl import Line
from projector.json_values import JsonObject
from projector.records import Record

DESCRIPTIONS = ("state.json", "dataset_info.json", "dataset_dict.json")


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
        shared = {name: getattr(options, name) for name in RowOptions.__struct_fields__}
        yield from parquet.read(path, parquet.Options(**shared), notes)
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
        for split, noted in chosen_splits(found, options, path, notes):
            yield from _data_set(found[split], path, options, notes, noted)
    else:
        yield from _data_set(found, path, options, notes)


def _data_set(
    found: Any, path: str, options: RowOptions, notes: Notes, split: str = ""
) -> Iterator[Line]:
    names = class_names(found.features.to_dict())
    notes.classes.update(names)
    yield from documents(_rows(found), names, path, options, split)


def _rows(found: Any) -> Iterator[JsonObject]:
    yield from found.with_format(None)


def write(
    records: Iterable[Record], path: str, options: Options, notes: Notes, *, force: bool = False
) -> int:
    import datasets

    known = classes_like(options.like) if options.like else notes.classes
    table = Table(options, notes, known)
    with (
        write_folder(path, force=force, ours=_ours) as folder,
        tempfile.TemporaryDirectory() as cache,
    ):
        spool = Spool(table, records)
        features = datasets.Features.from_dict(table.features())
        datasets.disable_progress_bars()
        made = {
            split: datasets.Dataset.from_generator(
                partial(spool.rows, split), features=features, cache_dir=f"{cache}/{n}"
            )
            for n, split in enumerate(spool.splits or [""])
        }
        shards = {
            split: -(-count // options.rows) if options.rows and count else None
            for split, count in spool.splits.items()
        }
        if set(spool.splits) <= {""}:
            made[""].save_to_disk(str(folder), num_shards=shards.get(""))
        else:
            _check_splits(spool.splits)
            datasets.DatasetDict(made).save_to_disk(str(folder), num_shards=shards)
    return spool.count


def _check_splits(splits: Mapping[str, int]) -> None:
    """Raise DataError unless every record says a split that `datasets` can name."""
    if "" in splits:
        raise DataError(
            f"meta.split: found none in {splits['']} records, wanted one in all or in none",
            reason="missing_field",
        )
    odd = next((split for split in splits if not re.fullmatch(r"\w+(\.\w+)*", split)), None)
    if odd is not None:
        raise DataError(
            f"meta.split: found {odd!r}, wanted letters, digits and _", reason="bad_field"
        )


def _ours(name: str) -> bool:
    return name.endswith(".arrow") or name in (
        "state.json",
        "dataset_info.json",
        "dataset_dict.json",
    )


def _recognises(inside: Collection[str]) -> float:
    is_set = "dataset_dict.json" in inside or "state.json" in inside
    return 0.9 if is_set or any(name.endswith(".arrow") for name in inside) else 0.0


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
