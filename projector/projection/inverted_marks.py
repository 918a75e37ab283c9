"""Inverted question and exclamation marks at the edges of projected spans.

English has none, so that nothing in the source says whether "¿" belongs to a span. It belongs to
the question: a span that holds the final "?" holds it too, every other span does not begin or end
with one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from projector.projection.token_runs import token_run
from projector.records import Document, Offsets

CLOSING: Final = {"¿": "?", "¡": "!"}
_MARKS: Final = frozenset("¿?¡!")


def with_whole_sentences(pieces: Sequence[Offsets], doc: Document) -> list[Offsets]:
    """The pieces of a span, inverted marks at its edges taken in or left out.

    Only marks that are tokens of their own are moved; a piece that is nothing but such a mark
    stays. Pieces are in the text's order, as offsets into the document's text.
    """
    found = list(pieces)
    start, end = found[0]
    if doc.text[start] not in _MARKS and doc.text[found[-1][1] - 1] not in _MARKS:
        return found
    first, _ = token_run(doc, found[0])
    tokens = doc.tokens or []
    while first + 1 < len(tokens) and tokens[first][0] == start and tokens[first + 1][0] < end:
        mark = doc.text[slice(*tokens[first])]
        if mark not in CLOSING or CLOSING[mark] in doc.text[start : found[-1][1]]:
            break
        first += 1
        start = tokens[first][0]
    if start == found[0][0] and first:
        before = tokens[first - 1]
        mark = doc.text[slice(*before)]
        if (
            mark in CLOSING
            and doc.text[found[-1][1] - 1] == CLOSING[mark]
            and tokens[first][0] == start
        ):
            start = before[0]
    found[0] = (start, end)
    start, end = found[-1]
    last = token_run(doc, found[-1])[1] - 1
    while last > 0 and tokens[last][1] == end and tokens[last - 1][1] > start:
        if doc.text[slice(*tokens[last])] not in CLOSING:
            break
        last -= 1
        end = tokens[last][1]
    found[-1] = (start, end)
    return found
