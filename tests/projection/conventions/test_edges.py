"""What stands at the edges of a span."""

from __future__ import annotations

import pytest

from projector.projection.conventions.closed_classes import WordClass, source_class
from projector.projection.conventions.edges import edges_of
from projector.projection.token_runs import token_run
from projector.records import Document, Span
from projector.text.tokens import with_tokens

DET, END, COMMA, NONE = (
    WordClass.DETERMINER,
    WordClass.SENTENCE_END,
    WordClass.COMMA,
    WordClass.NONE,
)


@pytest.mark.parametrize(
    ("text", "part", "wanted"),
    [
        ("We saw the results.", (7, 18), (DET, NONE, NONE, END, False, True)),
        ("We saw the results.", (7, 19), (DET, NONE, END, NONE, False, True)),
        ("Yes. The end, then", (5, 12), (DET, END, NONE, COMMA, True, False)),
        ("Go (now)", (4, 7), (NONE, WordClass.OPENING, NONE, WordClass.CLOSING, False, False)),
    ],
)
@pytest.mark.parametrize("glued", [False, True])
def test_edges_are_the_same_whether_punctuation_is_glued(
    text: str, part: tuple[int, int], wanted: tuple[object, ...], glued: bool
) -> None:
    doc = Document("d", text, "en", spans=[Span("s", *part, "X")])
    if glued:
        tokens, at = [], 0
        for word in text.split(" "):
            tokens.append((at, at + len(word)))
            at += len(word) + 1
        doc = Document("d", text, "en", tokens=tokens)
    doc = with_tokens(doc)
    classes = [source_class(word, "en") for word in doc.words()]
    assert edges_of(doc, classes, part, token_run(doc, part)) == wanted
