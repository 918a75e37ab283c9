"""What the formats of sentence pairs share: two texts, maybe links over white-space tokens."""

from __future__ import annotations

import re

from msgspec.structs import replace

from projector.errors import DataError
from projector.io.formats.shared.links import parse_links
from projector.io.formats.shared.notes import Notes
from projector.io.formats.shared.text_files import one_line
from projector.records import Document, Offsets, Pair

_WORD = re.compile(r"\S+")


def white_space_tokens(text: str) -> list[Offsets]:
    """The tokens that Pharaoh links count: whatever stands between white space."""
    return [match.span() for match in _WORD.finditer(text)]


def with_white_space_tokens(doc: Document) -> Document:
    """The document with its own tokens, or with those between white space."""
    return doc if doc.tokens is not None else replace(doc, tokens=white_space_tokens(doc.text))


def make_pair(
    name: str, source: str, target: str, links: str | None, langs: tuple[str, str]
) -> Pair:
    """A pair of two texts; with links (a Pharaoh string) its tokens are those between spaces.

    Raises:
        DataError: ill-formed links, or links beyond the tokens.
    """
    source, target = source.strip(), target.strip()
    if links is None:
        return Pair(name, Document(name, source, langs[0]), Document(name, target, langs[1]))
    found = parse_links(links)
    try:
        return Pair(
            name,
            Document(name, source, langs[0], white_space_tokens(source)),
            Document(name, target, langs[1], white_space_tokens(target)),
            alignment=found,
        )
    except ValueError as error:
        raise DataError(str(error), reason="bad_link") from error


def tokens_text(doc: Document, notes: Notes) -> str:
    """The document's tokens with a space between them, so that links count words of the line."""
    if doc.tokens is None:
        return one_line(doc.text)
    words = []
    for word in doc.words():
        clean = "_".join(one_line(word).split())
        if clean != word:
            notes.remark("tokens that hold white space have '_' in its place")
        words.append(clean or "_")
    return " ".join(words)
