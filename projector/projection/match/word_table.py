"""A batch's words, numbered once, with what the matcher knows of each as flat arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from projector.projection.conventions.closed_classes import CLASSES
from projector.projection.conventions.learning import NO_CLASSES, WordClasses
from projector.projection.match.arrays import WordArrays
from projector.projection.words import DIGITS, facts


class _Numbers(dict[str, int]):
    def __missing__(self, word: str) -> int:
        number = self[word] = len(self)
        return number


class WordTable:
    """Words of one side of a batch, numbered in the order of their first appearance."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = _Numbers()

    def add(self, words: Iterable[str]) -> list[int]:
        """The number of each word; new words get the next ones."""
        return list(map(self.numbers.__getitem__, words))

    def arrays(
        self,
        document_frequency: Mapping[str, float],
        classes: Callable[[str], WordClasses] | None,
        bare: bool,
    ) -> WordArrays:
        """The facts of all words.

        Args:
            document_frequency: of a lower-cased word, the share of the corpus's texts that hold it.
            classes: of a word, how far it is of each closed class; None: of none.
            bare: compare consonants only (one of the scripts writes no short vowels).
        """
        known = [facts(word) for word in self.numbers]
        spelled = [f.consonants if bare else f.spelling for f in known]
        at = np.zeros(len(known) + 1, np.int64)
        np.cumsum([len(s) for s in spelled], out=at[1:])
        letters = np.frombuffer("".join(spelled).encode("utf-32-le"), np.uint32).astype(np.int32)
        kinds = np.zeros((len(known), 3, CLASSES), np.float32)
        if classes is not None and known:
            for n, word in enumerate(self.numbers):
                found = classes(word)
                if found is not NO_CLASSES:
                    kinds[n] = found
        kinds = np.ascontiguousarray(kinds.transpose(1, 0, 2))
        return WordArrays(
            content=np.array([f.content for f in known], np.uint8),
            capital=np.array([f.capital for f in known], np.uint8),
            lowercase=np.array([f.lowercase for f in known], np.uint8),
            opened=np.array([f.opened for f in known], np.int8),
            digits=np.array([f.digits & DIGITS for f in known], np.int64),
            document_frequency=np.array(
                [document_frequency.get(w.lower(), 0.0) for w in self.numbers], np.float32
            ),
            digest=np.array([f.digest for f in known], np.int64),
            classes=kinds[0],
            opening_classes=kinds[1],
            closing_classes=kinds[2],
            letters=letters,
            at=at,
        )
