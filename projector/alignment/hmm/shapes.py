"""Word shape as evidence: long words translate to long words, marks to marks.

How long a word is tells little about any one pair, but it holds for every language and needs no
corpus: the logarithms of the lengths of linked words correlate (Tiedemann 2003 combines such
clues). Both sides' lengths are standardised by the corpus's own mean and deviation, so that scripts
need no constants, and how far they correlate is learnt from expected counts, as the worth of word
vectors is (`similarity`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from projector.alignment.hmm.table import Doubles, Floats, Ints, Table

Kinds = NDArray[np.uint8]

LONGEST = 15  # letters; longer words count as that long
MARK = 0  # the class of units without letters or digits; the others' is their length
CLASSES = LONGEST + 1
START = 0.6  # correlation before anything is counted
PSEUDO_LINKS = 100.0  # what it is worth
HIGHEST = 0.95  # a correlation of 1 would leave no doubt
FARTHEST = 3.0  # deviations from the mean
MOST = 4.0  # of the log likelihood ratio, either way
EXPONENT = 0.18  # of the likelihood ratio: place, counts and vectors know some of it already
# Of each class: the logarithm of its length, and whether it is a mark.
FEATURES = np.array([[0.0, 1.0], *([np.log(n), 0.0] for n in range(1, CLASSES))])


def shape_classes(forms: Sequence[str], unit_of_form: Ints, units: int) -> Kinds:
    """The class of each unit: the mean length of its forms in characters, or `MARK`."""
    lengths = np.array([min(LONGEST, max(1, len(form))) for form in forms], np.float64)
    marks = np.array([not any(map(str.isalnum, form)) for form in forms], np.float64)
    each = np.maximum(1, np.bincount(unit_of_form, minlength=units))
    length = np.rint(np.bincount(unit_of_form, lengths, units) / each)
    mark = np.bincount(unit_of_form, marks, units) / each
    classes: Kinds = np.where(mark > 0.5, MARK, np.clip(length, 1, LONGEST)).astype(np.uint8)
    return classes


@dataclass
class ShapeCorrelation:
    """What two shapes are worth as evidence for a link, and how that is learnt.

    Attributes:
        kinds: of each entry of the table, its source unit's class times `CLASSES` plus its
            target unit's.
        source, target: the features of each class, standardised over the side's running words.
        factor: on the probability of an entry, by kind.
    """

    kinds: Kinds
    source: Doubles
    target: Doubles
    factor: Floats

    @classmethod
    def before_training(
        cls, classes: tuple[Kinds, Kinds], words: tuple[Ints, Ints], table: Table
    ) -> ShapeCorrelation:
        """The correlation to begin with.

        Args:
            classes: of the units of either side.
            words: the corpus's running units of either side.
        """
        left, right = classes
        kinds = (left[table.rows] * np.uint8(CLASSES) + right[table.column]).astype(np.uint8)
        shapes = [_standardised(side[units]) for side, units in zip(classes, words, strict=True)]
        made = cls(kinds, shapes[0], shapes[1], np.ones(0, np.float32))
        made._set(START * np.eye(FEATURES.shape[1]))
        return made

    def learn(self, count: Floats) -> None:
        """Take the correlations from the expected count of each entry (prior counts not
        included)."""
        linked = np.bincount(self.kinds, count, CLASSES**2).reshape(CLASSES, CLASSES)
        seen = self.source.T @ linked @ self.target
        start = PSEUDO_LINKS * START * np.eye(FEATURES.shape[1])
        self._set((seen + start) / (linked.sum() + PSEUDO_LINKS))

    def _set(self, correlation: Doubles) -> None:
        """The factors by the log ratio of a joint normal density of both shapes to that of
        unrelated ones, along the canonical directions."""
        left, strength, right = np.linalg.svd(correlation)
        r = np.minimum(strength, HIGHEST)
        a, b = (self.source @ left)[:, None, :], (self.target @ right.T)[None, :, :]
        apart = (r**2 * (a**2 + b**2) - 2 * r * a * b) / (2 * (1 - r**2))
        ratio = (-np.log(1 - r**2) / 2 - apart).sum(2)
        self.factor = np.exp(EXPONENT * np.clip(ratio, -MOST, MOST)).astype(np.float32).ravel()

    def weigh(self, p: Floats) -> None:
        """Put the factor on the probabilities of the entries, both directions."""
        p *= self.factor[self.kinds][:, None]


def _standardised(classes: Kinds) -> Doubles:
    """The features of each class with mean 0 and no covariance over these occurrences, and as
    near as can be to what they were (the symmetric square root of the inverse covariance)."""
    share = np.bincount(classes, minlength=CLASSES) / max(1, len(classes))
    centred = FEATURES - share @ FEATURES
    covariance = (centred.T * share) @ centred + 1e-6 * np.eye(FEATURES.shape[1])
    size, axes = np.linalg.eigh(covariance)
    rows: Doubles = centred @ (axes / np.sqrt(size)) @ axes.T
    return np.clip(rows, -FARTHEST, FARTHEST)
