"""Pairing sentences by length, and cutting very long sentences."""

from __future__ import annotations

from projector.alignment.base import TokenPair
from projector.alignment.hmm.long_sentences import LIMIT, SLACK, STRETCH, pieces
from projector.alignment.sentence_pairs import pair_sentences
from projector.records import Offsets, Segment


def text(sentences: list[str]) -> tuple[str, list[Offsets]]:
    offsets, at = [], 0
    for sentence in sentences:
        offsets.append((at, at + len(sentence)))
        at += len(sentence) + 1
    return " ".join(sentences), offsets


SOURCE = ["x" * 40 + ".", "y" * 90 + ".", "z" * 20 + ".", "w" * 60 + "."]


def test_sentences_of_like_length_are_paired_in_order() -> None:
    left = text(SOURCE)
    right = text([s + "ab" for s in SOURCE])
    found = pair_sentences(*left, *right)
    assert [(s.source_start, s.target_start) for s in found] == [
        (a, b) for (a, _), (b, _) in zip(left[1], right[1], strict=True)
    ]


def test_one_sentence_that_became_two_is_one_segment() -> None:
    left = text(SOURCE)
    right = text([SOURCE[0], "y" * 44 + ".", "y" * 45 + ".", *SOURCE[2:]])
    found = pair_sentences(*left, *right)
    assert len(found) == 4
    assert found[1] == Segment(*left[1][1], right[1][1][0], right[1][2][1])


def test_a_sentence_that_was_left_out_is_in_no_segment() -> None:
    names = ["Anna saw 12 cats then.", "Then it rained for a very long time.", "Bob paid 77 Euros."]
    left = text(names)
    right = text(["Anna vio 12 gatos allí.", "Bob pagó 77 Euros."])
    found = pair_sentences(*left, *right)
    assert [s.source_start for s in found] == [left[1][0][0], left[1][2][0]]


def test_no_sentences_no_segments() -> None:
    assert pair_sentences("", [], *text(SOURCE)) == []


def test_pieces_answer_for_every_source_word_once() -> None:
    for n, m in ((LIMIT, LIMIT), (LIMIT + 1, 10), (1000, 900), (3, 2000), (2000, 3)):
        pair = TokenPair([str(i) for i in range(n)], [str(j) for j in range(m)])
        found = list(pieces(7, pair))
        kept = [i for p in found for i in range(p.keep_from, p.keep_to)]
        assert kept == list(range(n))
        for piece in found:
            assert piece.number == 7
            assert piece.pair.source[0] == str(piece.source_first)
            assert piece.pair.target[0] == str(piece.target_first)
            if len(found) > 1 and n > 3:
                assert len(piece.pair.target) <= 2 * SLACK + 2 * STRETCH
        assert {str(j) for j in range(m)} == {w for p in found for w in p.pair.target}


def test_a_pair_with_an_empty_side_has_no_piece() -> None:
    assert list(pieces(0, TokenPair([], ["a"]))) == []
