"""What stands at the edges of a source span and next to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from projector.projection.conventions.closed_classes import WordClass, mark_class
from projector.records import Document, Offsets


class Edges(NamedTuple):
    """Of a span: the classes of its first and last word and of the words next to them, and
    whether it begins and ends its sentence. Punctuation glued to a word counts as a word."""

    first: WordClass
    before: WordClass
    last: WordClass
    after: WordClass
    begins: bool
    ends: bool


def edges_of(
    doc: Document, classes: Sequence[WordClass], part: Offsets, run: tuple[int, int]
) -> Edges:
    """The edges of a stretch of text.

    Args:
        classes: of each of the document's tokens (`closed_classes.source_class`).
        part: the stretch.
        run: the tokens that it touches; at least one.
    """
    text, tokens = doc.text, doc.tokens or []
    first, last = run[0], run[1] - 1
    opening, closing = mark_class(text[part[0]]), mark_class(text[part[1] - 1])
    at_first = opening if opening != WordClass.NONE else classes[first]
    at_last = closing if closing != WordClass.NONE else classes[last]
    if tokens[first][0] < part[0]:  # it begins inside a token
        before = mark_class(text[part[0] - 1])
    elif first:
        glued = mark_class(text[tokens[first - 1][1] - 1])
        before = glued if glued != WordClass.NONE else classes[first - 1]
    else:
        before = WordClass.NONE
    if part[1] < tokens[last][1]:
        after = mark_class(text[part[1]])
    elif last + 1 < len(tokens):
        glued = mark_class(text[tokens[last + 1][0]])
        after = glued if glued != WordClass.NONE else classes[last + 1]
    else:
        after = WordClass.NONE
    end = WordClass.SENTENCE_END
    return Edges(
        at_first,
        before,
        at_last,
        after,
        part[0] <= tokens[0][0] or before == end,
        part[1] >= tokens[-1][1] or end in (at_last, after),
    )
