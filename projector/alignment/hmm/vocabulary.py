"""Both sides' sub-tokens of a language pair, by number; and the word vectors of their forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from projector.alignment.base import TokenPair
from projector.alignment.hmm.cognates import unknown_evidence
from projector.alignment.hmm.similarity import reduced
from projector.alignment.hmm.subtokens import Split, Splitter
from projector.alignment.hmm.table import Corpus, Floats, Ints, Longs
from projector.models.vectors.base import WordVectors
from projector.text.languages import base_language
from projector.text.segmenters import SPACELESS


class LookedUp(NamedTuple):
    """Pairs in a trained vocabulary's numbers.

    Attributes:
        corpus: a sub-token that was never seen has the number -k - 1, ``unknown[k]``.
        owners: the word of its sentence that each sub-token is part of, by side.
        least: a least emission probability for each cell, or empty (`unknown_evidence`).
    """

    corpus: Corpus
    owners: tuple[Ints, Ints]
    unknown: list[str]
    least: Floats


@dataclass
class Vocabulary:
    """The splitters of both sides.

    Attributes:
        whole_words: words of scripts without spaces are kept whole (`subtokens`).
    """

    source: Splitter
    target: Splitter
    whole_words: bool = False

    @classmethod
    def empty(cls, languages: tuple[str, str], whole_words: bool, counts_case: bool) -> Vocabulary:
        """One that has learnt nothing."""
        sides = [
            Splitter(counts_case, _spaceless(lang) if whole_words else "") for lang in languages
        ]
        return cls(sides[0], sides[1], whole_words)

    @classmethod
    def of_forms(
        cls, languages: tuple[str, str], whole_words: bool, forms: tuple[list[str], list[str]]
    ) -> Vocabulary:
        """One that knows these sub-tokens, in this order."""
        made = cls.empty(languages, whole_words, counts_case=False)
        for splitter, known in zip((made.source, made.target), forms, strict=True):
            for form in known:
                splitter.number(form)
        return made

    @property
    def forms(self) -> tuple[list[str], list[str]]:
        """Both sides' sub-tokens by number."""
        return self.source.forms, self.target.forms

    def learn(self, pairs: Sequence[TokenPair]) -> Corpus:
        """Tokenised pairs; new sub-tokens get numbers."""
        return _corpus(
            self.source.learn([pair.source for pair in pairs]),
            self.target.learn([pair.target for pair in pairs]),
        )

    def learn_texts(self, texts: Sequence[tuple[str, str]]) -> Corpus:
        """Pairs of running text; new sub-tokens get numbers."""
        return _corpus(
            self.source.texts(a for a, _ in texts), self.target.texts(b for _, b in texts)
        )

    def look_up(self, pairs: Sequence[TokenPair]) -> LookedUp:
        """Tokenised pairs, with nothing learnt."""
        unknown: list[str] = []
        left = self.source.known([pair.source for pair in pairs], unknown)
        right = self.target.known([pair.target for pair in pairs], unknown)
        corpus = _corpus(left, right)
        least = np.empty(0, np.float32)
        if unknown:
            least = unknown_evidence(corpus, *self.forms, unknown)
        return LookedUp(corpus, (left.owner, right.owner), unknown, least)

    def form_vectors(
        self, vectors: WordVectors, languages: tuple[str, str], most: int
    ) -> tuple[Floats, Floats]:
        """A vector for each sub-token of either side; zeros for those beyond the ``most`` more
        frequent ones of a side."""
        places: list[Longs] = []
        encoded: list[Floats] = []
        for splitter, lang in zip((self.source, self.target), languages, strict=True):
            surfaces, counts = splitter.surfaces()
            chosen = np.argsort(-np.array(counts), kind="stable")[:most]
            places.append(chosen)
            encoded.append(vectors.encode([surfaces[n] for n in chosen], lang))
        small = reduced(encoded[0], encoded[1])
        return (
            _placed(small[0], places[0], len(self.forms[0])),
            _placed(small[1], places[1], len(self.forms[1])),
        )


def _spaceless(lang: str) -> str:
    plain = base_language(lang)
    return plain if plain in SPACELESS else ""


def _placed(rows: Floats, places: Longs, size: int) -> Floats:
    """The rows at these places of a matrix of ``size`` rows, zeros elsewhere."""
    out = np.zeros((size, rows.shape[1]), np.float32)
    out[places] = rows
    return out


def _corpus(source: Split, target: Split) -> Corpus:
    return Corpus.of(source.numbers, source.at, target.numbers, target.at)
