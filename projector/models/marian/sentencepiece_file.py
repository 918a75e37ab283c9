"""Reads the file of a SentencePiece model: its pieces, settings and character map.

The file is a protocol buffer. Only what is needed is read, with checks, so that no other package
has to be there and a damaged file is a sentence and not a crash.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from projector.errors import EngineError

LARGEST = 64 << 20  # bytes; vocabularies have about 1 MB
MOST_PIECES = 1 << 20
UNIGRAM = 1
MODEL_KINDS = {1: "unigram", 2: "BPE", 3: "word", 4: "character"}

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = 1, 2, 3, 4, 5, 6


class PieceFile(NamedTuple):
    """The contents of a SentencePiece model.

    Attributes:
        pieces, scores, kinds: of each piece, its number is its place.
        charsmap: the compiled character map of the normaliser, empty where there is none.
        dummy_prefix: a space is put before the text.
        squeeze: spaces at both ends go, and several in a row become one.
        suffixes: the mark of a space stands after a word and not before it.
    """

    pieces: list[str]
    scores: list[float]
    kinds: list[int]
    charsmap: bytes
    dummy_prefix: bool
    squeeze: bool
    suffixes: bool


class _Damaged(Exception):
    """Says what is wrong; the reader adds the file's name."""


def read_piece_file(path: Path) -> PieceFile:
    """Read a SentencePiece model's file.

    Raises:
        EngineError: it cannot be read, is damaged, or is no unigram model.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise EngineError(f"{path}: {size} bytes, wanted a vocabulary of at most {LARGEST}")
        data = path.read_bytes()
    except OSError as error:
        raise EngineError(f"{path}: cannot be read ({error.strerror or error})") from None
    try:
        return _parsed(data)
    except _Damaged as error:
        raise EngineError(f"{path}: not a SentencePiece model that can be used: {error}") from None


def _parsed(data: bytes) -> PieceFile:
    pieces: list[str] = []
    scores: list[float] = []
    kinds: list[int] = []
    trainer: dict[int, int] = {}
    normaliser: dict[int, int] = {}
    charsmap = b""
    for field, value in _fields(data):
        if isinstance(value, int):
            continue
        if field == 1:
            text, score, kind = _piece(value)
            pieces.append(text)
            scores.append(score)
            kinds.append(kind)
            if len(pieces) > MOST_PIECES:
                raise _Damaged(f"more than {MOST_PIECES} pieces")
        elif field == 2:
            trainer = {f: v for f, v in _fields(value) if isinstance(v, int)}
        elif field == 3:
            for f, v in _fields(value):
                if isinstance(v, int):
                    normaliser[f] = v
                elif f == 2:
                    charsmap = v
    if not pieces:
        raise _Damaged("no pieces in it")
    model = trainer.get(3, UNIGRAM)
    if model != UNIGRAM:
        raise _Damaged(f"a {MODEL_KINDS.get(model, model)} model, wanted unigram")
    if not normaliser.get(5, 1):
        raise _Damaged("it does not mark spaces")
    return PieceFile(
        pieces,
        scores,
        kinds,
        charsmap,
        bool(normaliser.get(3, 1)),
        bool(normaliser.get(4, 1)),
        bool(trainer.get(24, 0)),
    )


def _piece(message: bytes) -> tuple[str, float, int]:
    text: bytes | None = None
    score, kind = 0.0, NORMAL
    for field, value in _fields(message):
        if field == 1 and isinstance(value, bytes):
            text = value
        elif field == 2 and isinstance(value, bytes) and len(value) == 4:
            (score,) = struct.unpack("<f", value)
        elif field == 3 and isinstance(value, int):
            kind = value
    if not text:
        raise _Damaged("a piece without text")
    if score != score or abs(score) > 1e30:
        raise _Damaged(f"a piece with score {score}")
    try:
        return text.decode("utf-8"), score, kind
    except UnicodeDecodeError:
        raise _Damaged(f"a piece that is not UTF-8 ({text[:20]!r})") from None


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a message: numbers as int, all else as bytes."""
    at, end = 0, len(message)
    while at < end:
        key, at = _varint(message, at)
        field, wire = key >> 3, key & 7
        if wire == 0:
            value, at = _varint(message, at)
            yield field, value
            continue
        if wire == 2:
            size, at = _varint(message, at)
        elif wire in (1, 5):
            size = 8 if wire == 1 else 4
        else:
            raise _Damaged(f"a field of wire type {wire} at byte {at}")
        if at + size > end:
            raise _Damaged(f"it ends within a field of {size} bytes")
        yield field, message[at : at + size]
        at += size


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while shift < 64:
        if at >= len(message):
            raise _Damaged("it ends within a number")
        byte = message[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
    raise _Damaged(f"a number of more than 64 bits at byte {at}")
