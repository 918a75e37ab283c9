"""Capitals of a machine translation as a person would have written them.

A rule-based engine gives a word the case of the unit that it came from, at the place where that
unit stood. Words move, so a capital that only marked the beginning of a sentence ends up in its
middle; names that the dictionary does not know lose their own capitals ("IPHONE"); and texts in
capitals come out mixed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from msgspec.structs import replace

from projector.translation.apertium.links import Word, fold
from projector.translation.apertium.stream import Unit

_STOPS = frozenset({".", "?", "!", "…", "..."})
_OPENING = frozenset("\"'“”‘«»([¿¡„")
# No part of the name that follows or precedes: "French President", "Monday September 3".
_PERSONS = frozenset(
    "president minister secretary chancellor king queen prince princess ambassador senator "
    "governor pope general commissioner mr mrs ms mr. mrs. ms. dr. madam sir lord lady judge "
    "justice mayor captain colonel sergeant professor doctor sunday monday tuesday wednesday "
    "thursday friday saturday january february march april may june july august september "
    "october november december".split()
) | {"prime minister", "foreign minister", "vice president", "vice-president"}
_CAPITAL_I = re.compile(r"I(?:['’]\w+)?\Z")


def is_all_capitals(text: str) -> bool:
    """Is the text in capitals, and long enough for that to be a choice of style?"""
    letters = [c for c in text if c.isalpha() and c.lower() != c.upper()]
    words = [w for w in re.findall(r"[^\W\d_]+", text) if len(w) > 1]
    capitals = sum(c.isupper() for c in letters)
    return len(letters) >= 8 and len(words) >= 2 and capitals >= 0.9 * len(letters)


def upper_same_length(text: str) -> str:
    """The text in capitals, one for one (letters whose capital is two letters stay)."""
    return "".join(c.upper() if len(c.upper()) == 1 else c for c in text)


def lower_same_length(text: str) -> str:
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
    new = [
        _word_case(n, word, words, units, source, text)
        if any(c.isalpha() for c in word.text)
        else word.text
        for n, word in enumerate(words)
    ]
    _pass_on_capitals(new, words, units)
    _complete_names(new, words, units, source)
    chars = list(text)
    for word, form in zip(words, new, strict=True):
        if len(form) == len(word.text):
            chars[word.start : word.end] = form
    return "".join(chars)


def _pass_on_capitals(new: list[str], words: Sequence[Word], units: Sequence[Unit]) -> None:
    """An article put before a name may have taken its capital: "Del norte", "El parlamento"."""
    for n, (word, after) in enumerate(pairwise(words)):
        unit = _origin(after, units)
        if unit is None or not unit.surface[:1].isupper() or after.kind != "content":
            continue
        took = _is_title(word.text) and new[n][:1].islower() and word.kind != "content"
        made_up = word.kind in ("article", "contraction") and unit.number in word.units
        if not (took or made_up) or unit.surface.lower() in _PERSONS:
            continue
        if not _begins(unit, units) or "np" in unit.tags:
            new[n + 1] = new[n + 1][:1].upper() + new[n + 1][1:]


def _complete_names(
    new: list[str], words: Sequence[Word], units: Sequence[Unit], source: str
) -> None:
    """All content words of a name have capitals, or none: "Unión europea" has one too few.

    A name is a run of capitalised units; before a person's title an adjective is none of it
    ("French President"). What begins a sentence may or may not belong, and is left out.
    """
    of_unit: dict[int, list[int]] = {}
    for n, word in enumerate(words):
        unit = _origin(word, units)
        if unit is not None and word.kind == "content" and word.units[unit.number] >= 0.5:
            of_unit.setdefault(unit.number, []).append(n)
    if _is_headline(source):
        return
    for run in _runs(units, source):
        if any(not _may_be_name(units[m]) for m in run):
            continue
        places = [n for m in run for n in of_unit.get(m, ())]
        if len(run) > 1 and any(_is_title(new[n]) for n in places if n > 0):
            for n in places:
                new[n] = new[n][:1].upper() + new[n][1:]


def _may_be_name(unit: Unit) -> bool:
    """Can the unit be a part of an institution's or a place's name?"""
    if unit.surface.lower() in _PERSONS:
        return False
    return not unit.known or bool(unit.tags & {"n", "adj", "np"})


def _is_headline(source: str) -> bool:
    """Are most words capitalised, so that a capital says nothing?"""
    words = re.findall(r"[^\W\d_]{4,}", source)
    return len(words) > 3 and sum(word[0].isupper() for word in words) > 0.6 * len(words)


def _runs(units: Sequence[Unit], source: str) -> list[list[int]]:
    """Runs of neighbouring units that begin with a capital in mid-sentence."""
    runs: list[list[int]] = [[]]
    end = -1
    for unit in units:
        capital = unit.surface[:1].isupper() and not _CAPITAL_I.match(unit.surface)
        if unit.start < 0 or not capital or (_begins(unit, units) and "np" not in unit.tags):
            runs.append([])
            continue
        if not runs[-1] or source[end : unit.start] not in (" ", "-"):
            runs.append([])
        runs[-1].append(unit.number)
        end = unit.end
    return [run for run in runs if run]


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
    capitals = word.kind != "content" and len(word.text) > 1 and word.text.isupper()
    if capitals and not surface.isupper():
        # "EL agua": the engine exchanges an article after its capital was given out.
        word = replace(word, text=word.text.capitalize())
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
    if word.kind != "content" and fold(word.text) not in map(fold, surface.split()):
        return _lower_first(word.text)
    if unit is None:
        return word.text
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
    return bool(letters) and letters[0].isupper() and all(c.islower() for c in letters[1:])


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
