"""Capitals of a machine translation as a person would have written them.

A rule-based engine gives a word the case of the unit that it came from, at the place where that
unit stood. Words move, so a capital that only marked the beginning of a sentence ends up in its
middle; names that the dictionary does not know lose their own capitals ("IPHONE"); and texts in
capitals come out mixed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from projector.translation.apertium_links import Word, fold
from projector.translation.apertium_stream import Unit

_INITIAL = re.compile(r"(?:\A|[.!?…][\"'”’»)\]]*\s+|\n\s*)[\"'“”‘«»(\[¿¡*\-–—•\s]*\Z")
_STOPS = frozenset({".", "?", "!", "…", "..."})
_CAPITAL_I = re.compile(r"I(?:['’]\w+)?\Z")


def is_shouted(text: str) -> bool:
    """Is the text in capitals, and long enough for that to be a choice of style?"""
    letters = [c for c in text if c.isalpha() and c.lower() != c.upper()]
    words = [w for w in re.findall(r"[^\W\d_]+", text) if len(w) > 1]
    capitals = sum(c.isupper() for c in letters)
    return len(letters) >= 8 and len(words) >= 2 and capitals >= 0.9 * len(letters)


def shout(text: str) -> str:
    """The text in capitals, one for one (letters whose capital is two letters stay)."""
    return "".join(c.upper() if len(c.upper()) == 1 else c for c in text)


def hush(text: str) -> str:
    """The text in lower case, one for one."""
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def mend_case(text: str, words: Sequence[Word], units: Sequence[Unit], source: str) -> str:
    """The translation with its capitals mended; its length does not change.

    Args:
        text: the translation.
        words: its words with the units that they come from.
        units: the source's units, with offsets into ``source``.
        source: the text that was analysed.
    """
    chars = list(text)
    for n, word in enumerate(words):
        if not any(c.isalpha() for c in word.text):
            continue
        new = _word_case(n, word, words, units, source, text)
        if len(new) == len(word.text):
            chars[word.start : word.end] = new
    return "".join(chars)


def _word_case(
    n: int,
    word: Word,
    words: Sequence[Word],
    units: Sequence[Unit],
    source: str,
    text: str,
) -> str:
    unit = _origin(word, units)
    if unit is not None:
        surface = source[unit.start : unit.end]
        same = fold(surface) == fold(word.text) and len(surface) == len(word.text)
        if same and (not unit.known or surface[1:] != surface[1:].lower()):
            return _keeping_letters(word.text, surface)
    initial = _INITIAL.search(text, 0, word.start) is not None
    if initial:
        return _at_start(n, word, unit, words, units, source, text)
    if not _is_title(word.text):
        return word.text
    if unit is None:
        return _lower_first(word.text) if word.kind != "content" else word.text
    surface = source[unit.start : unit.end]
    if "np" in unit.tags and " " in surface:
        return word.text  # "the United States": the name, not the article, has the capital
    if not surface[:1].isupper():
        return _lower_first(word.text)
    began = _INITIAL.search(source, 0, unit.start) is not None
    if _CAPITAL_I.match(surface) or (began and "np" not in unit.tags and unit.known):
        return _lower_first(word.text)
    return word.text


def _origin(word: Word, units: Sequence[Unit]) -> Unit | None:
    """The unit that a word most likely comes from."""
    found = [(p, -number) for number, p in word.units.items() if units[number].start >= 0]
    return units[-max(found)[1]] if found else None


def _at_start(
    n: int,
    word: Word,
    unit: Unit | None,
    words: Sequence[Word],
    units: Sequence[Unit],
    source: str,
    text: str,
) -> str:
    """The first word of a sentence follows the first letter of the source's sentence."""
    if word.start == 0 or not any(c.isalnum() for c in text[: word.start]):
        first = next((c for c in source if c.isalpha()), "")
        surface = source[unit.start : unit.end] if unit is not None and not unit.known else ""
        if surface[:1].islower() and surface != surface.lower():
            return word.text  # iPhone
        if first.isupper():
            return word.text[:1].upper() + word.text[1:]
        return _lower_first(word.text) if _is_title(word.text) and first else word.text
    stop = next((w for w in reversed(words[:n]) if w.text in _STOPS and w.units), None)
    mark = _origin(stop, units) if stop is not None else None
    if mark is None:
        return word.text
    goes_on = next((c for c in source[mark.end :] if c.isalpha()), "")
    if goes_on.isupper():
        return word.text[:1].upper() + word.text[1:]
    if unit is not None and not source[unit.start].islower():
        return word.text
    return _lower_first(word.text) if _is_title(word.text) and goes_on else word.text


def _is_title(word: str) -> bool:
    letters = [c for c in word if c.isalpha()]
    return letters[0].isupper() and all(c.islower() for c in letters[1:])


def _lower_first(word: str) -> str:
    return word[:1].lower() + word[1:]


def _keeping_letters(word: str, like: str) -> str:
    """The word's own letters in the other's case."""
    return "".join(
        (c.upper() if model.isupper() else c.lower())
        if len(c.upper()) == len(c.lower()) == 1
        else c
        for c, model in zip(word, like, strict=True)
    )
