"""What projection knows of a word by its form alone: letters, capitals, digits, brackets,
spelling."""

from __future__ import annotations

import hashlib
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from projector.text.transliteration import skeleton, sound

DIGITS = 2**62 - 1


class Facts(NamedTuple):
    """One word: does it hold a letter or digit, does it begin with a capital, is it all in
    lower-case letters (never in a script without), how many brackets more it opens than it closes,
    how often it has each digit (six bits of a number for each of 0 to 9, in any script), its rough
    spelling in Latin letters, its bare consonants, and a number for its lower-cased form."""

    content: bool
    capital: bool
    lowercase: bool
    opened: int
    digits: int
    spelling: str
    consonants: str
    digest: int


@lru_cache(maxsize=300_000)
def facts(word: str) -> Facts:
    """See `Facts`."""
    content = any(map(str.isalnum, word))
    lower = word.lower()
    digest = int.from_bytes(hashlib.blake2b(lower.encode(), digest_size=7).digest(), "big")
    opened = sum(map(_opens, word))
    if not content:
        return Facts(False, False, False, opened, 0, "", "", digest)
    digits = sum(1 << 6 * unicodedata.decimal(char) for char in word if char.isdecimal())
    spelling, consonants = sound(word)[:40], skeleton(word)[:40]
    return Facts(
        True, word[:1].isupper(), word.islower(), opened, digits, spelling, consonants, digest
    )


def _opens(char: str) -> int:
    """1 for an opening bracket of any script, -1 for a closing one. Quotation marks are neither:
    what opens in one language closes in another."""
    if char in "„‚":
        return 0
    return {"Ps": 1, "Pe": -1}.get(unicodedata.category(char), 0)


@lru_cache(maxsize=300_000)
def word_class(word: str) -> str:
    """The word in lower case; all numbers as one, but for those that may be years.

    What goes with one number (the year's own word in Chinese and Arabic, a unit) goes with all.
    """
    if word.isdecimal():
        return "0000" if len(word) == 4 else "0"
    return word.lower()
