"""The binary file of a Marian model: named matrices and the configuration they were trained with.

Little endian. Two uint64: version (1) and number of items; for each item four uint64: length of
its name with the closing zero, type, number of dimensions, bytes of data; then all names, all
shapes (int32), one uint64 with that many bytes of padding, and all data in the same order. The
item ``special:model.yml`` is the configuration as YAML. Quantised matrices ("intgemm8") hold one
int8 for each value and a float32 multiplier: value = int8 / multiplier. The matrices of linear
layers (``..._W`` and one letter or digit at most) are stored transposed.
"""

from __future__ import annotations

import math
import mmap
import os
import re
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import yaml

from projector.errors import EngineError

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.int8]
Ints = npt.NDArray[np.int64]
Buffer = bytes | mmap.mmap

VERSION = 1
CONFIGURATION = "special:model.yml"
LARGEST = 2 << 30  # bytes of a file; students have 17 to 60 MB
MOST_ITEMS = 20_000
LONGEST_NAME = 512
MOST_DIMENSIONS = 4
FLOAT32 = 0x404
INT8 = 0x4101
OTHER_TYPES = {
    0x101: "int8 (plain)", 0x102: "int16", 0x104: "int32", 0x201: "uint8", 0x402: "float16",
    0x408: "float64", 0x4102: "int16 (intgemm)",
}  # fmt: skip
TRANSPOSED = re.compile(r"_W[^_]?$")


class Quantised(NamedTuple):
    """A matrix of small integers: the weights are ``values / multiplier``, (inputs, outputs)."""

    values: Bytes
    multiplier: float


class ModelFile(NamedTuple):
    """What a model's file holds.

    Attributes:
        path: for messages.
        configuration: the settings that the model was trained with, by Marian's names.
        matrices: the quantised matrices by name; linear layers as (inputs, outputs), embeddings as
            (vocabulary, dimensions).
        vectors: the others (biases and scales), flat.
    """

    path: Path
    configuration: Mapping[str, object]
    matrices: dict[str, Quantised]
    vectors: dict[str, Floats]


class _Item(NamedTuple):
    name: str
    kind: int
    shape: tuple[int, ...]
    size: int


def read_model(path: Path) -> ModelFile:
    """Read a model's file.

    Raises:
        EngineError: the file cannot be read, is damaged or holds what these models do not.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise EngineError(f"{path}: {size} bytes, wanted a model of at most {LARGEST}")
        data = mapped(path)
    except OSError as error:
        raise EngineError(f"{path}: cannot be read ({error.strerror or error})") from None
    items, at = _items(data, path)
    configuration: Mapping[str, object] | None = None
    matrices: dict[str, Quantised] = {}
    vectors: dict[str, Floats] = {}
    for item in items:
        if item.name == CONFIGURATION:
            configuration = _configuration(data[at : at + item.size], path)
        elif item.kind == FLOAT32:
            vectors[item.name] = _floats(data, at, item, path)
        elif item.kind == INT8:
            # The activations' multipliers: not needed, the inputs are quantised more finely here.
            if not item.name.endswith("_QuantMultA"):
                matrices[item.name] = _quantised(data, at, item, path)
        elif not item.name.startswith("special:"):
            what = OTHER_TYPES.get(item.kind, hex(item.kind))
            raise EngineError(
                f"{path}: {item.name!r} is of type {what}, wanted float32 or int8 (intgemm8): "
                "use the model.*.intgemm.alphas.bin or model.*.intgemm8.bin of the pair"
            )
        at += item.size
    if configuration is None:
        raise EngineError(f"{path}: no {CONFIGURATION!r} in it, wanted a Marian model for Firefox")
    vectors = {name: v for name, v in vectors.items() if not name.endswith("_QuantMultA")}
    return ModelFile(path, configuration, matrices, vectors)


def mapped(path: Path) -> Buffer:
    """A file's bytes, given back to the system with the last array over them: what is copied out
    while a model is made does not stay in memory twice.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as stream:
        if not os.fstat(stream.fileno()).st_size:
            return b""
        return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)


