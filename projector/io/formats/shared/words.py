"""From words to a text with offsets: in the text they come from, or joined by single spaces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec.structs import replace

from projector.records import Document, Offsets
from projector.text.detokenisation import spaces_after

Spacing = Literal["natural", "spaced"]  # as running text has it, or a space between all words


def joined(words: Sequence[str], spaces: Sequence[bool] | None = None) -> tuple[str, list[Offsets]]:
    """A text of the words and their offsets; one space after each word but the last.

    Args:
        words: none of them empty.
        spaces: for each word, whether a space follows it; the last word's is not used.
    """
    parts: list[str] = []
    offsets: list[Offsets] = []
    at = 0
    for n, word in enumerate(words):
        if n and (spaces is None or spaces[n - 1]):
            parts.append(" ")
            at += 1
        parts.append(word)
        offsets.append((at, at + len(word)))
        at += len(word)
    return "".join(parts), offsets


def naturally_spaced(doc: Document) -> Document:
    """A document whose text is its tokens with single spaces, in the spacing of running text.

    Every span keeps its tokens. Any other document, and one with a span that cuts a token, is
    returned as it is.
    """
    words = doc.words()
    if doc.text != " ".join(words):
        return doc
    text, tokens = joined(words, spaces_after(words, doc.lang))
    starts = {old[0]: new[0] for old, new in zip(doc.tokens or (), tokens, strict=True)}
    ends = {old[1]: new[1] for old, new in zip(doc.tokens or (), tokens, strict=True)}
    if any(a not in starts or b not in ends for span in doc.spans for a, b in span.parts):
        return doc
    spans = [
        replace(
            span,
            start=starts[span.start],
            end=ends[span.end],
            pieces=span.pieces and [(starts[a], ends[b]) for a, b in span.pieces],
            text=None,
        )
        for span in doc.spans
    ]
    return replace(doc, text=text, tokens=tokens, spans=spans)


def located(words: Sequence[str], text: str) -> list[Offsets] | None:
    """Offsets of the words in the text, with nothing but white space around them.

    Returns None if the text is not these words in this order. A word that itself holds white
    space matches any white space of the text.
    """
    offsets: list[Offsets] = []
    at = 0
    for word in words:
        while at < len(text) and text[at].isspace():
            at += 1
        if text.startswith(word, at):
            end = at + len(word)
        else:
            loose = _loose(word, text, at)
            if loose is None:
                return None
            end = loose
        if end == at:
            return None
        offsets.append((at, end))
        at = end
    return offsets if not text[at:].strip() else None


def _loose(word: str, text: str, at: int) -> int | None:
    """Where the word ends in the text if its white space may differ from the text's."""
    pieces = word.split()
    if len(pieces) < 2:
        return None
    for n, piece in enumerate(pieces):
        if n:
            while at < len(text) and text[at].isspace():
                at += 1
        if not text.startswith(piece, at):
            return None
        at += len(piece)
    return at
