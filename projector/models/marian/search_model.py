"""A student as a `TranslationModel`: the searches that score given tokens work over it.

Scores are taken in the whole vocabulary; torch is not needed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from projector.models.marian.hypotheses import StudentHypotheses
from projector.models.marian.student import LONGEST, Student
from projector.models.translation_model import TextPair


class StudentModel:
    """See `TranslationModel`."""

    def __init__(self, student: Student) -> None:
        self.student = student
        self.window = LONGEST
        self.end = student.target.end

    def source_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """See `TranslationModel`."""
        vocabulary = self.student.source
        return [[*vocabulary.encode(text).ids, vocabulary.end] for text in texts]

    def target_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """See `TranslationModel`."""
        return [list(self.student.target.encode(text).ids) for text in texts]

    def spellings(self, ids: Sequence[int]) -> list[str]:
        """See `TranslationModel`; pieces of bytes and the unknown piece write nothing here."""
        return [self.student.target.decode([piece])[0].strip() for piece in ids]

    def begin(self, sources: Sequence[Sequence[int]]) -> StudentHypotheses:
        """See `TranslationModel`."""
        return StudentHypotheses(self.student.network, sources)

    def mean_scores(self, pairs: Sequence[TextPair], *, shortlist: bool = False) -> list[float]:
        """See `TranslationModel`; a pair too long for the student is scored in parts.

        ``shortlist``: as of `Student.force`.
        """
        parts = {pair: self._parts(*pair) for pair in dict.fromkeys(pairs)}
        order = {
            part: n
            for n, part in enumerate(dict.fromkeys(p for own in parts.values() for p in own))
        }
        read = [
            reading.log_probs for reading in self.student.force(list(order), shortlist=shortlist)
        ]
        scores = {}
        for pair, own in parts.items():
            found = [log_probs for part in own if (log_probs := read[order[part]]) is not None]
            scores[pair] = float(np.concatenate(found).mean(dtype=np.float64))
        return [scores[pair] for pair in pairs]

    def _parts(self, source: str, target: str) -> list[TextPair]:
        """The pair, or proportional stretches of its characters that the student can read."""
        count = 1
        while True:
            parts = [
                (source[len(source) * k // count : len(source) * (k + 1) // count],
                 target[len(target) * k // count : len(target) * (k + 1) // count])
                for k in range(count)
            ]  # fmt: skip
            if not any(
                len(self.student.source.encode(a).ids) >= self.window
                or len(self.student.target.encode(b).ids) >= self.window
                for a, b in parts
            ):
                return parts
            count *= 2
