"""Evidence for pairs of sub-tokens, and the same for the units that a view makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from projector.alignment.hmm.table import Floats, Ints, Longs


class FormPairs(NamedTuple):
    """Sub-tokens of either side by number, and what each pair is worth, in observations."""

    source: Ints
    target: Ints
    worth: Floats

    def of_units(self, source: Ints, target: Ints) -> FormPairs:
        """The same for the units that the sub-tokens are; of several the highest worth."""
        keys, worth = highest(keys_of(source[self.source], target[self.target]), self.worth)
        return FormPairs(*sides_of_keys(keys), worth)


def together(several: Sequence[FormPairs]) -> FormPairs:
    """All of them; of a pair that stands in several its highest worth."""
    parts = (np.concatenate(part) for part in zip(*several, strict=True))
    source, target, worth = parts
    keys, worth = highest(keys_of(source, target), worth)
    return FormPairs(*sides_of_keys(keys), worth)


def keys_of(one: NDArray[np.integer], other: NDArray[np.integer]) -> Longs:
    """Two numbers in one."""
    return one.astype(np.int64) << 32 | other


def sides_of_keys(keys: Longs) -> tuple[Ints, Ints]:
    """The two numbers of each key."""
    return (keys >> 32).astype(np.int32), (keys & 0xFFFFFFFF).astype(np.int32)


def highest(keys: Longs, worth: Floats) -> tuple[Longs, Floats]:
    """The keys without repetition, ascending, each with its highest worth."""
    order = np.lexsort((-worth, keys))
    keys, worth = keys[order], worth[order]
    first = np.ones(len(keys), np.bool_)
    first[1:] = keys[1:] != keys[:-1]
    return keys[first], worth[first]
