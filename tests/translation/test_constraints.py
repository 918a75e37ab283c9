"""Constraints from records to sentences."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.errors import DataError
from projector.translation.constraints import Wanted, in_sentences, read_constraints


def test_both_forms_are_read() -> None:
    listed = read_constraints([{"start": 0, "end": 3, "wanted": "uno"}], "meta.c")
    assert listed == [Wanted(("uno",), 0, 3)]
    mapped = read_constraints({"heart attack": ["infarto", "ataque"]}, "meta.c")
    assert mapped == [Wanted(("infarto", "ataque"), phrase="heart attack")]
    assert read_constraints(None, "meta.c") == []


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("x", "meta.c: found a JSON str"),
        ([1], r"meta.c\[0\]: found a JSON int"),
        ([{"start": 0, "end": 2}], r"meta.c\[0\].wanted"),
        ([{"start": 0, "end": 2, "wanted": []}], "empty list"),
        ([{"start": 0, "end": 2, "wanted": [" "]}], r"meta.c\[0\].wanted"),
        ([{"start": 2, "end": 2, "wanted": "x"}], r"'start' < 'end'"),
        ([{"start": "0", "end": 2, "wanted": "x"}], r"meta.c\[0\].start"),
    ],
)
def test_what_is_wrong_is_named(value: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_constraints(value, "meta.c")


def test_phrases_stand_wherever_they_are_whole_words() -> None:
    text = "A cat sat. Concat the cat  door. cat"
    found = in_sentences([Wanted(("gato",), phrase="cat")], text, [(0, 10), (11, 32), (33, 36)])
    assert [[(place, c.start, c.end) for place, c in row] for row in found] == [
        [(0, 2, 5)], [(0, 11, 14)], [(0, 0, 3)],
    ]  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 19), st.integers(1, 8)), max_size=6))
def test_stretches_of_a_sentence_never_overlap(given_stretches: list[tuple[int, int]]) -> None:
    constraints = [Wanted(("x",), a, a + n) for a, n in given_stretches]
    for row in in_sentences(constraints, "a" * 20, [(0, 10), (10, 20)]):
        stretches = sorted((c.start, c.end) for _, c in row)
        assert all(0 <= a < b <= 10 for a, b in stretches)
        assert all(b <= c for (_, b), (c, _) in pairwise(stretches))
