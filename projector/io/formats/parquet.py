"""Parquet as the Hugging Face hub has it: class names in the file's ``huggingface`` metadata.

Read batch by batch (a folder of ``.parquet`` shards is read shard by shard, in the order of
their names). Written, ``datasets.load_dataset("parquet", ...)`` gives the ClassLabel features back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from projector.errors import DataError
from projector.io.formats.shared.format import Format
from projector.io.formats.shared.hf_rows import RowOptions, Table, class_names, documents
from projector.io.formats.shared.notes import Notes
from projector.io.formats.shared.spool import Spool
from projector.io.jsonl import Line
from projector.io.streams import open_write
from projector.records import Record

if TYPE_CHECKING:
    import pyarrow

BATCH = 500


class Options(RowOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


def read(path: str, options: Options, notes: Notes) -> Iterator[Line]:
    shards = [Path(path)]
    if Path(path).is_dir():
        shards = sorted(Path(path).rglob("*.parquet"))
        if not shards:
            raise DataError("found no .parquet file in it, wanted some", path=path)
    for shard in shards:
        yield from _shard(str(shard), options)


def _shard(path: str, options: RowOptions) -> Iterator[Line]:
    import pyarrow
    from pyarrow import parquet

    if path == "-":
        raise DataError("found standard input, wanted a Parquet file by its name", path=path)
    try:
        with parquet.ParquetFile(path) as file:
            names = class_names(_features(file.schema_arrow.metadata or {}))
            yield from documents(_rows(file), names, path, options)
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


def _rows(file: Any) -> Iterator[dict[str, Any]]:
    for batch in file.iter_batches(batch_size=BATCH):
        yield from batch.to_pylist()


def _features(metadata: dict[bytes, bytes]) -> dict[str, Any]:
    try:
        found = json.loads(metadata.get(b"huggingface", b"{}"))["info"]["features"]
    except (ValueError, KeyError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def write(
    records: Iterable[Record], path: str, options: Options, notes: Notes, *, force: bool = False
) -> int:
    import pyarrow
    from pyarrow import parquet

    table = Table(options, notes)
    spool = Spool(table, records)
    features = json.dumps({"info": {"features": table.features()}})
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
    fields += [(column, pyarrow.list_(pyarrow.int64())) for column in table.classes]
    fields += [(column, text) for column in sorted(table.labels)]
    return pyarrow.schema(fields)


FORMAT = Format(
    name="parquet",
    summary="Parquet with Hugging Face features",
    options=Options,
    read=read,
    write=write,
    holds=frozenset({"spans", "tags", "labels"}),
    suffixes=(".parquet",),
    packages=("pyarrow",),
)
