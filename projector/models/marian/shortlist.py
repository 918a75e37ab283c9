"""The lexical shortlist of a student: which target pieces a source piece can bring about.

Little endian: six uint64 (magic number, checksum, how many of the commonest pieces are always
taken, how many translations a piece has at most, number of offsets, number of ids), the offsets
(uint64) of each source piece's translations, and the ids (uint32).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from projector.errors import EngineError
from projector.models.marian.weights import Ints, mapped

LARGEST = 1 << 30
MAGIC = 0xF11A48D5013417F5
HEADER = 48


class Shortlist:
    """Target pieces that each source piece allows.

    Raises:
        EngineError: the file cannot be read, is damaged, or does not fit the vocabularies.
    """

    def __init__(self, path: Path, source: int, target: int) -> None:
        """``source`` and ``target`` are the sizes of the vocabularies."""
        try:
            size = path.stat().st_size
            if size > LARGEST:
                raise EngineError(f"{path}: {size} bytes, wanted a shortlist of at most {LARGEST}")
            data = mapped(path)
        except OSError as error:
            raise EngineError(f"{path}: cannot be read ({error.strerror or error})") from None
        if len(data) < HEADER:
            raise EngineError(f"{path}: {len(data)} bytes, too few for a lexical shortlist")
        magic, _, first, _, offsets, ids = struct.unpack_from("<6Q", data)
        if magic != MAGIC:
            raise EngineError(f"{path}: begins with {magic:#x}, wanted a shortlist ({MAGIC:#x})")
        if offsets > len(data) or ids > len(data) or HEADER + 8 * offsets + 4 * ids != len(data):
            raise EngineError(
                f"{path}: {len(data)} bytes for {offsets} offsets and {ids} ids, "
                f"wanted {HEADER + 8 * offsets + 4 * ids} (cut off, or bytes too many)"
            )
        starts = np.frombuffer(data, "<u8", offsets, HEADER)
        self._ids = np.frombuffer(data, "<u4", ids, HEADER + 8 * offsets)
        if offsets != source + 1:
            raise EngineError(
                f"{path}: a shortlist for {int(offsets) - 1} source pieces, "
                f"the model has {source}: files of different models"
            )
        if (starts[1:] < starts[:-1]).any() or starts[0] != 0 or starts[-1] > ids:
            raise EngineError(f"{path}: damaged: its offsets do not rise from 0 to {ids}")
        if len(self._ids) and int(self._ids.max()) >= target:
            raise EngineError(
                f"{path}: target piece {int(self._ids.max())}, the model has {target}: "
                "files of different models"
            )
        self._ids = self._ids.astype(np.uint16 if target <= 1 << 16 else np.uint32)
        self._starts = starts.astype(np.int64)
        self._target = target
        self._always = np.arange(min(first, target))

    def allowed(self, pieces: Sequence[int], end: int) -> Ints:
        """The target pieces that a sentence's source pieces allow, sorted; ``end`` always."""
        flags = np.zeros(self._target, np.bool_)
        flags[self._always] = True
        flags[end] = True
        for piece in set(pieces):
            flags[self._ids[self._starts[piece] : self._starts[piece + 1]]] = True
        return np.flatnonzero(flags)
