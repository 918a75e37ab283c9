"""A document with some stretches of its text replaced, and every annotation moved along.

Training data alone is made in this way (`names`, `contractions` at export): records of a run keep
the text that they came with.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from projector.records import Document, Offsets, Span
from projector.text.tokens import with_tokens

GAP = "_"  # the tag of a token that has none


class Edit(NamedTuple):
    """``text[start:end]``, whole tokens, becomes ``text`` with ``tokens`` (offsets into it)."""

    start: int
    end: int
    text: str
    tokens: Sequence[Offsets]


def rewritten(doc: Document, edits: Sequence[Edit]) -> Document:
    """The document with the edits made.

    Args:
        doc: tokens are made where it has none.
        edits: in text order without overlap; each begins and ends where a token does. A span edge
            inside an edit moves out to the edit's edge.

    Token tags stay where an edit leaves the number of tokens as it is; elsewhere its tokens
    have ``_``.
    """
    if not edits:
        return doc
    doc = with_tokens(doc)
    old = doc.tokens or []
    text: list[str] = []
    tokens: list[Offsets] = []
    origins: list[int | None] = []  # of each new token, the old one that gives its tags
    ends, shifts, at, k, length = [0], [0], 0, 0, 0
    for edit in edits:
        while k < len(old) and old[k][1] <= edit.start:
            tokens.append((old[k][0] + shifts[-1], old[k][1] + shifts[-1]))
            origins.append(k)
            k += 1
        text.append(doc.text[at : edit.start])
        length += edit.start - at
        first = k
        while k < len(old) and old[k][1] <= edit.end:
            k += 1
        kept = k - first == len(edit.tokens)
        tokens += [(a + length, b + length) for a, b in edit.tokens]
        origins += [first + n if kept else None for n in range(len(edit.tokens))]
        text.append(edit.text)
        length += len(edit.text)
        at = edit.end
        ends.append(edit.end)
        shifts.append(length - edit.end)
    tokens += [(a + shifts[-1], b + shifts[-1]) for a, b in old[k:]]
    origins += range(k, len(old))
    text.append(doc.text[at:])
    whole = "".join(text)
    starts = [edit.start for edit in edits]

    def move(stretch: Offsets) -> Offsets:
        start, end = stretch
        inside = bisect_right(starts, start) - 1
        if inside >= 0 and start < edits[inside].end:
            start = edits[inside].start
        last = bisect_right(starts, end - 1) - 1
        if last >= 0 and end < edits[last].end:
            end = edits[last].end
        return (
            start + shifts[bisect_right(ends, start) - 1],
            end + shifts[bisect_right(ends, end) - 1],
        )

    return replace(
        doc,
        text=whole,
        tokens=tokens,
        tags={
            layer: [GAP if n is None else values[n] for n in origins]
            for layer, values in doc.tags.items()
        },
        spans=[_moved(span, [move(part) for part in span.parts], whole) for span in doc.spans],
    )


def _moved(span: Span, parts: list[Offsets], text: str) -> Span:
    merged = [parts[0]]
    for part in parts[1:]:  # two pieces may have ended in one edit
        if part[0] < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], part[1]))
        else:
            merged.append(part)
    moved = replace(
        span,
        start=merged[0][0],
        end=merged[-1][1],
        pieces=merged if span.pieces else None,
        text=None,
    )
    return moved if span.text is None else replace(moved, text=moved.surface(text))
