"""A fixed translation as the model's sub-words, with the places where markers may stand.

Used by `constrained`. Sub-words are made chunk by chunk (between white space), as the model's own
tokeniser would, and put back to characters where their letters are those of the chunk.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from projector.models.translation_model import TranslationModel
from projector.projection.words import facts
from projector.records import Offsets

_CHUNK = re.compile(r"\S+")


class Template(Struct, frozen=True):
    """Sub-word ids; at each boundary the word that starts there, and the one that ends (or -1)."""

    ids: list[int]
    starts: list[int]
    ends: list[int]


def make_template(
    model: TranslationModel, text: str, tokens: Sequence[Offsets], edges: bool = False
) -> Template:
    """The template of a target sentence.

    Args:
        tokens: offsets into ``text``.
        edges: whether punctuation may be the first or last word between two markers.
    """
    chunks = [(m.start(), m.end()) for m in _CHUNK.finditer(text)]
    texts = [text[a:b] for a, b in chunks]
    encoded = model.target_ids(texts)
    ids: list[int] = []
    befores: dict[int, int] = {}  # character at which a piece starts -> boundary before it
    afters: dict[int, int] = {}  # character at which a piece ends -> boundary after it
    for (at, stop), chunk, pieces in zip(chunks, texts, encoded, strict=True):
        for n, found in enumerate(spelled(model.spellings(pieces), chunk)):
            if found is not None:
                befores.setdefault(at + found[0], len(ids) + n)
                afters[at + found[1]] = len(ids) + n + 1
        befores[at] = len(ids)
        ids += pieces
        afters[stop] = len(ids)
    starts, ends = [-1] * (len(ids) + 1), [-1] * (len(ids) + 1)
    wordless = not any(facts(text[a:b]).content for a, b in tokens)
    words = [
        (n, a, b)
        for n, (a, b) in enumerate(tokens)
        if edges or wordless or facts(text[a:b]).content
    ]
    for n, a, b in words:
        chunk_start = max((s for s, _ in chunks if s <= a), default=a)
        chunk_end = min((e for _, e in chunks if b <= e), default=b)
        if sum(chunk_start <= c and d <= chunk_end for _, c, d in words) == 1:
            # Alone in its chunk: what the model writes with it cannot be another word.
            before = befores.get(a, befores.get(chunk_start))
            after = afters.get(b, afters.get(chunk_end))
        else:
            before, after = befores.get(a), afters.get(b)
        if before is not None and after is not None and before < after:
            starts[before], ends[after] = n, n
    return Template(ids, starts, ends)


def spelled(pieces: Sequence[str], chunk: str) -> list[tuple[int, int] | None]:
    """Where each piece stands in the chunk, or None where it is not spelled there.

    The unknown-word piece, and pieces of normalised letters, stand for what no other one takes.
    """
    found: list[tuple[int, int] | None] = []
    at = 0
    for piece in pieces:
        place = chunk.find(piece, at) if piece else -1
        if place < 0:
            found.append(None)
        else:
            at = place + len(piece)
            found.append((place, at))
    return found
