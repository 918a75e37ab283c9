"""Lexicons: what an aligner knows before it sees a corpus, and the file that holds it.

Two kinds of file, told apart by their first bytes. A *trained* lexicon (``xproject lexicon
train``) holds, for each view of the aligner, expected counts of pairs of units, counts of words
linked to nothing, and steps; it lets five sentences be aligned as well as if they had stood in the
training text. A *word list* is TSV: source, target, and if wanted a weight. Neither can run code.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, cast

import msgspec
import numpy as np
import zstandard
from numpy.typing import NDArray

from projector.alignment.hmm.kernels import JUMPS
from projector.alignment.hmm.table import Floats, Ints
from projector.errors import DataError
from projector.io.limits import read_whole
from projector.io.streams import open_read, open_write
from projector.io.zstd import ZstdReader

MAGIC = b"xproject-lexicon\n"
VERSION = 2


class Stored(msgspec.Struct, forbid_unknown_fields=True):
    """One view on disk: unit names joined by line breaks, arrays as little-endian bytes."""

    source: str
    target: str
    entry_source: bytes  # int32
    entry_target: bytes  # int32
    count: bytes  # float32
    null_source: bytes  # float32, a count for each source unit
    null_target: bytes
    total_source: bytes  # float32, all that p(. | unit) was normalised by
    total_target: bytes
    step_source: bytes  # int32, source units that have steps of their own
    walked_source: bytes  # float32, a row of counts for all units, and one for each of these
    step_target: bytes
    walked_target: bytes


class Version(msgspec.Struct):
    """What is asked of a file first."""

    version: int


class File(msgspec.Struct, forbid_unknown_fields=True):
    """The whole of a trained lexicon."""

    version: int
    source_lang: str
    target_lang: str
    pairs: int
    views: dict[str, Stored]


@dataclass
class JumpCounts:
    """Expected steps from position to position: ``counts[0]`` away from any unit,
    ``counts[k + 1]`` away from ``units[k]``; one column a length (`kernels.JUMPS`)."""

    units: Ints
    counts: Floats


@dataclass
class LexiconView:
    """What a lexicon says in one view."""

    source: list[str]
    target: list[str]
    entry_source: Ints
    entry_target: Ints
    count: Floats
    null_source: Floats
    null_target: Floats
    total_source: Floats
    total_target: Floats
    jumps_source: JumpCounts
    jumps_target: JumpCounts


@dataclass
class Lexicon:
    """A lexicon file in memory: trained ``views``, or ``words`` of a list."""

    path: str
    views: dict[str, LexiconView] = field(default_factory=dict)
    words: list[tuple[str, str, float]] = field(default_factory=list)
    languages: tuple[str, str] = ("", "")


def save_lexicon(
    path: str, views: dict[str, LexiconView], source: str, target: str, pairs: int, *, force: bool
) -> None:
    """Write a trained lexicon; the same counts give the same bytes."""
    stored = {
        name: Stored(
            "\n".join(known.source),
            "\n".join(known.target),
            known.entry_source.astype("<i4").tobytes(),
            known.entry_target.astype("<i4").tobytes(),
            known.count.astype("<f4").tobytes(),
            known.null_source.astype("<f4").tobytes(),
            known.null_target.astype("<f4").tobytes(),
            known.total_source.astype("<f4").tobytes(),
            known.total_target.astype("<f4").tobytes(),
            known.jumps_source.units.astype("<i4").tobytes(),
            known.jumps_source.counts.astype("<f4").tobytes(),
            known.jumps_target.units.astype("<i4").tobytes(),
            known.jumps_target.counts.astype("<f4").tobytes(),
        )
        for name, known in views.items()
    }
    data = msgspec.msgpack.encode(File(VERSION, source, target, pairs, stored))
    with open_write(path, force=force) as stream:
        stream.write(MAGIC)
        stream.write(zstandard.ZstdCompressor(level=9).compress(data))


def load_lexicon(path: str) -> Lexicon:
    """Read a lexicon of either kind.

    Raises:
        DataError: unreadable, damaged, of a later version, or a line that is no entry.
    """
    with open_read(path) as stream:
        data = read_whole(stream, path)
    if not data.startswith(MAGIC):
        return Lexicon(path, words=list(_word_list(data, path)))
    try:
        raw = read_whole(cast(BinaryIO, ZstdReader(io.BytesIO(data[len(MAGIC) :]))), path)
        if msgspec.msgpack.decode(raw, type=Version).version != VERSION:
            raise DataError(
                f"found a lexicon of another version than {VERSION}, wanted one made by this "
                "version of xproject: train it anew ('xproject lexicon train')",
                path=path,
            )
        file = msgspec.msgpack.decode(raw, type=File)
        views = {name: _known(stored) for name, stored in file.views.items()}
    except (zstandard.ZstdError, EOFError, msgspec.DecodeError, ValueError) as error:
        raise DataError(
            f"found a damaged lexicon ({error}), wanted one of 'xproject lexicon train'",
            path=path,
        ) from error
    return Lexicon(path, views, languages=(file.source_lang, file.target_lang))


def _known(stored: Stored) -> LexiconView:
    def whole(data: bytes) -> Ints:
        return np.frombuffer(data, "<i4").astype(np.int32)

    def real(data: bytes) -> Floats:
        return np.frombuffer(data, "<f4").astype(np.float32)

    def jumps(units: bytes, jump_counts: bytes) -> JumpCounts:
        own = whole(units)
        return JumpCounts(own, real(jump_counts).reshape(len(own) + 1, -1))

    known = LexiconView(
        stored.source.split("\n"),
        stored.target.split("\n"),
        whole(stored.entry_source),
        whole(stored.entry_target),
        real(stored.count),
        real(stored.null_source),
        real(stored.null_target),
        real(stored.total_source),
        real(stored.total_target),
        jumps(stored.step_source, stored.walked_source),
        jumps(stored.step_target, stored.walked_target),
    )
    sizes: list[tuple[NDArray[np.int32], list[str]]] = [
        (known.entry_source, known.source),
        (known.entry_target, known.target),
    ]
    for entries, names in sizes:
        if len(entries) != len(known.count) or (len(entries) and entries.max() >= len(names)):
            raise ValueError("entries do not fit the words")
        if len(entries) and entries.min() < 0:
            raise ValueError("a negative word number")
    for steps, names in ((known.jumps_source, known.source), (known.jumps_target, known.target)):
        if steps.counts.shape[1] != JUMPS:
            raise ValueError("steps of another length")
        if len(steps.units) and not 0 <= steps.units.min() <= steps.units.max() < len(names):
            raise ValueError("steps do not fit the words")
    numbers = (
        known.count,
        *(known.null_source, known.null_target, known.total_source, known.total_target),
        *(known.jumps_source.counts, known.jumps_target.counts),
    )
    if not all(np.isfinite(values).all() and (values >= 0).all() for values in numbers):
        raise ValueError("a count that is negative or no number")
    for names, counts in (
        (known.source, (known.null_source, known.total_source)),
        (known.target, (known.null_target, known.total_target)),
    ):
        if any(len(numbers) != len(names) for numbers in counts):
            raise ValueError("counts do not fit the words")
    return known


def _word_list(data: bytes, path: str) -> Iterator[tuple[str, str, float]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(
            f"found bytes that are no UTF-8 ({error.reason}), wanted a trained lexicon or TSV",
            path=path,
        ) from error
    for number, line in enumerate(text.split("\n"), 1):
        line = line.rstrip("\r")
        if not line.strip() or line.startswith("#"):
            continue
        columns = line.split("\t")
        weight = 1.0
        try:
            if len(columns) > 2 and columns[2].strip():
                weight = float(columns[2])
        except ValueError:
            weight = -1.0
        if len(columns) < 2 or not 0 <= weight < math.inf:
            raise DataError(
                f"found {line[:60]!r}, wanted source, tab, target, and if wanted tab, weight "
                f"(0 or more)",
                path=path,
                line=number,
            )
        if columns[0].strip() and columns[1].strip():
            yield columns[0].strip(), columns[1].strip(), weight
