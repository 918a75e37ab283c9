"""Hard links from soft ones and from two directions."""

from __future__ import annotations

import pytest

from projector.alignment.symmetrise import average, decode, grow_diag_final_and, intersection


def test_decode_keeps_what_reaches_the_threshold() -> None:
    links = [(0, 0, 0.9), (0, 1, 0.3), (1, 1, 0.35)]
    assert decode(links, 0.35) == {(0, 0), (1, 1)}
    assert decode([], 0.1) == set()


def test_grow_diag_final_and_grows_by_neighbours_and_ends_with_lone_words() -> None:
    forth = {(0, 0), (1, 1), (2, 1), (5, 5)}
    back = {(0, 0), (1, 1), (1, 2)}
    links = grow_diag_final_and(forth, back)
    assert links == {(0, 0), (1, 1), (2, 1), (1, 2), (5, 5)}
    assert intersection(forth, back) == {(0, 0), (1, 1)}


def test_growing_never_links_two_words_that_both_have_links() -> None:
    forth = {(0, 0), (1, 1), (0, 1)}
    back = {(0, 0), (1, 1)}
    assert grow_diag_final_and(forth, back) == {(0, 0), (1, 1)}


def test_average_counts_an_absent_link_as_zero() -> None:
    links = average([[(0, 0, 1.0)], [(0, 0, 0.5), (1, 0, 0.4)]], [1.0, 3.0])
    assert links == [(0, 0, pytest.approx(0.625)), (1, 0, pytest.approx(0.3))]
