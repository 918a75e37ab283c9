"""Croissant metadata (MLCommons' JSON-LD for data sets), made and validated by ``mlcroissant``.

Akhtar et al. 2024, *Croissant: A Metadata Format for ML-Ready Datasets*. A file is described by its
name, digest and columns, so that ``mlcroissant.Dataset`` reads the records.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from projector.engines import installed, missing_package_message
from projector.errors import EngineError, UsageError
from projector.publishing.card import Described
from projector.publishing.facts import Facts

VERSION = "1.0.0"  # of the data set: files with other digests are another one to whoever cites it
JSON_LINES, PARQUET = "application/jsonlines", "application/x-parquet"


class DataFile(NamedTuple):
    """A file of records.

    Attributes:
        split: its name.
        path: where it is now; ``url`` is where the description's reader finds it.
        encoding: `JSON_LINES` or `PARQUET`.
        columns: column -> path inside its value ("" for the whole).
    """

    split: str
    path: Path
    url: str
    encoding: str
    columns: Mapping[str, str]


def croissant_of_records(facts: Facts, described: Described) -> bytes:
    """The description of files of records as they are: id and text of each record.

    Raises:
        UsageError: a split is a folder or compressed, which has no column to name.
        EngineError: mlcroissant is not installed.
    """
    columns = {"id": "", "target": "text"} if facts.source_languages else {"id": "", "text": ""}
    found = []
    for split in facts.splits:
        path = Path(split.path)
        if path.is_dir() or path.suffix != ".jsonl":
            raise UsageError(
                f"--croissant: found {split.path}, wanted a plain .jsonl file (xproject push "
                "describes shards as one Parquet file)"
            )
        found.append(DataFile(split.name, path, path.name, JSON_LINES, columns))
    return croissant(facts, described, found)


def croissant(facts: Facts, described: Described, data: Sequence[DataFile]) -> bytes:
    """The description as JSON-LD, checked by the library that reads it.

    Raises:
        EngineError: mlcroissant is not installed, or finds an error in the description.
    """
    if not installed("mlcroissant"):
        raise EngineError(missing_package_message("croissant", "mlcroissant", "format"))
    import mlcroissant as mlc

    objects = [
        mlc.FileObject(
            id=f"file-{file.split}",
            name=f"file-{file.split}",
            description=f"The split {file.split}.",
            content_url=file.url,
            encoding_formats=[file.encoding],
            sha256=_digest(file.path),
        )
        for file in data
    ]
    record_sets = [
        mlc.RecordSet(
            id=file.split,
            name=file.split,
            fields=[
                mlc.Field(
                    id=f"{file.split}/{inner or column}",
                    name=inner or column,
                    data_types=[mlc.DataType.TEXT],
                    source=mlc.Source(
                        file_object=f"file-{file.split}",
                        extract=mlc.Extract(column=column),
                        transforms=[mlc.Transform(json_path=inner)] if inner else [],
                    ),
                )
                for column, inner in file.columns.items()
            ],
        )
        for file in data
    ]
    licence = f"https://spdx.org/licenses/{described.licence}" if described.licence else None
    metadata = mlc.Metadata(
        name=described.title,
        description=described.description or _description(facts),
        license=[licence] if licence else None,
        in_language=sorted(lang for lang, n in facts.languages.items() if n),
        version=VERSION,
        date_published=datetime.now(UTC).replace(microsecond=0, tzinfo=None),
        distribution=objects,
        record_sets=record_sets,
    )
    if metadata.issues.errors:
        raise EngineError(f"croissant: {'; '.join(sorted(map(str, metadata.issues.errors)))}")
    return (
        json.dumps(metadata.to_json(), indent=2, ensure_ascii=False, default=str).encode() + b"\n"
    )


def _description(facts: Facts) -> str:
    languages = ", ".join(lang for lang, n in facts.languages.items() if n)
    return f"{facts.records} records ({languages}), annotated by xproject; not reviewed gold data."


def _digest(path: Path) -> str:
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