def _items(data: Buffer, path: Path) -> tuple[list[_Item], int]:
    """The items of a file, and where their data begins."""

    def wrong(detail: str) -> EngineError:
        return EngineError(f"{path}: damaged or not a Marian model: {detail}")

    def numbers(form: str, at: int, what: str) -> tuple[int, ...]:
        end = at + struct.calcsize(form)
        if end > len(data):
            raise wrong(f"it ends after {len(data)} bytes, within {what}")
        return struct.unpack_from(form, data, at)

    version, count = numbers("<2Q", 0, "its first numbers")
    if version != VERSION:
        raise wrong(f"version {version}, wanted {VERSION}")
    if not 0 < count <= MOST_ITEMS:
        raise wrong(f"{count} items, wanted 1 to {MOST_ITEMS}")
    flat = numbers(f"<{4 * count}Q", 16, "its table of items")
    at = 16 + 32 * count
    names = []
    for n in range(count):
        length, dimensions = flat[4 * n], flat[4 * n + 2]
        if not 1 < length <= LONGEST_NAME:
            raise wrong(f"a name of {length} bytes (item {n + 1}), wanted 2 to {LONGEST_NAME}")
        if not 0 < dimensions <= MOST_DIMENSIONS:
            raise wrong(f"{dimensions} dimensions (item {n + 1}), wanted 1 to {MOST_DIMENSIONS}")
        raw = data[at : at + length]
        try:
            name = raw[:-1].decode("ascii")
        except UnicodeDecodeError:
            name = ""
        if len(raw) < length or raw[-1] != 0 or not name.isprintable() or not name:
            raise wrong(f"the name of item {n + 1} is not plain text that a zero ends")
        names.append(name)
        at += length
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise wrong(f"{twice!r} stands in it twice")
    items = []
    for n, name in enumerate(names):
        kind, dimensions, size = flat[4 * n + 1], flat[4 * n + 2], flat[4 * n + 3]
        shape = numbers(f"<{dimensions}i", at, "its shapes")
        at += 4 * dimensions
        if min(shape) < 1 or size > len(data) or math.prod(shape) > len(data):
            raise wrong(f"{name!r} has shape {shape} and {size} bytes")
        items.append(_Item(name, kind, shape, size))
    (padding,) = numbers("<Q", at, "its padding")
    at += 8 + padding
    wanted = at + sum(item.size for item in items)
    if wanted != len(data):
        raise wrong(f"{len(data)} bytes long, wanted {wanted} (cut off, or bytes too many)")
    return items, at


def _configuration(raw: bytes, path: Path) -> Mapping[str, object]:
    try:
        found = yaml.safe_load(raw.rstrip(b"\0").decode("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError):
        raise EngineError(f"{path}: its {CONFIGURATION!r} is not YAML") from None
    if not isinstance(found, dict) or not all(isinstance(key, str) for key in found):
        raise EngineError(f"{path}: its {CONFIGURATION!r} is not a list of settings")
    return found


def _floats(data: Buffer, at: int, item: _Item, path: Path) -> Floats:
    count = math.prod(item.shape)
    if item.size < 4 * count:
        raise _short(item, 4 * count, path)
    values = np.frombuffer(data, "<f4", count, at).astype(np.float32)
    if not np.isfinite(values).all():
        raise EngineError(f"{path}: {item.name!r} holds numbers that are not finite")
    return values


def _quantised(data: Buffer, at: int, item: _Item, path: Path) -> Quantised:
    count = math.prod(item.shape)
    if item.size < count + 4:
        raise _short(item, count + 4, path)
    if len(item.shape) != 2:
        raise EngineError(f"{path}: {item.name!r} has shape {item.shape}, wanted a matrix")
    values = np.frombuffer(data, np.int8, count, at)
    (multiplier,) = struct.unpack_from("<f", data, at + count)
    if not (math.isfinite(multiplier) and multiplier > 0):
        raise EngineError(
            f"{path}: the multiplier of {item.name!r} is {multiplier}, wanted a number above 0"
        )
    rows, columns = item.shape
    if TRANSPOSED.search(item.name):
        values = values.reshape(columns, rows).T
    else:
        values = values.reshape(rows, columns)
    return Quantised(values, multiplier)


def _short(item: _Item, wanted: int, path: Path) -> EngineError:
    return EngineError(
        f"{path}: {item.name!r} of shape {item.shape} has {item.size} bytes, wanted {wanted}"
    )
