"""Closed word classes: which words are determiners, adpositions and conjunctions, and the kinds of
punctuation.

For the source the lists are what there is; for the target they are only a prior to what the
corpus's links say (`learning`). Articles, demonstratives and possessives count as determiners: all
three stand where a noun phrase begins.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from functools import cache, lru_cache

from projector.text.languages import base_language


class WordClass(IntEnum):
    """Classes that conventions are learnt for; `NONE` is every other word."""

    DETERMINER = 0
    ADPOSITION = 1
    CONJUNCTION = 2
    SENTENCE_END = 3  # . ? !
    COMMA = 4  # , ; : and dashes
    OPENING = 5  # brackets and quotation marks, by what they do where they are told apart
    CLOSING = 6
    NONE = 7


CLASSES = len(WordClass) - 1  # without `NONE`

_DETERMINERS = {
    "en": "the a an this these those my your his her its our their such",
    "es": "el la los las lo un una unos unas este esta estos estas ese esa esos esas aquel aquella "
    "aquellos aquellas dicho dicha dichos dichas mi mis tu tus su sus nuestro nuestra nuestros "
    "nuestras vuestro vuestra al del",
    "fr": "le la les l' l’ un une des du au aux ce cet cette ces mon ma mes ton ta tes son sa ses "
    "notre nos votre vos leur leurs",
    "de": "der die das den dem des ein eine einen einem einer eines dieser diese dieses diesen "
    "diesem mein meine meinen meinem meiner sein seine seinen seinem seiner ihr ihre ihren ihrem "
    "ihrer unser unsere unseren unserem unserer am beim im vom zum zur",
    "it": "il lo la i gli le l' l’ un uno una un' un’ questo questa questi queste quel quella quei "
    "quelle mio mia tuo tua suo sua nostro nostra loro del dello della dei degli delle dell' al "
    "allo alla ai agli alle all' dal dallo dalla dai dagli dalle nel nello nella nei negli nelle "
    "nell' sul sulla sui sulle",
    "pt": "o a os as um uma uns umas este esta estes estas esse essa esses essas aquele aquela meu "
    "minha seu sua seus suas nosso nossa do da dos das no na nos nas ao aos à às pelo pela",
    "ca": "el la els les l' l’ un una uns unes aquest aquesta aquests aquestes del dels al als",
    "ro": "un o unui unei acest această acești aceste",
    "nl": "de het een deze dit die dat mijn jouw zijn haar ons onze hun",
    "sv": "en ett den det de denna detta dessa min mitt mina din hans hennes sin sitt sina vår",
    "da": "en et den det de denne dette disse min mit mine din hans hendes sin sit sine vores",
    "nb": "en ei et den det de denne dette disse min mitt mine din hans hennes sin sitt sine vår",
}
_ADPOSITIONS = {
    "en": "of in on at by for from to with without into onto over under after before during "
    "between among against through about within upon towards toward across than via per like "
    "near until since",
    "es": "a de en con por para sin sobre entre desde hasta hacia según durante contra tras ante "
    "al del mediante",
    "fr": "à de d' d’ en dans par pour avec sans sur sous entre vers chez depuis pendant contre "
    "du des au aux",
    "de": "in an auf mit von zu bei nach aus für über unter durch gegen ohne um vor zwischen seit "
    "während am beim im vom zum zur",
    "it": "a di d' d’ in con per da su tra fra senza contro dopo durante del dello della dei "
    "degli delle dell' al allo alla ai agli alle all' dal dalla dai dalle nel nella nei nelle sul "
    "sulla",
    "pt": "a de em com por para sem sobre entre desde até contra durante do da dos das no na nos "
    "nas ao aos à às pelo pela",
    "ca": "a de d' d’ en amb per sense sobre entre del dels al als",
    "ro": "de la în din cu pe pentru fără despre între până",
    "nl": "van in op met voor aan bij door uit over naar om tot zonder tegen onder tussen",
    "sv": "av i på med för till från om vid efter under över mellan utan mot genom",
    "da": "af i på med for til fra om ved efter under over mellem uden mod gennem",
    "nb": "av i på med for til fra om ved etter under over mellom uten mot gjennom",
}
_CONJUNCTIONS = {
    "en": "and or but nor that because although though while whereas if when whether unless "
    "however as so therefore thus",
    "es": "y e o u pero sino ni que porque aunque mientras si cuando como pues",
    "fr": "et ou mais ni que qu' qu’ parce quand si comme lorsque car donc",
    "de": "und oder aber sondern dass daß weil obwohl während wenn als ob denn",
    "it": "e ed o ma né che perché sebbene mentre se quando come",
    "pt": "e ou mas nem que porque embora enquanto se quando como",
    "ca": "i o però ni que perquè encara mentre si quan com",
    "ro": "și sau dar nici că deși dacă când",
    "nl": "en of maar dat omdat hoewel terwijl als wanneer want",
    "sv": "och eller men att eftersom medan om när",
    "da": "og eller men at fordi mens hvis når",
    "nb": "og eller men at fordi mens hvis når",
}
_LISTS = (
    (WordClass.DETERMINER, _DETERMINERS),
    (WordClass.ADPOSITION, _ADPOSITIONS),
    (WordClass.CONJUNCTION, _CONJUNCTIONS),
)
_PUNCTUATION = {
    WordClass.SENTENCE_END: ".?!…。？！।؟",
    WordClass.COMMA: ",;:-–—、，；：،",
    WordClass.OPENING: "([{“„«‹¿¡「『《〈（【",
    WordClass.CLOSING: ")]}”»›」』》〉）】\"'",
}
_BY_MARK = {mark: kind for kind, marks in _PUNCTUATION.items() for mark in marks}


@cache
def listed(lang: str) -> Mapping[str, tuple[WordClass, ...]]:
    """The classes of a language's listed words: two for a preposition that holds its article."""
    found: dict[str, tuple[WordClass, ...]] = {}
    for kind, words in _LISTS:
        for word in words.get(base_language(lang), "").split():
            found[word] = (*found.get(word, ()), kind)
    return found


@lru_cache(maxsize=100_000)
def mark_class(char: str) -> WordClass:
    """The class of a punctuation mark; `NONE` for every other character and for none."""
    return _BY_MARK.get(char, WordClass.NONE)


@lru_cache(maxsize=300_000)
def source_class(word: str, lang: str) -> WordClass:
    """The class of a source word: the first that its language lists, or that of its last mark if
    it holds no letter or digit."""
    kinds = listed(lang).get(word.lower())
    if kinds:
        return kinds[0]
    return WordClass.NONE if any(map(str.isalnum, word)) else mark_class(word[-1:])
