"""Evidence from spelling across words: several on one side that are one on the other.

``20 000`` and ``20,000``, ``gas turbine`` and ``Gasturbine``: no part resembles the whole enough,
all of them joined spell it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from projector.alignment.hmm.pairs_of_forms import FormPairs
from projector.alignment.hmm.table import Corpus, Ints, Longs
from projector.text.transliteration import sound

MOST_PAIRS = 6_000  # of the corpus, its first ones: in a larger one counts know more
LONGEST = 5  # words that are joined
LEAST_LETTERS, LEAST_DIGITS, MOST_LETTERS = 6, 4, 40  # of the whole
LEAST_PART = 2  # letters of each part: a single one is an ending or a little word
WORTH = 1.0  # as of two words of the same spelling


def joined_words(corpus: Corpus, source: Sequence[str], target: Sequence[str]) -> FormPairs:
    """The pairs of a part and its whole, by number, in a corpus of these forms."""
    pairs = min(corpus.pairs, MOST_PAIRS)
    left = _Side.of(corpus.source, corpus.source_at[: pairs + 1], source)
    right = _Side.of(corpus.target, corpus.target_at[: pairs + 1], target)
    found = sorted(_parts_of(left, right) | {(s, t) for t, s in _parts_of(right, left)})
    s, t = np.array(found, np.int32).reshape(-1, 2).T
    return FormPairs(s, t, np.full(len(found), WORTH, np.float32))


class _Side(NamedTuple):
    """One side's sentences, and the sound of each word that is in them."""

    sentences: list[list[int]]
    sounds: dict[int, str]

    @classmethod
    def of(cls, words: Ints, at: Longs, forms: Sequence[str]) -> _Side:
        sentences = [words[a:b].tolist() for a, b in pairwise(at.tolist())]
        met = np.unique(words[: at[-1]]).tolist()
        return cls(sentences, {word: sound(forms[word]) for word in met})


def _parts_of(side: _Side, other: _Side) -> set[tuple[int, int]]:
    """The words of one side that are parts of a word of the other side, with that word."""
    wholes = {text for text in other.sounds.values() if _is_long(text)}
    begins = {whole[:n] for whole in wholes for n in range(1, len(whole) + 1)}
    found: set[tuple[int, int]] = set()
    first = {word for word, text in side.sounds.items() if text in begins}
    for words, others in zip(side.sentences, other.sentences, strict=True):
        here: dict[str, int] = {}  # the other sentence's words
        for i, word in enumerate(words):
            if word not in first:
                continue
            text = side.sounds[word]
            for n in range(i + 1, min(i + LONGEST, len(words))):
                part = side.sounds[words[n]]
                if not _goes_on(text, part) or text + part not in begins:
                    break
                text += part
                if text not in wholes:
                    continue
                here = here or {other.sounds[t]: t for t in others}
                if text in here and all(side.sounds[w] != text for w in words):
                    found |= {(w, here[text]) for w in words[i : n + 1]}
    return found


def _is_long(text: str) -> bool:
    return (LEAST_DIGITS if text.isdigit() else LEAST_LETTERS) <= len(text) <= MOST_LETTERS


def _goes_on(text: str, part: str) -> bool:
    """Whether a word can go on: three digits after digits, letters after letters."""
    if text.isdigit():
        return part.isdigit() and len(part) == 3
    return text.isalpha() and part.isalpha() and min(len(text), len(part)) >= LEAST_PART
