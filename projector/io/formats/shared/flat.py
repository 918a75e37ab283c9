"""Spans as one tag a token: what a flat format (CoNLL, token lists) cannot hold, and the rule.

The rule, in this order: a discontinuous span is dropped (or replaced by its hull, or by its
longest piece); an edge inside a token moves out to the token's edge, so that a label never starts
inside a word; of spans that share a token the longest stays (or the best scored, or the
shortest), ties go to the better score and then to the earlier one. Everything that this changes
or drops is counted in the notes.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from projector.io.bio import TokenSpan
from projector.io.formats.shared.notes import Notes
from projector.records import Document, Offsets, Span

Discontinuous = Literal["drop", "hull", "longest"]
Overlap = Literal["longest", "score", "shortest"]


class FlatOptions(Struct, frozen=True, kw_only=True):
    """How spans are made flat; see the module's docstring."""

    discontinuous: Discontinuous = "drop"
    overlap: Overlap = "longest"


def flat_spans(
    doc: Document, notes: Notes, options: FlatOptions, spans: Sequence[Span] | None = None
) -> list[TokenSpan]:
    """Token spans of a document with tokens, without overlap, in order.

    Args:
        doc: must have ``tokens``.
        notes: gets the counts of what was dropped and widened.
        spans: which of the document's spans; all of them by default.
    """
    tokens = doc.tokens or []
    starts, ends = [a for a, _ in tokens], [b for _, b in tokens]
    wanted: list[tuple[int, int, Span]] = []
    for span in doc.spans if spans is None else spans:
        stretch = _stretch(span, options.discontinuous)
        if stretch is None:
            notes.lose("spans", "discontinuous")
            continue
        if len(span.parts) > 1:
            notes.remark(f"discontinuous spans were written as their {options.discontinuous}")
        if not span.label:
            notes.lose("spans", "without a label")
            continue
        first, after = bisect_right(ends, stretch[0]), bisect_left(starts, stretch[1])
        if first >= after:
            notes.lose("spans", "without a token")
            continue
        if _cuts(tokens, first, after, stretch, doc.text):
            notes.remark("spans that cut a token were widened to whole tokens")
        wanted.append((first, after, span))
    wanted.sort(key=lambda item: _rank(item, options.overlap))
    taken = [False] * len(tokens)
    kept: list[TokenSpan] = []
    for first, after, span in wanted:
        if any(taken[first:after]):
            notes.lose("spans", "overlap")
            continue
        taken[first:after] = [True] * (after - first)
        kept.append((first, after, span.label))
    return sorted(kept)


def _stretch(span: Span, how: Discontinuous) -> Offsets | None:
    if len(span.parts) == 1 or how == "hull":
        return span.start, span.end
    if how == "longest":
        return max(span.parts, key=lambda part: part[1] - part[0])
    return None


def _cuts(tokens: Sequence[Offsets], first: int, after: int, stretch: Offsets, text: str) -> bool:
    """True if the stretch starts or ends inside a token (white space at its edges is nothing)."""
    return tokens[first][0] < stretch[0] or tokens[after - 1][1] > stretch[1]


def _rank(item: tuple[int, int, Span], overlap: Overlap) -> tuple[float, float, int, int]:
    first, after, span = item
    length, score = after - first, span.score if span.score is not None else 1.0
    if overlap == "score":
        return -score, -length, first, after
    if overlap == "shortest":
        return length, -score, first, after
    return -length, -score, first, after
