"""Words to the encoder's pieces: XLM-R's SentencePiece vocabulary (Conneau et al. 2020)."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import normalize

from projector.models.e5.file import EncoderFile
from projector.models.unigram import best_pieces

SPACE = "▁"
PENALTY = 10.0  # an unknown character costs that much more than the rarest piece
REMEMBERED = 200_000  # words whose pieces are kept
LONGEST_WORD = 500  # characters of a word that are read


class Vocabulary:
    """Cuts words into pieces.

    Attributes:
        begin, end: the pieces around a text.
    """

    def __init__(self, file: EncoderFile) -> None:
        self.begin, self.end = file.specials.begin, file.specials.end
        silent = {*file.specials, len(file.pieces) - 1}  # the last one is a mask
        self._normal = file.normal
        self._entries = {
            piece: (score, n)
            for n, (piece, score) in enumerate(zip(file.pieces, file.scores, strict=True))
            if n not in silent and piece
        }
        self._longest = max(map(len, self._entries), default=1)
        self._unknown = min(file.scores) - PENALTY, file.specials.unknown
        self._words: dict[str, list[int]] = {}

    def pieces(self, words: Sequence[str]) -> tuple[list[int], list[int]]:
        """The pieces of a sentence's words, and the place of the word that each belongs to; a word
        of characters that the encoder leaves out (a zero-width space) has none."""
        ids: list[int] = []
        owners: list[int] = []
        for place, word in enumerate(words):
            known = self._words.get(word)
            if known is None:
                if len(self._words) >= REMEMBERED:
                    self._words.clear()
                known = self._words[word] = self._cut(word)
            ids += known
            owners += [place] * len(known)
        return ids, owners

    def words(self) -> list[str]:
        """The pieces that begin a word, in the file's order: frequent ones first."""
        return [piece[1:] for piece in self._entries if piece.startswith(SPACE) and len(piece) > 1]

    def _cut(self, word: str) -> list[int]:
        normal = normalize("NFKC", word[:LONGEST_WORD]).translate(self._normal)
        parts = normal.split()
        if not parts:
            return []
        text = SPACE + SPACE.join(parts)
        found = best_pieces(text, self._entries, self._longest, self._unknown)
        return [piece for piece, _ in found]
