"""From words to a text with offsets: in the text they come from, or joined by single spaces."""

from __future__ import annotations

from collections.abc import Sequence

from projector.records import Offsets


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
