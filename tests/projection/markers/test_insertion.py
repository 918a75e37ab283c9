"""Markers around spans: layers, letters, sentences."""

from __future__ import annotations

from itertools import pairwise

import pytest

from projector.errors import UsageError
from projector.projection.markers.insertion import (
    Job,
    Part,
    jobs,
    layers,
    letters,
    marked,
    read_markers,
)
from projector.records import Document, Pair, Segment, Span


def test_letters_go_on_after_z() -> None:
    assert [letters(n) for n in (0, 1, 25, 26, 27, 51, 52, 701, 702)] == [
        "a", "b", "z", "aa", "ab", "az", "ba", "zz", "aaa",
    ]  # fmt: skip


def test_markers_stand_around_the_parts_and_nowhere_inside_a_word() -> None:
    job = Job((0, 13), (0, 1), [Part(0, 0, 2), Part(1, 7, 13)])
    assert marked("EU-led Berlin!", job, read_markers("[ ]")) == "[ EU ]-led [ Berlin ]"
    assert (
        marked("EU-led Berlin!", job, read_markers("<{n}> </{n}>"))
        == "<a> EU </a>-led <b> Berlin </b>"
    )
    assert marked("Euro", Job((0, 4), (0, 1), [Part(0, 0, 2)]), read_markers("[ ]")) == "[ Eu ] ro"


def test_markers_have_names_for_the_command_line() -> None:
    assert read_markers("brackets") == read_markers("[ ]")
    assert read_markers("xml").of(1) == ("<b>", "</b>")


@pytest.mark.parametrize("wrong", ["[", "", "[ ] ]", "| |", "<{n}> ]"])
def test_markers_that_cannot_be_told_apart_are_refused(wrong: str) -> None:
    with pytest.raises(UsageError, match="markers"):
        read_markers(wrong)


def test_overlapping_parts_go_into_different_layers() -> None:
    parts = [Part(0, 0, 9), Part(1, 0, 4), Part(2, 5, 9), Part(3, 9, 12), Part(4, 3, 6)]
    groups = list(layers(parts))
    assert sorted(part.span for group in groups for part in group) == [0, 1, 2, 3, 4]
    for group in groups:
        assert all(a.end <= b.start for a, b in pairwise(group))
    assert len(groups) == 3


def test_sentences_are_marked_apart_and_spans_that_cross_them_are_told() -> None:
    source = Document(
        "d", "A b. C d.", "en", spans=[Span("x", 0, 1), Span("y", 5, 8), Span("z", 2, 6)]
    )
    target = Document("d", "Aa bb. Cc dd.", "es")
    pair = Pair("d", source, target, segments=[Segment(0, 4, 0, 6), Segment(5, 9, 7, 13)])
    found, crossing = jobs(pair)
    assert crossing == [2]
    assert found == [Job((0, 4), (0, 6), [Part(0, 0, 1)]), Job((5, 9), (7, 13), [Part(1, 5, 8)])]
