"""Forms of personal pronouns: which persons each may stand for.

English has the source's mentions. Of the target languages, those are listed whose pronouns lean on
the verb (clitics: "lo trae", "traerlo", "vê-lo", "l'ai"). Persons are written ``1s`` to ``3p``;
polite forms of address count for the second and the third person.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from projector.text.languages import base_language

SUBJECT, OBJECT, EITHER = "subject", "object", "either"

_ENGLISH = {
    SUBJECT: {"1s": "i", "3s": "he she", "1p": "we", "3p": "they"},
    OBJECT: {"1s": "me", "3s": "him her", "1p": "us", "3p": "them"},
    EITHER: {"3s": "it", "2s 2p": "you"},
}
_CLITICS = {
    "es": {
        "1s": "me", "2s": "te", "3s 2s": "lo la le", "1p": "nos", "2p": "os",
        "3p 2p": "los las les", "3s 3p 2s 2p": "se",
    },
    "gl": {
        "1s": "me", "2s": "te che", "3s 2s": "o a lo la lle", "1p": "nos", "2p": "vos",
        "3p 2p": "os as los las lles", "3s 3p 2s 2p": "se",
    },
    "pt": {
        "1s": "me", "2s": "te", "3s 2s": "o a lo la no na lhe", "1p": "nos", "2p": "vos",
        "3p 2p": "os as los las nos nas lhes", "3s 3p 2s 2p": "se",
    },
    "ca": {
        "1s": "em m me", "2s": "et t te", "3s 2s": "el l lo la li ho hi en n ne",
        "1p": "ens ns nos", "2p": "us vos", "3p 2p": "els ls los les", "3s 3p 2s 2p": "es s se",
    },
    "it": {
        "1s": "mi me", "2s": "ti te", "3s 2s": "l lo la le gli glie ne ci", "1p": "ci ce",
        "2p": "vi ve", "3p 2p": "li le gli", "3s 3p 2s 2p": "si se",
    },
    "fr": {
        "1s": "me m moi", "2s": "te t toi", "3s": "l le la lui y en", "1p": "nous", "2s 2p": "vous",
        "3p": "les leur", "3s 3p": "se s",
    },
    "ro": {
        "1s": "mă m mi îmi", "2s": "te ți îți", "3s": "l îl o i îi", "1p": "ne ni", "2p": "vă vi",
        "3p": "i îi le li", "3s 3p": "se s își și",
    },
}  # fmt: skip
_STRONG = {
    "es": {
        "1s": "yo mí conmigo", "2s": "tú ti contigo vos", "2s 3s": "usted", "3s": "él ella ello",
        "1p": "nosotros nosotras", "2p": "vosotros vosotras", "2p 3p": "ustedes",
        "3p": "ellos ellas",
    },
    "gl": {
        "1s": "eu min", "2s": "ti", "2s 3s": "vostede", "3s": "el ela iso", "1p": "nós",
        "2p": "vós", "2p 3p": "vostedes", "3p": "eles elas",
    },
    "pt": {
        "1s": "eu mim", "2s": "tu ti você", "3s": "ele ela isso dele dela nele nela",
        "1p": "nós", "2p": "vós vocês", "3p": "eles elas deles delas",
    },
    "ca": {
        "1s": "jo mi", "2s": "tu", "2s 3s": "vostè", "3s": "ell ella això", "1p": "nosaltres",
        "2p": "vosaltres", "2p 3p": "vostès", "3p": "ells elles",
    },
    "it": {
        "1s": "io", "2s": "tu", "3s 2s": "lei", "3s": "lui egli essa esso ella", "1p": "noi",
        "2p": "voi", "3p": "loro essi esse",
    },
    "fr": {
        "1s": "je j", "2s": "tu", "3s": "il elle on ce c ça cela", "1p": "on",
        "3p": "ils elles eux",
    },
    "ro": {
        "1s": "eu mine", "2s": "tu tine", "3s": "el ea dânsul dânsa", "1p": "noi", "2p": "voi",
        "3p": "ei ele",
    },
}  # fmt: skip
_NEGATIONS = {
    "es": "no", "gl": "non", "pt": "não", "ca": "no", "it": "non", "fr": "ne n pas", "ro": "nu",
}  # fmt: skip
# Languages in which a finite verb needs no subject beside it.
_DROPS_SUBJECTS = frozenset(
    "ar bg ca cs el es eu fa gl he hr hu it ja ko lt lv pl pt ro sk sl sr tr uk zh".split()
)
APOSTROPHES = "'’"


class Pronoun(NamedTuple):
    """An English personal pronoun: the persons that it stands for, and its grammatical role."""

    persons: frozenset[str]
    role: str


@cache
def english() -> dict[str, Pronoun]:
    """The English personal pronouns, in lower case."""
    return {
        form: Pronoun(frozenset(persons.split()), role)
        for role, rows in _ENGLISH.items()
        for persons, forms in rows.items()
        for form in forms.split()
    }


class PronounForms:
    """The pronouns of a target language; `known` is False for a language without lists."""

    def __init__(self, lang: str) -> None:
        base = base_language(lang)
        self.lang = base
        self.known = base in _CLITICS
        self.drops_subjects = base in _DROPS_SUBJECTS
        self.clitics = _by_form(_CLITICS.get(base, {}))
        self.strong = _by_form(_STRONG.get(base, {}))
        self.negations = frozenset(_NEGATIONS.get(base, "").split())

    def persons(self, word: str) -> frozenset[str]:
        """The persons that a word may stand for as a pronoun; none if it is none."""
        form = bare(word)
        return self.clitics.get(form, frozenset()) | self.strong.get(form, frozenset())


@cache
def pronoun_forms(lang: str) -> PronounForms:
    """The pronouns of a language."""
    return PronounForms(lang)


def bare(word: str) -> str:
    """A word in lower case, without the apostrophe of elision."""
    return word.lower().strip(APOSTROPHES)


def _by_form(rows: dict[str, str]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for persons, forms in rows.items():
        for form in forms.split():
            found[form] = found.get(form, frozenset()) | frozenset(persons.split())
    return found
