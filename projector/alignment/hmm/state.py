"""What ``hmm`` has learnt, as bytes: for workers elsewhere and for a run that is taken up again.

Words and arrays as MessagePack; everything that follows from them (units, splits) is made anew.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import msgspec
import numpy as np

from projector.alignment.hmm.table import Table
from projector.alignment.hmm.training import Parameters


class Packed(msgspec.Struct, frozen=True, array_like=True):
    """An array: its type, shape and bytes."""

    kind: str
    shape: list[int]
    data: bytes


class State(msgspec.Struct, frozen=True):
    """A trained aligner: its languages, both sides' sub-tokens (of scripts without spaces by
    characters in ``forms``, by words in ``whole_words``), each view's arrays, and which views take
    words whole."""

    source: str
    target: str
    pairs: int
    forms: tuple[list[str], list[str]] | None
    models: dict[str, dict[str, Packed | float]]
    whole_words: tuple[list[str], list[str]] | None = None
    whole_views: frozenset[str] = frozenset()


def pack(array: np.ndarray) -> Packed:
    """An array as plain values."""
    return Packed(array.dtype.str, list(array.shape), array.tobytes())


def unpack(packed: Packed) -> Any:
    """The array again (writable, as training leaves it)."""
    return np.frombuffer(packed.data, dtype=packed.kind).reshape(packed.shape).copy()


def parameters_out(parameters: Parameters) -> dict[str, Packed | float]:
    """A model's arrays and numbers by name; the table's two under their own names."""
    found: dict[str, Packed | float] = {
        "start": pack(parameters.table.start),
        "column": pack(parameters.table.column),
    }
    for field in fields(Parameters):
        value = getattr(parameters, field.name)
        if field.name != "table":
            found[field.name] = pack(value) if isinstance(value, np.ndarray) else float(value)
    return found


def parameters_in(found: dict[str, Packed | float]) -> Parameters:
    """The model that `parameters_out` was given."""
    values: dict[str, Any] = {
        k: unpack(v) if isinstance(v, Packed) else v for k, v in found.items()
    }
    table = Table(values.pop("start"), values.pop("column"))
    return Parameters(table=table, **values)
