"""How wanted words become a student's pieces, and whether a translation has them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from projector.models.marian.vocabulary import Vocabulary

OPENERS = ("(", "[", '"', "'", "-", "/")  # what a wanted word may follow without a space

Constraint = Sequence[str]  # alternative wordings, one of which is wanted


class Spelling(NamedTuple):
    """One way to write a wanted phrase.

    Attributes:
        ids: the pieces.
        unknown: the text of each unknown piece among them, in order.
    """

    ids: tuple[int, ...]
    unknown: tuple[str, ...]


def spellings(phrase: str, vocabulary: Vocabulary) -> list[Spelling]:
    """The ways a phrase may be written, the plain one first.

    As given and with a capital, as at the beginning of a sentence; as a word of its own, and right
    after an opening bracket or quote, a hyphen or a slash, with a space before that or without.
    """
    phrase = " ".join(phrase.split())
    if not phrase:
        return []
    made: dict[Spelling, None] = {}
    for text in dict.fromkeys((phrase, phrase[0].upper() + phrase[1:])):
        pieces = vocabulary.encode(text)
        unknown = tuple(
            text[a:b]
            for piece, (a, b) in zip(pieces.ids, pieces.spans, strict=True)
            if piece == vocabulary.unknown
        )
        made[Spelling(tuple(pieces.ids), unknown)] = None
        for opener in OPENERS:
            for before, cut in (("", 0), ("a", 1)):
                ids = vocabulary.encode(before + opener + text).ids[cut:]
                if vocabulary.decode(ids)[0] == opener + text:
                    made[Spelling(tuple(ids), ())] = None
    return [spelling for spelling in made if spelling.ids]


def unknown_texts(ids: Sequence[int], wanted: Sequence[Spelling], unknown: int) -> list[str]:
    """The text of each unknown piece of a translation, which only a wanted phrase may have.

    Phrases that differ in unknown characters alone are taken in the order given.
    """
    texts: list[str] = []
    left = [spelling for spelling in wanted if spelling.unknown]
    at = 0
    while at < len(ids):
        here = [s for s in left if tuple(ids[at : at + len(s.ids)]) == s.ids]
        if here:
            longest = max(here, key=lambda s: len(s.ids))
            texts += longest.unknown
            at += len(longest.ids)
            if sum(s.ids == longest.ids for s in left) > 1:
                left.remove(longest)
        else:
            texts += [""] * (ids[at] == unknown)
            at += 1
    return texts


def holds(text: str, constraint: Constraint) -> bool:
    """Whether a text has one of the alternatives as whole words, a first capital apart."""
    for phrase in constraint:
        phrase = " ".join(phrase.split())
        if not phrase:
            continue
        for wording in (phrase, phrase[0].upper() + phrase[1:]):
            before = r"(?<!\w)" if wording[0].isalnum() else ""
            after = r"(?!\w)" if wording[-1].isalnum() else ""
            if re.search(before + re.escape(wording) + after, text):
                return True
    return False
