"""Turning a pair round."""

from __future__ import annotations

from projector.augment.swap import SwapOptions, SwapStage
from projector.records import Document, Pair, Segment, swapped
from projector.stage import Rejected

PAIR = Pair(
    "p", Document("p", "a b", "en", tokens=[(0, 1), (2, 3)]),
    Document("p", "c", "es", tokens=[(0, 1)]), [(0, 0, 0.5), (1, 0, 0.7)], [Segment(0, 3, 0, 1)],
)  # fmt: skip


def test_links_and_segments_turn_with_the_sides() -> None:
    turned = swapped(PAIR)
    assert (turned.source.lang, turned.target.lang) == ("es", "en")
    assert turned.alignment == [(0, 0, 0.5), (0, 1, 0.7)]
    assert turned.segments == [Segment(0, 1, 0, 3)]
    assert swapped(turned) == PAIR


def test_the_stage_notes_itself_and_refuses_documents() -> None:
    turned, refused = SwapStage(SwapOptions()).process([PAIR, PAIR.source])
    assert isinstance(turned, Pair)
    assert turned.steps[-1].stage == "swap"
    assert isinstance(refused, Rejected)
