"""Tag schemes: what peers get wrong (PEERS 17, cases 4 to 6, 11), and round trips."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.io.bio import SCHEMES, spans_from_tags, tags_from_spans


def test_peer_case_4_bilou_keeps_the_last_word() -> None:
    assert spans_from_tags(["B-LOC", "I-LOC", "L-LOC", "O", "U-LOC"]) == [
        (0, 3, "LOC"),
        (4, 5, "LOC"),
    ]


def test_peer_case_5_iob1_span_starts_with_i() -> None:
    assert spans_from_tags(["I-ORG", "O"]) == [(0, 1, "ORG")]


def test_peer_case_6_label_with_hyphen() -> None:
    assert spans_from_tags(["B-ORG-x", "I-ORG-x"]) == [(0, 2, "ORG-x")]
    assert tags_from_spans([(0, 2, "ORG-x")], 2) == ["B-ORG-x", "I-ORG-x"]


def test_peer_case_11_adjacent_entities_both_stay() -> None:
    spans = [(0, 2, "PER"), (2, 3, "PER")]
    for scheme in SCHEMES:
        assert spans_from_tags(tags_from_spans(spans, 3, scheme)) == spans
    assert tags_from_spans(spans, 3, "iob1") == ["I-PER", "I-PER", "B-PER"]


def test_label_changes_inside_a_run_of_i() -> None:
    assert spans_from_tags(["I-PER", "I-LOC"]) == [(0, 1, "PER"), (1, 2, "LOC")]


@pytest.mark.parametrize("tag", ["NOUN", "B", "B-", "X-PER", "b-PER", ""])
def test_ill_formed_tags_are_named(tag: str) -> None:
    with pytest.raises(ValueError, match="found"):
        spans_from_tags(["O", tag])


def test_spans_that_share_a_token_are_refused() -> None:
    with pytest.raises(ValueError, match="share token 1"):
        tags_from_spans([(0, 2, "A"), (1, 3, "B")], 3)


@st.composite
def flat_spans(draw: st.DrawFn) -> tuple[list[tuple[int, int, str]], int]:
    length = draw(st.integers(0, 12))
    spans, at = [], 0
    while at < length:
        if draw(st.booleans()):
            end = draw(st.integers(at + 1, length))
            spans.append((at, end, draw(st.sampled_from(["A", "B-c", "O"]))))
            at = end
        else:
            at += 1
    return spans, length


@given(flat_spans(), st.sampled_from(SCHEMES))
def test_round_trip_in_every_scheme(
    case: tuple[list[tuple[int, int, str]], int], scheme: str
) -> None:
    spans, length = case
    assert spans_from_tags(tags_from_spans(spans, length, scheme)) == spans
