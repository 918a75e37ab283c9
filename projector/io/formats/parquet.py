"""Parquet as the Hugging Face hub has it: class names in the file's ``huggingface`` metadata.

Read batch by batch (a folder of ``.parquet`` shards is read shard by shard, in the order of
their names; of files called after splits, ``test-00000-of-00001.parquet``, the split that is asked
for). Written, ``datasets.load_dataset("parquet", ...)`` gives the ClassLabel features back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from projector.errors import DataError
from projector.io.formats.shared.format import Format
from projector.io.formats.shared.hf_classes import class_names, classes_like, parquet_features
from projector.io.formats.shared.hf_rows import RowOptions, Table, chosen_splits, documents
from projector.io.formats.shared.notes import Notes
from projector.io.formats.shared.spool import Spool
from projector.io.jsonl import Line
from projector.io.streams import open_write
from projector.json_values import JsonObject
from projector.records import Record

if TYPE_CHECKING:
    import pyarrow

BATCH = 500


class Options(RowOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


def read(path: str, options: Options, notes: Notes) -> Iterator[Line]:
    shards = {"": [Path(path)]}
    if Path(path).is_dir():
        shards = _by_split(sorted(Path(path).rglob("*.parquet")))
        if not shards:
            raise DataError("found no .parquet file in it, wanted some", path=path)
    chosen = [("", "")] if "" in shards else chosen_splits(shards, options, path, notes)
    for split, noted in chosen:
        for file in shards[split]:
            yield from _shard(str(file), options, notes, noted)


SPLITS = re.compile(r"(train|validation|valid|val|dev|test)(?![a-z])")


def _by_split(files: list[Path]) -> dict[str, list[Path]]:
    """Files by the split that they are called after (``test-00000-of-00001.parquet``, ``test/``).

    All under "" where one of them is called after none.
    """
    found: dict[str, list[Path]] = {}
    for file in files:
        named = SPLITS.match(file.name) or SPLITS.fullmatch(file.parent.name)
        if named is None:
            return {"": files}
        found.setdefault(named[1], []).append(file)
    return found


def _shard(path: str, options: RowOptions, notes: Notes, split: str) -> Iterator[Line]:
    import pyarrow
    from pyarrow import parquet

    if path == "-":
        raise DataError("found standard input, wanted a Parquet file by its name", path=path)
    try:
        with parquet.ParquetFile(path) as file:
            names = class_names(parquet_features(file.schema_arrow.metadata or {}))
            notes.classes.update(names)
            yield from documents(_rows(file), names, path, options, split)
    except FileNotFoundError as error:
        raise DataError(
            "found no such file, wanted a file to read", reason="unreadable", path=path
        ) from error
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise DataError(
            f"found no readable Parquet ({' '.join(str(error).split())[:120]})",
            reason="unreadable",
            path=path,
        ) from error


def _rows(file: Any) -> Iterator[JsonObject]:
    for batch in file.iter_batches(batch_size=BATCH):
        yield from batch.to_pylist()


def write(
    records: Iterable[Record], path: str, options: Options, notes: Notes, *, force: bool = False
) -> int:
    import pyarrow
    from pyarrow import parquet

    known = classes_like(options.like) if options.like else notes.classes
    table = Table(options, notes, known)
    spool = Spool(table, records)
    features = json.dumps({"info": {"features": table.features()}})
    if set(spool.splits) - {""}:
        notes.remark("one Parquet file has one split: all records are in it (hf writes splits)")
    schema = _schema(table).with_metadata({b"huggingface": features.encode()})
    with (
        open_write(path, force=force) as stream,
        parquet.ParquetWriter(stream, schema, compression="zstd") as writer,
    ):
        for rows in spool.batches(BATCH):
            writer.write_batch(pyarrow.RecordBatch.from_pylist(rows, schema=schema))
    return spool.count


def _schema(table: Table) -> pyarrow.Schema:
    import pyarrow

    text = pyarrow.string()
    fields = [("id", text), ("tokens", pyarrow.list_(text))]
    number = pyarrow.int64()
    fields += [
        (column, pyarrow.list_(number) if table.is_list(column) else number)
        for column in table.classes
    ]
    fields += [(column, text) for column in sorted(table.labels)]
    return pyarrow.schema(fields)


def _recognises(inside: Collection[str]) -> float:
    return 0.7 if any(name.endswith(".parquet") for name in inside) else 0.0


FORMAT = Format(
    name="parquet",
    summary="Parquet with Hugging Face features",
    options=Options,
    read=read,
    write=write,
    holds=frozenset({"spans", "tags", "labels"}),
    suffixes=(".parquet",),
    recognises_folder=_recognises,
    packages=("pyarrow",),
)
