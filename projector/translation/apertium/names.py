"""Names that Apertium's dictionary does not know, told to it as names.

An unknown word breaks the sentence around it: rules for noun phrases, possessives and agreement
do not apply. Marked as a proper noun it takes part ("Foo's new car": "el coche nuevo de Foo", not
"Foo el coche nuevo"). An abbreviation before a name ("Prof.", "St.", an initial) would even end
the sentence for the engine.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

from projector.text.sentences import abbreviations
from projector.translation.apertium.stream import Item, unescape

_SMALL = frozenset({"prn", "vbser", "vblex", "vaux", "vbmod", "vbdo", "vbhaver", "rel", "pr"})
_TITLES = frozenset(
    "Mr Mrs Ms Dr Madam Madame Messrs Monsieur Herr Frau Sheikh Ayatollah Baroness Viscount".split()
)
_LETTER = re.compile(r"[A-Z]")
_DOTTED = re.compile(r"[A-Z](?:\.[A-Z])*")
_INITIALS = re.compile(r"(?:[A-Z]\.)+")
_COMPANY = frozenset("Inc Corp Co Ltd LLC plc PLC AG GmbH SA SE NV Group".split())
NAME = "<np><al><sg>"  # a proper noun that declines nothing and goes with any article


def mark(items: Sequence[Item], surfaces: Container[str]) -> None:
    """Make names of the units with these surfaces, whatever the analyser thought of them."""
    for item in items:
        if item.readings is not None and item.surface in surfaces:
            item.readings = [item.surface + NAME]


def find_names(items: list[Item], lang: str) -> list[Item]:
    """The items with abbreviations joined and unknown capitalised words made into names."""
    items = _with_abbreviations(items, lang)
    units = [item for item in items if item.readings is not None]
    names: set[int] = set()
    begins = True
    for n, item in enumerate(units):
        surface = unescape(item.surface)
        before = units[n - 1] if n else None
        after = units[n + 1] if n + 1 < len(units) else None
        if NAME in "".join(item.readings or ()):
            names.add(id(item))
        elif not item.known and _is_capitalised(surface):
            if surface in _TITLES:
                continue  # "Madam President" is no "president of Madam"
            if not begins or _name_at_start(surface, after):
                names.add(id(item))
        elif not begins and _is_acronym(surface, item, before, after):
            names.add(id(item))
        begins = "sent" in item.tags
    return _in_runs(items, names)


def _in_runs(items: list[Item], names: set[int]) -> list[Item]:
    """Neighbouring names become one unit; beside a known name they are part of a person's."""
    out: list[Item] = []
    n = 0
    while n < len(items):
        if id(items[n]) not in names:
            out.append(items[n])
            n += 1
            continue
        end = n + 1
        while (
            end + 1 < len(items)
            and items[end].readings is None
            and (items[end].surface == " " or _hyphen(items[end - 1 : end + 2]))
            and (id(items[end + 1]) in names or _goes_with(items[end - 1], items[end + 1]))
        ):
            end += 2
        surface = "".join(item.surface for item in items[n:end])
        out.append(Item(surface, [surface + _tags(out, items[end : end + 2])]))
        n = end
    return out


def _hyphen(items: list[Item]) -> bool:
    """ "Wulf-Mathies": two capitalised words with nothing but a hyphen between."""
    return (
        items[1].surface == "-"
        and items[0].surface[:1].isupper()
        and (items[2].surface[:1].isupper())
    )


def _goes_with(before: Item, item: Item) -> bool:
    """ "Prof. Pepper", "Foo Inc.": words of their own that are parts of a name here."""
    if item.readings is None or "np" in item.tags:
        return False
    if before.surface.endswith("."):
        return item.surface[:1].isupper()
    return item.surface.rstrip(".") in _COMPANY


def _tags(before: list[Item], after: list[Item]) -> str:
    if len(before) > 1 and before[-1].surface == " " and _is(before[-2], "<np><ant>"):
        return "<np><cog><sg>"
    if len(after) > 1 and after[0].surface == " " and _is(after[1], "<np><cog>"):
        return "<np><ant><m><sg>"
    return NAME


def _is(item: Item, tags: str) -> bool:
    return any(tags in reading for reading in item.readings or ())


def _with_abbreviations(items: list[Item], lang: str) -> list[Item]:
    """``St`` ``.`` become the one unit ``St.`` where the sentence goes on."""
    known = abbreviations(lang)
    joined: list[Item] = []
    for n, item in enumerate(items):
        before = joined[-1] if joined else None
        if (
            item.readings is not None
            and before is not None
            and _INITIALS.fullmatch(unescape(before.surface))
            and _LETTER.fullmatch(item.surface)
        ):
            joined[-1] = Item(before.surface + item.surface, [before.surface + item.surface + NAME])
        elif (
            item.readings is not None
            and item.surface == "."
            and before is not None
            and before.readings is not None
            and any(later.readings is not None for later in items[n + 1 : -1])
            and _abbreviates(unescape(before.surface), known)
        ):
            word = before.surface + "."
            capital = word[:1].isupper()
            joined[-1] = Item(word, [word + NAME if capital else "*" + word])
        else:
            joined.append(item)
    return joined


def _abbreviates(word: str, known: Container[str]) -> bool:
    return word in known or _DOTTED.fullmatch(word) is not None


def _is_capitalised(word: str) -> bool:
    return len(word) > 1 and word[0].isupper() and all(c.isalpha() or c in "'’-." for c in word)


def _name_at_start(word: str, after: Item | None) -> bool:
    """At the start of a sentence a capital says little: another one must confirm it."""
    if word[1:] != word[1:].lower():
        return True
    return after is not None and (after.surface[:1].isupper() or "gen" in after.tags)


def _is_acronym(word: str, item: Item, before: Item | None, after: Item | None) -> bool:
    """ "the AM said", "IT experts": capitals that the dictionary takes for a small word."""
    if not (2 <= len(word) <= 4 and word.isupper() and item.tags <= _SMALL):
        return False
    if before is None or before.surface.isupper():
        return False
    return bool(before.tags & {"det", "adj", "np"}) or (
        after is not None and after.tags <= {"n"} and after.surface.islower()
    )
