"""What ``hmm`` has learnt, as bytes: for workers elsewhere and for a run that is taken up again.

Words and arrays as MessagePack; everything that follows from them (units, splits) is made anew.
"""

from __future__ import annotations

from dataclasses import fields
from typing import cast

import msgspec
import numpy as np

from projector.alignment.hmm.table import Floats, Ints, Longs, Table
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


def pack(array: Floats | Ints | Longs) -> Packed:
    """An array as plain values."""
    return Packed(array.dtype.str, list(array.shape), array.tobytes())


def unpack(packed: Packed) -> Floats | Ints | Longs:
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

    def floats(name: str) -> Floats:
        return cast(Floats, _array(found, name))

    def ints(name: str) -> Ints:
        return cast(Ints, _array(found, name))

    return Parameters(
        table=Table(cast(Longs, _array(found, "start")), ints("column")),
        p=floats("p"),
        null_t=floats("null_t"),
        null_s=floats("null_s"),
        step_s=floats("step_s"),
        step_t=floats("step_t"),
        row_s=ints("row_s"),
        row_t=ints("row_t"),
        null=cast(float, found["null"]),
        count=floats("count"),
        count_t=floats("count_t"),
        count_s=floats("count_s"),
        total_s=floats("total_s"),
        total_t=floats("total_t"),
        jump_counts_s=floats("jump_counts_s"),
        jump_counts_t=floats("jump_counts_t"),
    )


def _array(found: dict[str, Packed | float], name: str) -> Floats | Ints | Longs:
    packed = found[name]
    if not isinstance(packed, Packed):
        raise TypeError(f"{name}: found the number {packed}, wanted an array")
    return unpack(packed)
