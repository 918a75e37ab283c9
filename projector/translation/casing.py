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

_STOPS = frozenset({".", "?", "!", "…", "..."})
_OPENING = frozenset("\"'“”‘«»([¿¡„")
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
    surface = source[unit.start : unit.end] if unit is not None else ""
    if unit is not None:
        same = fold(surface) == fold(word.text) and len(surface) == len(word.text)
        if same and (not unit.known or surface[1:] != surface[1:].lower()):
            return _keeping_letters(word.text, surface)
    if not any(w.kind != "mark" for w in words[:n]):
        return _at_start(word, unit, source)
    stop = words[n - 1] if words[n - 1].text in _STOPS else None
    if stop is None and text[word.start - 1] in _OPENING:
        return word.text  # a quotation begins as it will
    mark = _origin(stop, units) if stop is not None else None
    if words[n - 1].text == ":" and unit is not None and surface[:1].isupper():
        return word.text  # as the source has it, so the translation
    if mark is not None and "sent" in mark.tags:
        return _after_stop(word, unit, mark, source)
    if not _is_title(word.text):
        return word.text
    if unit is None:
        return _lower_first(word.text) if word.kind != "content" else word.text
    if "np" in unit.tags and (" " in surface or surface[:1].isupper()):
        return word.text  # "the United States": the name, not the article, has the capital
    if not surface[:1].isupper() or _CAPITAL_I.match(surface):
        return _lower_first(word.text)
    if unit.known and _begins(unit, units):
        return _lower_first(word.text)
    return word.text


def _begins(unit: Unit, units: Sequence[Unit]) -> bool:
    """Does the unit begin a sentence of the source?"""
    return unit.number == 0 or "sent" in units[unit.number - 1].tags


def _origin(word: Word, units: Sequence[Unit]) -> Unit | None:
    """The unit that a word most likely comes from."""
    found = [(p, -number) for number, p in word.units.items() if units[number].start >= 0]
    return units[-max(found)[1]] if found else None


def _at_start(word: Word, unit: Unit | None, source: str) -> str:
    """The first word follows the source's first letter; "iPhone" stays as it is."""
    first = next((c for c in source if c.isalpha()), "")
    surface = source[unit.start : unit.end] if unit is not None and not unit.known else ""
    if surface[:1].islower() and surface != surface.lower():
        return word.text
    if first.isupper():
        return word.text[:1].upper() + word.text[1:]
    return _lower_first(word.text) if _is_title(word.text) and first else word.text


def _after_stop(word: Word, unit: Unit | None, mark: Unit, source: str) -> str:
    """A word after a full stop: a capital if the source goes on with one."""
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
