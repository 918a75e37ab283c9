"""The aligner `firefox`: links of given pairs from the attention of Firefox Translations students.

Each pair is read by the student of its direction, by that of the other direction, or by both
(teacher forcing); their guided heads and reading heads (`projector.models.marian.attention`) are
averaged. No bitext is needed, and a pair's links depend on that pair alone. With ``firefox+hmm``
the statistical aligner is averaged in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from projector import __version__
from projector.alignment.base import TokenPair
from projector.engines import read_options
from projector.errors import EngineError
from projector.models.firefox import store
from projector.models.firefox.store import InstalledModel
from projector.models.marian.attention import best_links
from projector.models.marian.installed import Students
from projector.models.marian.student import Student
from projector.models.marian.vocabulary import Vocabulary
from projector.records import Link, Offsets
from projector.text.language_codes import glue_for

Matrix = NDArray[np.float32]
# Longer sides are read in proportional parts. Eight sentences of XL-WA en-pt development joined:
# error 23.0 read whole, 13.3 in parts of 128 pieces, 14.7 in parts of 64.
MAX_PIECES = 128


class FirefoxAlignerOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of the engine.

    Attributes:
        min_probability: links below it are left out.
        mutual: keep a link only if it is the best of its target word, or the best of its source
            word with at least half of what its target word's best has.
    """

    min_probability: float = 0.3
    mutual: bool = True


class FirefoxAligner:
    """Aligner over one or two students.

    Args:
        model: a folder with the files of the student from source to target; "" for the installed
            models of the pair, in either direction.

    Raises:
        UsageError: an unknown option.
        EngineError (from `align`): no model for the pair in either direction, or none whose
            attention can be trusted.
    """

    name = "firefox"
    sees_corpus = False

    def __init__(self, model: str = "", **options: object) -> None:
        self.model = model
        self.options = read_options(FirefoxAlignerOptions, options, self.name)
        self.version = __version__
        self._students = Students()

    def fit(self, pairs: Iterable[TokenPair], source: str, target: str) -> None:
        """Nothing to learn."""

    def align(self, pairs: Sequence[TokenPair], source: str, target: str) -> list[list[Link]]:
        """Links of each pair, sorted by source then target token, probabilities in (0, 1]."""
        forward, backward = self._readers(source, target)
        totals = [np.zeros((len(p.source), len(p.target)), np.float32) for p in pairs]
        glue = glue_for(source), glue_for(target)
        for reader, turned in ((forward, False), (backward, True)):
            if reader is None:
                continue
            for total, matrix in zip(
                totals, _read(reader, pairs, glue, turned=turned), strict=True
            ):
                total += matrix
        readers = sum(reader is not None for reader in (forward, backward))
        return [self._links(total / np.float32(readers)) for total in totals]

    def close(self) -> None:
        """Free the models."""
        self._students.clear()

    def _links(self, matrix: Matrix) -> list[Link]:
        least = self.options.min_probability
        if self.options.mutual:
            found = best_links(matrix, least)
        else:
            found = [(int(i), int(j), float(matrix[i, j])) for i, j in np.argwhere(matrix >= least)]
        return [(i, j, round(min(1.0, p), 4)) for i, j, p in sorted(found) if p >= 0.0001]

    def _readers(self, source: str, target: str) -> tuple[Student | None, Student | None]:
        """The students of both directions; None where there is none, or its attention drifts."""
        if self.model:
            models = [InstalledModel(source, target, self.model, self.model), None]
        else:
            models = [store.find(source, target), store.find(target, source)]
        found = [None if model is None else self._students.get(model) for model in models]
        trusted = [s if s is not None and s.heads.trusted else None for s in found]
        if not any(model is not None for model in models):
            raise EngineError(
                f"firefox: no model for {source}-{target} is here, in either direction; type: "
                f"{store.how_to_get(source, target)}"
            )
        if not any(student is not None for student in trusted):
            raise EngineError(
                f"firefox: the attention of the model for {source}-{target} does not follow the "
                "words (it drifts), so it gives no links; use --engine hmm"
            )
        return trusted[0], trusted[1]


def _read(
    student: Student, pairs: Sequence[TokenPair], glue: tuple[str, str], *, turned: bool
) -> list[Matrix]:
    """The attention between words, (source words, target words), of each pair.

    Args:
        turned: the student translates from target to source.
    """
    windows: list[tuple[int, int, int]] = []  # pair, first source word, first target word
    texts: list[tuple[str, str]] = []
    words: list[tuple[list[Offsets], list[Offsets]]] = []
    for n, pair in enumerate(pairs):
        for a, b, c, d in _windows(student, pair, glue, turned=turned):
            left = _joined(pair.source[a:b], glue[0])
            right = _joined(pair.target[c:d], glue[1])
            windows.append((n, a, c))
            texts.append((right[0], left[0]) if turned else (left[0], right[0]))
            words.append((left[1], right[1]))
    out = [np.zeros((len(pair.source), len(pair.target)), np.float32) for pair in pairs]
    for (n, a, c), read, (left_words, right_words) in zip(
        windows, student.force(texts, scores=False), words, strict=True
    ):
        if turned:
            matrix = read.aligned.by_words(right_words, left_words).T
        else:
            matrix = read.aligned.by_words(left_words, right_words)
        out[n][a : a + len(left_words), c : c + len(right_words)] = matrix
    return out


def _windows(
    student: Student, pair: TokenPair, glue: tuple[str, str], *, turned: bool
) -> list[tuple[int, int, int, int]]:
    """Stretches of words that fit the student: the pair, or proportional parts of it."""
    vocabularies = (student.target, student.source) if turned else (student.source, student.target)
    count = 1
    longest = max(len(pair.source), len(pair.target), 1)
    while True:
        cuts = [
            (len(pair.source) * k // count, len(pair.target) * k // count) for k in range(count + 1)
        ]
        parts = [(a, b, c, d) for (a, c), (b, d) in pairwise(cuts)]
        fit = all(
            len(vocabularies[0].encode(_joined(pair.source[a:b], glue[0])[0]).ids) <= MAX_PIECES
            and len(vocabularies[1].encode(_joined(pair.target[c:d], glue[1])[0]).ids) <= MAX_PIECES
            for a, b, c, d in parts
        )
        if fit:
            return parts
        if count >= longest:  # a word alone is too long: it gets no link
            return [part for part in parts if _fits_alone(vocabularies, pair, part)]
        count = min(2 * count, longest)


def _fits_alone(
    vocabularies: tuple[Vocabulary, Vocabulary], pair: TokenPair, part: tuple[int, int, int, int]
) -> bool:
    a, b, c, d = part
    return all(
        len(vocabulary.encode(word).ids) <= MAX_PIECES
        for vocabulary, own in zip(vocabularies, (pair.source[a:b], pair.target[c:d]), strict=True)
        for word in own
    )


def _joined(words: Sequence[str], glue: str) -> tuple[str, list[Offsets]]:
    """Words as a text, and where each stands in it.

    A space stands before punctuation too: its piece is then one of its own, which the links gain
    from (error on XL-WA en-pt development 11.4, without such spaces 12.3).
    """
    places: list[Offsets] = []
    at = 0
    for word in words:
        places.append((at, at + len(word)))
        at += len(word) + len(glue)
    return glue.join(words), places
