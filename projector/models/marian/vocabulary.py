"""A student's vocabulary: text to pieces and back, with the characters that each piece stands for.

Pieces are found as SentencePiece's unigram model does (Kudo 2018): the segmentation with the
highest sum of scores, by Viterbi. Its own package gives offsets in bytes and wants another
package for them; this one gives characters of the original text, spaces and normalisation undone.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from projector.errors import EngineError
from projector.models.marian.normaliser import SPACE, Normaliser, Span
from projector.models.marian.sentencepiece_file import (
    BYTE,
    CONTROL,
    NORMAL,
    UNKNOWN,
    USER_DEFINED,
    read_piece_file,
)
from projector.models.unigram import best_pieces

END = "</s>"
PENALTY = 10.0  # an unknown character costs that much more than the rarest piece
REMEMBERED = 50_000  # words whose pieces are kept


class Pieces(NamedTuple):
    """A text in pieces.

    Attributes:
        ids: without the end piece.
        spans: the characters of the text that each piece stands for, spaces before a word not
            counted; the pieces of a text do not overlap save where one character became several.
    """

    ids: list[int]
    spans: list[Span]


class Vocabulary:
    """A SentencePiece vocabulary.

    Attributes:
        pieces: the text of each piece.
        end, unknown: their numbers.

    Raises:
        EngineError: the file cannot be read or lacks what is needed.
    """

    def __init__(self, path: Path) -> None:
        file = read_piece_file(path)
        self.path = path
        self.pieces = file.pieces
        ends = [n for n, p in enumerate(file.pieces) if p == END and file.kinds[n] == CONTROL]
        unknown = [n for n, kind in enumerate(file.kinds) if kind == UNKNOWN]
        if len(ends) != 1 or len(unknown) != 1:
            raise EngineError(
                f"{path}: {len(ends)} end pieces {END!r} and {len(unknown)} unknown pieces, "
                "wanted one of each"
            )
        self.end, self.unknown = ends[0], unknown[0]
        try:
            self._normaliser = Normaliser(file)
        except ValueError as error:
            raise EngineError(f"{path}: damaged: {error}") from None
        plain = [s for s, kind in zip(file.scores, file.kinds, strict=True) if kind == NORMAL]
        if not plain:
            raise EngineError(f"{path}: no pieces of text in it")
        highest = max(plain)
        self._entries: dict[str, tuple[float, int]] = {}
        for n, (piece, score, kind) in enumerate(
            zip(file.pieces, file.scores, file.kinds, strict=True)
        ):
            if kind == NORMAL:
                self._entries[piece] = score, n
            elif kind == USER_DEFINED:  # always taken whole
                self._entries[piece] = len(piece) * highest - 0.1, n
        self._bytes = _byte_pieces(file.pieces, file.kinds)
        self._byte_of = {n: b for b, n in self._bytes.items()}
        self._silent = {n for n, kind in enumerate(file.kinds) if kind in (CONTROL, UNKNOWN)}
        self._unknown_entry = min(plain) - PENALTY, self.unknown
        self._longest = max(map(len, self._entries))
        # Where ▁ stands at the beginning of pieces only, words can be cut one by one.
        self._by_word = not file.suffixes and not any(SPACE in p[1:] for p in self._entries)
        self._words: dict[str, list[tuple[int, int]]] = {}

    def __len__(self) -> int:
        return len(self.pieces)

    @cached_property
    def word_ends(self) -> npt.NDArray[np.bool_]:
        """For each piece whether a word that stands before it is over: (vocabulary,)."""
        return np.array(
            [
                n in self._silent or piece.startswith(SPACE) or not piece[0].isalnum()
                for n, piece in enumerate(self.pieces)
            ]
        )

    def encode(self, text: str) -> Pieces:
        """Cut a text into pieces."""
        normal, places = self._normaliser(text)
        ids: list[int] = []
        spans: list[Span] = []
        at = 0
        for piece, length in self._cut(normal):
            last = places[at + length - 1][1]
            if normal[at] != SPACE:
                span = places[at][0], last
            else:  # a space alone is empty
                span = places[at + 1][0] if length > 1 else last, last
            at += length
            if piece != self.unknown:
                ids.append(piece)
                spans.append(span)
            elif self._bytes:
                for byte in normal[at - length : at].encode("utf-8", "replace"):
                    ids.append(self._bytes[byte])
                    spans.append(span)
            elif ids and ids[-1] == self.unknown:  # unknown characters in a row are one piece
                spans[-1] = spans[-1][0], span[1]
            else:
                ids.append(piece)
                spans.append(span)
        return Pieces(ids, spans)

    def decode(self, ids: Sequence[int], unknown: Sequence[str] = ()) -> tuple[str, list[Span]]:
        """The text of pieces, and the characters of it that each piece makes.

        Spaces before a word are not counted to it. End and unknown pieces make nothing, save
        where ``unknown`` has the text of each unknown piece in order.
        """
        texts = iter(unknown)
        parts: list[str] = []
        spans: list[Span] = []
        at = n = 0
        while n < len(ids):
            piece = ids[n]
            if piece in self._byte_of:
                run = n
                while run < len(ids) and ids[run] in self._byte_of:
                    run += 1
                made = bytes(self._byte_of[i] for i in ids[n:run]).decode("utf-8", "replace")
                spans.extend([(at, at + len(made))] * (run - n))
                n = run
            else:
                if piece == self.unknown:
                    made = next(texts, "")
                else:
                    made = "" if piece in self._silent else self.pieces[piece].replace(SPACE, " ")
                if at == 0 and made.startswith(" "):
                    made = made[1:]
                lead = len(made) - len(made.lstrip(" "))
                spans.append((at + lead, at + len(made)))
                n += 1
            parts.append(made)
            at += len(made)
        return "".join(parts), spans

    def _cut(self, normal: str) -> list[tuple[int, int]]:
        """Piece and number of characters, for all of a normalised text."""
        if not self._by_word:
            return best_pieces(normal, self._entries, self._longest, self._unknown_entry)
        found: list[tuple[int, int]] = []
        words = normal.split(SPACE)
        for n, word in enumerate(words):
            if n:
                word = SPACE + word
            elif not word:
                continue
            known = self._words.get(word)
            if known is None:
                known = best_pieces(word, self._entries, self._longest, self._unknown_entry)
                if len(self._words) >= REMEMBERED:
                    self._words.clear()
                self._words[word] = known
            found += known
        return found


def _byte_pieces(pieces: Sequence[str], kinds: Sequence[int]) -> dict[int, int]:
    """The number of each byte's piece, ``<0x00>`` to ``<0xFF>``; empty where there are none."""
    found = {}
    for n, kind in enumerate(kinds):
        if kind == BYTE:
            try:
                found[int(pieces[n][3:-1], 16)] = n
            except ValueError:
                continue
    return found if len(found) == 256 else {}
