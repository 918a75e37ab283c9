"""Names of the classes of a Hugging Face data set, in its own order, from its description."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from projector.errors import DataError
from projector.json_values import JsonObject


def class_names(features: Mapping[str, object]) -> dict[str, list[str]]:
    """Column -> class names, from the JSON form of a data set's features."""
    found: dict[str, list[str]] = {}
    for column, feature in features.items():
        inner = feature
        while isinstance(inner, list):
            inner = inner[0] if inner else {}
        while isinstance(inner, dict) and inner.get("_type") in ("Sequence", "List", "LargeList"):
            inner = inner.get("feature")
        if isinstance(inner, dict) and inner.get("_type") == "ClassLabel":
            found[column] = [str(name) for name in inner.get("names") or []]
    return found


def classes_like(path: str) -> dict[str, list[str]]:
    """The class names of a data set: a Parquet file, a folder of them, or one of save_to_disk.

    Raises:
        DataError: it is none, or describes no classes.
    """
    folder = Path(path)
    files = [folder]
    if folder.is_dir():
        described = sorted(folder.rglob("dataset_info.json"))
        files = described or sorted(folder.rglob("*.parquet"))
    found: dict[str, list[str]] = {}
    for file in files[:1]:
        described_as = _of_json(file) if file.suffix == ".json" else _of_parquet(file)
        found = class_names(described_as)
    if not found:
        raise DataError(
            "found no names of classes, wanted a data set with ClassLabel features", path=path
        )
    return found


def _of_json(file: Path) -> JsonObject:
    try:
        found = json.loads(file.read_text(encoding="utf-8")).get("features")
    except (ValueError, AttributeError):
        return {}
    return found if isinstance(found, dict) else {}


def _of_parquet(file: Path) -> JsonObject:
    import pyarrow
    from pyarrow import parquet

    try:
        return parquet_features(parquet.read_schema(file).metadata or {})
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        why = " ".join(str(error).split())[:120]
        raise DataError(f"found no readable Parquet ({why})", path=str(file)) from error


def parquet_features(metadata: Mapping[bytes, bytes]) -> JsonObject:
    """The features that `datasets` writes into a Parquet file's metadata; {} without any."""
    try:
        found = json.loads(metadata.get(b"huggingface", b"{}"))["info"]["features"]
    except (ValueError, KeyError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}
