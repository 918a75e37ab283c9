"""Forms of finite verbs: whether a word can be a verb of a person, by its ending.

Endings do not make a verb of a word; they rule out words that cannot be one of that person
("encontrado" for "they", "debat" for "they"). Languages without a list rule out nothing.
"""

from __future__ import annotations

import re
from functools import cache

from projector.text.languages import base_language

ANYTHING = ""
# By language: endings of verbs of the first person plural, of the third person plural, and endings
# that the third person singular cannot have; participles, infinitives and gerunds; auxiliaries.
_ENDINGS = {
    "es": ("mos", "n", "mos|n|[^e]s|..s", r"..+(?:r|ndo|[ai]d[oa]s?)"),
    "gl": ("mos", "n", "mos", r"..+(?:r|ndo|[ai]d[oa]s?)"),
    "pt": ("mos", "m|ão", "mos|am|ão", r"..+(?:r|ndo|[ai]d[oa]s?)"),
    "ca": ("m", "n", "m|n", r"..+(?:r|re|nt|[aiu](?:t|da|ts|des))"),
    "it": ("mo", "no", "mo|no", r"..+(?:[aei]re|r|rci|rsi|ndo|[aiu]t[oaie]|tt[oaie])"),
}  # fmt: skip
_AUXILIARIES = {
    "es": "he has ha hemos han había habías habíamos habían habría habrían habrá habrán haya hayan "
    "estoy está estamos están estaba estaban estuvo estuvieron es son fue fueron era eran será "
    "serán puede pueden podía podían podría podrían podemos puedo va van iba iban vamos voy",
    "gl": "é son foi foron era eran será serán está están estaba estaban pode poden vai van",
    "pt": "tem têm temos tinha tinham tínhamos terá terão teria teriam está estão estamos estava "
    "estavam esteja estejam estejamos é são foi foram era eram será serão pode podem vai vão vamos",
    "ca": "he ha hem han havia havien hauria haurien va van vam vaig és són era eren serà seran "
    "està estan estava estaven pot poden podia podien",
    "it": "ho ha abbiamo hanno aveva avevano avevamo avrà avranno avrebbe avrebbero abbia abbiano "
    "è sono siamo era erano sarà saranno sarebbe sarebbero sia siano sta stanno stava stavano "
    "può possono poteva potevano potrebbe potrebbero viene vengono",
}  # fmt: skip


class VerbForms:
    """What a target language's finite verbs look like."""

    def __init__(self, lang: str) -> None:
        base = base_language(lang)
        first, third, never, nonfinite = _ENDINGS.get(base, (ANYTHING,) * 4)
        self._first = re.compile(f".*(?:{first})")
        self._third = re.compile(f".*(?:{third})")
        self._never = re.compile(f".*(?:{never})") if never else None
        self._nonfinite = re.compile(nonfinite) if nonfinite else None
        self._auxiliaries = frozenset(_AUXILIARIES.get(base, "").split())

    def is_auxiliary(self, word: str) -> bool:
        """Whether a lower-cased word is a finite form of an auxiliary."""
        return word in self._auxiliaries

    def agrees(self, word: str, persons: frozenset[str]) -> bool:
        """Whether a lower-cased word may be a finite verb of one of the persons."""
        if word not in self._auxiliaries and self._nonfinite and self._nonfinite.fullmatch(word):
            return False
        if persons == {"1p"}:
            return bool(self._first.fullmatch(word))
        if persons == {"3p"}:
            return bool(self._third.fullmatch(word))
        if persons == {"3s"} and self._never is not None:
            return not self._never.fullmatch(word)
        return True


@cache
def verb_forms(lang: str) -> VerbForms:
    """The verbs of a language."""
    return VerbForms(lang)
