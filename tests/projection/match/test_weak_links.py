"""Weak links between words that hard links leave without any."""

from __future__ import annotations

import numpy as np
import pytest

from projector.projection.match.projector import MatchProjector
from projector.projection.match.weak_links import between_links
from projector.records import Pair
from tests.projection.pairs import pair

LOC = [("LOC", 0, 1)]


def links_of(asked: Pair, corpus: list[Pair]) -> dict[tuple[int, int], float]:
    """The links that the matcher works with, after a look at the corpus."""
    projector = MatchProjector()
    projector.fit(corpus)
    batch = projector.build_candidates([asked])[0].batch
    places = zip(batch.link_i.tolist(), batch.link_j.tolist(), strict=True)
    return dict(zip(places, batch.link_p.tolist(), strict=True))


def weak(asked: Pair, corpus: list[Pair]) -> dict[tuple[int, int], float]:
    """Those that were added."""
    given = {(i, j) for i, j, _ in asked.alignment or ()}
    return {place: p for place, p in links_of(asked, corpus).items() if place not in given}


def test_a_word_without_a_link_is_led_to_what_its_form_is_linked_with_elsewhere() -> None:
    seen = [pair("big house", "gran casa", "0-0 1-1", LOC, name=str(n)) for n in range(5)]
    asked = pair("house here now", "aquí está casa ahora", "1-0 2-3", LOC)
    found = weak(asked, [*seen, asked])
    assert max(found, key=lambda place: found[place]) == (0, 2)
    unseen = weak(asked, [asked])
    assert found[0, 2] > 2 * unseen.get((0, 2), 0.0)


def test_a_gap_between_two_linked_neighbours_is_likelier_filled_than_another() -> None:
    asked = pair("a b c d e", "v w x y z", "0-0 1-1 3-3", LOC)
    found = weak(asked, [asked])
    assert found[2, 2] > found.get((4, 2), 0.0)


def test_words_that_are_spelled_alike_are_linked_the_likelier() -> None:
    asked = pair("Schulman said so", "dijo ayer Schulman", "1-0", LOC)
    other = pair("Schulman said so", "dijo ayer palabras", "1-0", LOC)
    assert weak(asked, [asked])[0, 2] > weak(other, [other]).get((0, 2), 0.0)


def test_links_stay_as_they_were_and_linked_words_get_none_with_each_other() -> None:
    asked = pair("one two three", "uno dos tres", "0-0 1-1", LOC)
    found = links_of(asked, [asked])
    assert found[0, 0] == found[1, 1] == 1.0
    assert (0, 1) not in found and (1, 0) not in found
    assert all(p < 1 for place, p in found.items() if place not in ((0, 0), (1, 1)))


def test_links_with_probabilities_and_pairs_without_links_are_left_alone() -> None:
    graded = pair("one two three", "uno dos tres", [(0, 0, 0.6), (1, 1, 0.5)], LOC)
    assert not weak(graded, [graded])
    hard = pair("one two", "uno dos", "0-0", LOC)
    bare = pair("one two", "uno dos", [], LOC)
    assert not weak(bare, [hard, bare])


def test_a_pair_does_not_depend_on_what_else_is_in_its_batch() -> None:
    corpus = [
        pair("big house here", "gran casa aquí", "0-0 1-1", LOC, name="0"),
        pair("house and garden", "casa y jardín", "0-0 2-2", LOC, name="1"),
        pair("the garden house", "la casa del jardín", "0-0 2-1", LOC, name="2"),
    ]
    first, carried = MatchProjector(), MatchProjector()
    first.fit(corpus)
    carried.load_state(first.state())
    together = first.project(corpus)
    assert together == [carried.project([one])[0] for one in corpus]


def test_the_line_between_links_goes_from_corner_to_corner() -> None:
    linked = np.zeros((7, 8), np.int8)  # five by six, with a rim
    linked[2, 2] = linked[2, 4] = 1  # row 1: columns 1 and 3
    assert between_links(linked).tolist() == pytest.approx([0.5, 2, 3, 4, 5])
    assert between_links(np.zeros((4, 5), np.int8)).tolist() == pytest.approx([1 / 3, 5 / 3])


def test_a_span_none_of_whose_words_is_linked_says_so() -> None:
    asked = pair("Rome sleeps", "nada más aquí dentro", "1-3", LOC)
    assert weak(asked, [asked])
    projector = MatchProjector()
    projector.fit([asked])
    ((found,),) = projector.project([asked])
    assert found.pieces is None and found.reason == "no_links"
