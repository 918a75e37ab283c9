"""How often the corpus links one form with another: what is left to go by where a word has no link.

Only links without probabilities are counted; those with them say themselves how likely they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec
import numpy as np

from projector.compiled import Array
from projector.projection.match.arrays import LINKED
from projector.records import Pair

COUNTED_PAIRS = 20_000  # pairs whose links are counted; the corpus's first


class LinkCounts(msgspec.Struct):
    """Of lower-cased forms: tokens of either side, and links between them."""

    pairs: int = 0
    source: dict[str, int] = {}
    target: dict[str, int] = {}
    links: dict[str, dict[str, int]] = {}

    def add(self, pair: Pair) -> None:
        """Count a pair, one of the corpus's first `COUNTED_PAIRS`."""
        if self.pairs == COUNTED_PAIRS:
            return
        self.pairs += 1
        source = [word.lower() for word in pair.source.words()]
        target = [word.lower() for word in pair.target.words()]
        for forms, counts in ((source, self.source), (target, self.target)):
            for form in forms:
                counts[form] = counts.get(form, 0) + 1
        for i, j, p in pair.alignment or ():
            if p >= LINKED:
                row = self.links.setdefault(source[i], {})
                row[target[j]] = row.get(target[j], 0) + 1

    def among(self, source: Iterable[str], target: Iterable[str]) -> FormCounts:
        """The counts of the words of two word tables, in their order."""
        left = [word.lower() for word in source]
        right = [word.lower() for word in target]
        numbers = {form: n for n, form in enumerate(dict.fromkeys(right))}
        rows: dict[str, tuple[list[int], list[int]]] = {}
        at, column, count = [0], list[int](), list[int]()
        for form in left:
            if form not in rows:
                found = sorted(
                    (numbers[other], n)
                    for other, n in self.links.get(form, {}).items()
                    if other in numbers
                )
                rows[form] = [n for n, _ in found], [n for _, n in found]
            column += rows[form][0]
            count += rows[form][1]
            at.append(len(column))
        return FormCounts(
            _of(left, self.source),
            _of(right, self.target),
            np.array([numbers[form] for form in right], np.int64),
            np.array(at, np.int64),
            np.array(column, np.int64),
            np.array(count, np.float64),
        )


class FormCounts(NamedTuple):
    """Counts of a batch's words by their number: tokens of their forms, a number for each target
    form, and of source word s the links to the forms ``column[at[s]:at[s + 1]]``, ascending."""

    source: Array
    target: Array
    form: Array
    at: Array
    column: Array
    links: Array


def _of(forms: Iterable[str], counts: Mapping[str, int]) -> Array:
    return np.array([counts.get(form, 0) for form in forms], np.float64)
