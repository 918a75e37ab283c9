"""What of a record an aligner sees at a time: a sentence and its translation.

A pair of documents is cut by its own ``segments``, or, where a long pair has none, by pairing
sentences by length (`sentence_pairs`); a short one is taken whole. Links of the pieces are mapped
back to the documents' tokens.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

import msgspec

from projector.alignment.base import TokenPair
from projector.alignment.sentence_pairs import pair_sentences
from projector.records import Document, Link, Pair, Segment
from projector.text.sentences import split_sentences
from projector.text.tokens import with_tokens

LONG = 30  # tokens on the longer side from which a pair is looked at for sentences


class Unit(NamedTuple):
    """The tokens ``source_first`` .. and ``target_first`` .. of a record, as words."""

    words: TokenPair
    source_first: int
    target_first: int


def with_both_tokens(pair: Pair) -> Pair:
    """The pair with tokens on both sides."""
    source, target = with_tokens(pair.source), with_tokens(pair.target)
    if source is pair.source and target is pair.target:
        return pair
    return msgspec.structs.replace(pair, source=source, target=target)


def units_of(pair: Pair) -> list[Unit]:
    """The sentence pairs of a record that has its tokens; pieces without words on a side are
    left out, since nothing in them can be linked."""
    segments = pair.segments
    if segments is None:
        segments = _found_segments(pair)
    whole = TokenPair(pair.source.words(), pair.target.words())
    if segments is None:
        units = [Unit(whole, 0, 0)]
    else:
        starts_s = [a for a, _ in pair.source.tokens or ()]
        starts_t = [a for a, _ in pair.target.tokens or ()]
        units = []
        for segment in segments:
            a = bisect_left(starts_s, segment.source_start)
            b = bisect_left(starts_s, segment.source_end)
            c = bisect_left(starts_t, segment.target_start)
            d = bisect_left(starts_t, segment.target_end)
            units.append(Unit(TokenPair(whole.source[a:b], whole.target[c:d]), a, c))
    return [u for u in units if u.words.source and u.words.target]


def links_of(units: list[Unit], answers: list[list[Link]]) -> list[Link]:
    """The record's links out of those of its units, sorted."""
    return sorted(
        (i + unit.source_first, j + unit.target_first, p)
        for unit, links in zip(units, answers, strict=True)
        for i, j, p in links
    )


def _found_segments(pair: Pair) -> list[Segment] | None:
    tokens = max(len(pair.source.tokens or ()), len(pair.target.tokens or ()))
    if tokens < LONG:
        return None
    left = _sentences(pair.source)
    right = _sentences(pair.target)
    if len(left) < 2 or len(right) < 2:
        return None
    return pair_sentences(pair.source.text, left, pair.target.text, right)


def _sentences(doc: Document) -> list[tuple[int, int]]:
    return split_sentences(doc.text, doc.lang)
