"""Capitals: students read sentences in ordinary writing best; the result is written as the source.

ALL CAPITALS are translated from Title Case and capitalised again. A source without any capital
gives a translation that begins without one.
"""

from __future__ import annotations

import re

LETTERS = 5  # a text with fewer capitals may be an abbreviation


def is_shouted(text: str) -> bool:
    """Whether a text of two words or more is written in capitals throughout."""
    letters = [char for char in text if char.isalpha()]
    cased = [char for char in letters if char.lower() != char.upper()]
    return (
        len(cased) >= LETTERS and all(map(str.isupper, cased)) and len(re.findall(r"\w+", text)) > 1
    )


def title_case(text: str) -> str:
    """Each word with a capital and lower-case letters; as long as the text."""
    return re.sub(r"\w+", lambda m: m[0][0] + "".join(map(_lower, m[0][1:])), text)


def capitals(text: str) -> str:
    """All letters as capitals, those apart whose capital is two letters; as long as the text."""
    return "".join(map(_upper, text))


def begin_as(source: str, target: str) -> str:
    """A translation that begins in lower case where the source has no capital at all."""
    if target[:1].isupper() and source[:1].islower() and not any(map(str.isupper, source)):
        return _lower(target[0]) + target[1:]
    return target


def _lower(char: str) -> str:
    low = char.lower()
    return low if len(low) == 1 else char


def _upper(char: str) -> str:
    high = char.upper()
    return high if len(high) == 1 else char
