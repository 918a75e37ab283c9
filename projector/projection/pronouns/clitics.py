"""Clitics: pronouns before a verb or in one word with it.

"lo veo", "no lo puedo ver", "verlo", "dámelo"; "vê-lo", "dar-lhe-ei"; "donne-le-moi", "l'ai".
Which words end in a pronoun is told by the forms that verbs take before one (infinitives, gerunds,
stressed imperatives), not by the ending alone: "hablo" is no "hab" with "lo".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence

from projector.projection.pronouns.forms import PronounForms, bare
from projector.records import Offsets

_HYPHENS = re.compile(r"[^-‐‑]+")  # the parts of a hyphenated word
_ACCENT = re.compile(r"[áéíóú]")
_SPANISH_STEM = re.compile(r"(?:.*[aeiíáé]r|.*(?:ándo|iéndo|yéndo)|.*[aeií]d)")
_SHORT_IMPERATIVES = frozenset("da di haz pon ten ven ve sal sé deja".split())
_SPANISH_LAST = ("los", "las", "les", "nos", "lo", "la", "le", "me", "te", "se", "os")
_SPANISH_BEFORE_LAST = ("nos", "me", "te", "se", "os")
_ITALIAN_STEM = re.compile(r".{2,}(?:[aei]r|ndo)|[df]ar|dir")
_ITALIAN_LAST = ("gli", "lo", "la", "li", "le", "ne", "mi", "ti", "si", "ci", "vi")
_ITALIAN_BEFORE_LAST = ("glie", "me", "te", "se", "ce", "ve")
MAX_VERBS_BETWEEN = 2  # words that a clitic may have climbed over: "lo quiero poder ver"


def enclitics(word: str, lang: str, imperative: bool) -> list[tuple[str, Offsets]]:
    """The pronouns in a word that is known to be a verb: each with its place in the word.

    Args:
        imperative: the verb is a command in the source, as its translation will be.
    """
    lower = word.lower()
    if lang in ("es", "gl"):
        return _attached(lower, _SPANISH_LAST, _SPANISH_BEFORE_LAST, _is_spanish_stem)
    if lang == "it":
        return _attached(
            lower,
            _ITALIAN_LAST,
            _ITALIAN_BEFORE_LAST,
            lambda stem: bool(_ITALIAN_STEM.fullmatch(stem)) or (imperative and stem[-1] in "aei"),
        )
    return []


def hyphenated(word: str, forms: PronounForms) -> list[tuple[str, Offsets]]:
    """The pronouns that hyphens join to a word, each with its place in it."""
    parts = [(m.group(), m.span()) for m in _HYPHENS.finditer(word)]
    if len(parts) < 2:
        return []
    return [(bare(part), place) for part, place in parts if bare(part) in forms.clitics]


def proclitics(
    words: Sequence[str],
    verb: int,
    forms: PronounForms,
    is_verb: Callable[[int], bool],
    taken: Collection[int],
) -> list[int]:
    """The free clitics that lead up to a verb, the nearest first.

    Args:
        is_verb: whether a token is another verb that a clitic may stand before instead.
        taken: tokens that belong to other mentions.
    """
    found = []
    between = 0
    for at in range(verb - 1, -1, -1):
        if bare(words[at]) in forms.clitics and not is_verb(at):
            if at not in taken:
                found.append(at)
        elif is_verb(at) and between < MAX_VERBS_BETWEEN and not found:
            between += 1
        else:
            break
    return found


def _is_spanish_stem(stem: str) -> bool:
    return bool(_SPANISH_STEM.fullmatch(stem) or _ACCENT.search(stem) or stem in _SHORT_IMPERATIVES)


def _attached(
    word: str,
    last: Sequence[str],
    before_last: Sequence[str],
    is_stem: Callable[[str], bool],
) -> list[tuple[str, Offsets]]:
    for second in last:
        stem = word.removesuffix(second)
        if stem == word or len(stem) < 2:
            continue
        for first in before_last:
            shorter = stem.removesuffix(first)
            if shorter != stem and len(shorter) >= 2 and is_stem(shorter):
                a, b = len(shorter), len(stem)
                return [(first, (a, b)), (second, (b, len(word)))]
        if is_stem(stem):
            return [(second, (len(stem), len(word)))]
    return []
