"""The one-to-one matching of largest value."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from projector.one_to_one import largest_matching

TABLES = st.tuples(st.integers(1, 5), st.integers(1, 5)).flatmap(
    lambda shape: st.lists(
        st.lists(st.integers(-9, 9), min_size=shape[1], max_size=shape[1]),
        min_size=shape[0], max_size=shape[0],
    )
)  # fmt: skip


@given(TABLES)
def test_no_other_matching_is_worth_more(table: list[list[int]]) -> None:
    values = np.array(table)
    rows, columns = largest_matching(values)
    short, wide = sorted(values.shape)
    assert len(rows) == len(set(columns.tolist())) == short
    assert rows.tolist() == sorted(set(rows.tolist()))
    square = values if values.shape[0] == short else values.T
    best = max(
        sum(square[n, m] for n, m in enumerate(order))
        for order in itertools.permutations(range(wide), short)
    )
    assert values[rows, columns].sum() == best


def test_a_side_without_anything_has_no_pairs() -> None:
    assert [len(found) for found in largest_matching(np.zeros((0, 3)))] == [0, 0]
