"""Small words of the languages that Apertium writes: what it inserts, drops and contracts.

A rule-based engine tells which source unit a word came from, but the article that it adds to a
noun carries the noun's number, and a contraction that of preposition and article together. These
lists tell such words from the ones that carry a name.
"""

from __future__ import annotations

from functools import cache, lru_cache

from msgspec import Struct


class FunctionWords(Struct, frozen=True):
    """Word forms in lower case.

    ``contractions`` are preposition and article in one; ``auxiliaries`` are words that carry a
    unit's number while the word that carries its meaning follows untagged (Catalan "va dir",
    Spanish "más largo", "se preocupa").
    """

    articles: frozenset[str]
    prepositions: frozenset[str]
    contractions: frozenset[str]
    auxiliaries: frozenset[str]
    others: frozenset[str]

    def kind(self, word: str) -> str:
        """``article``, ``preposition``, ``contraction``, ``other``, ``mark`` or ``content``."""
        return _kind(self, word)


@lru_cache(maxsize=100_000)
def _kind(small: FunctionWords, word: str) -> str:
    word = word.lower().replace("’", "'")
    if word in small.contractions:
        return "contraction"
    if word in small.articles:
        return "article"
    if word in small.prepositions:
        return "preposition"
    if word in small.others or word in small.auxiliaries:
        return "other"
    return "content" if any(c.isalnum() for c in word) else "mark"


# language: articles, prepositions, contractions, auxiliaries, others
_WORDS: dict[str, tuple[str, str, str, str, str]] = {
    "es": (
        "el la los las lo un una unos unas",
        "de a en con por para sin sobre entre desde hasta acerca que",
        "del al",
        "más menos tan me te se nos os",
        "me te se le les nos os lo y e o u su sus mi tu no ha he han está están es son era fue",
    ),
    "ca": (
        "el la els les lo l' un una uns unes en na",
        "de d' a en amb per sense sobre entre des fins que",
        "del dels al als pel pels cal cals",
        "va van vaig vas vam vau vàrem més menys tan em et es s' ens us",
        "em et es se s' m' t' li ens us i o no ha he han és són està que hi ho n'",
    ),
    "gl": (
        "o a os as un unha uns unhas",
        "de a en con por para sen sobre entre desde ata que",
        "do da dos das dun dunha ao á aos ás no na nos nas nun nunha polo pola polos polas co "
        "coa cos coas",
        "máis menos tan",
        "me te se lle lles nos vos e ou non é son está",
    ),
    "eo": (
        "la",
        "de al en kun por sen sur inter ĝis je da el pri per po ke",
        "",
        "pli plej estas estis estos estus",
        "kaj aŭ ne ĉu mi vi li ŝi ĝi ni ili si",
    ),
    "pt": (
        "o a os as um uma uns umas",
        "de a em com por para sem sobre entre desde até que",
        "do da dos das dum duma ao à aos às no na nos nas num numa pelo pela pelos pelas",
        "mais menos tão",
        "me te se lhe lhes nos vos e ou não é são está",
    ),
    "it": (
        "il lo la i gli le l' un uno una un'",
        "di d' a in con per senza su tra fra da che",
        "del dello della dei degli delle dell' al allo alla ai agli alle all' nel nello nella "
        "nei negli nelle nell' sul sullo sulla sui sugli sulle sull' dal dallo dalla dai "
        "dagli dalle dall'",
        "più meno",
        "mi ti si ci vi lo e ed o non è sono ha",
    ),
    "fr": (
        "le la les l' un une des",
        "de d' à en avec par pour sans sur entre dès que qu'",
        "du des au aux",
        "plus moins si est a ont ai",
        "me te se nous vous lui leur et ou ne n' pas c' s' j' m' t'",
    ),
    "en": (
        "the a an",
        "of to in on at by for with from about that",
        "",
        "more most will would have has had is are was were been being do does did to",
        "it he she they we you i and or not",
    ),
}


@cache
def function_words(lang: str) -> FunctionWords:
    """The lists of a language; empty ones if it has none here."""
    lists = _WORDS.get(lang, ("", "", "", "", ""))
    return FunctionWords(*(frozenset(words.split()) for words in lists))
