"""Sub-tokens: what the statistical aligner sees instead of the words that it was given.

A token such as ``d'aller`` or ``(2009),`` hides several words from a model that counts. For the
aligner alone each token is cut into its runs of letters and of digits, in lower case; a token
without either stays as it is. Chinese, Japanese and Thai characters stand alone, so that it does
not matter how a text was segmented. Links are mapped back to the given tokens afterwards, so this
never touches a document.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain

import regex

_LONE = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_RUN = regex.compile(
    rf"\p{{N}}+(?:[.,:٫٬]\p{{N}}+)*|[{_LONE}]\p{{M}}*|(?:(?![{_LONE}])[\p{{L}}\p{{M}}])+"
)
# In running text a punctuation mark inside a word (d'un, vice-president, U.S) is no token.
_TEXT = regex.compile(
    _RUN.pattern + r"|(?!(?<=[\p{L}\p{N}])['’‐‑–.·_-](?=[\p{L}\p{N}]))[^\s\p{L}\p{N}\p{M}]"
)

STEMMERS = {
    "ar": "arabic",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "eo": "esperanto",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fa": "persian",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "nb": "norwegian",
    "ne": "nepali",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}


def subtokens(token: str) -> list[str]:
    """The runs of letters and digits of one token, or the token itself if it has none."""
    return _RUN.findall(token.lower()) or [token]


def text_subtokens(text: str) -> list[str]:
    """The same for running text: what `subtokens` of its tokens would be, marks between words
    included. Used for bitext, where nobody needs the words' offsets."""
    return _TEXT.findall(text.lower())


def stemmer(lang: str) -> Callable[[str], str]:
    """A function from a lower-case word to its stem.

    Snowball where it knows the language; elsewhere the first five letters of words longer than
    six, which is the plainest way to let inflected forms share their statistics.
    """
    name = STEMMERS.get(lang.partition("-")[0].lower())
    if name is not None:
        import Stemmer

        if name in Stemmer.algorithms():
            stem: Callable[[str], str] = Stemmer.Stemmer(name).stemWord
            return stem
    return prefix_stem


def prefix_stem(word: str) -> str:
    """The word's beginning: five letters, or all of a word of up to six."""
    return word if len(word) <= 6 else word[:5]


KEPT = 300_000  # tokens whose splits are kept when nothing is learnt


class Splitter:
    """Words of one language split into sub-tokens, and these as numbers.

    ``forms[k]`` is sub-token k; number 0 is the empty word. New ones get numbers as they turn up.
    A token's split is kept, so a corpus costs one dictionary look-up a token.
    """

    def __init__(self) -> None:
        self.forms: list[str] = [""]
        self._number: dict[str, int] = {"": 0}
        self._tokens: dict[str, tuple[int, ...]] = {}

    def number(self, form: str) -> int:
        """The number of a sub-token, a new one if it is new."""
        known = self._number.get(form)
        if known is None:
            known = self._number[form] = len(self.forms)
            self.forms.append(form)
        return known

    def words(self, words: Sequence[str]) -> list[int]:
        """Numbers of all sub-tokens of a sentence."""
        get, learn = self._tokens.get, self._learn
        return list(chain.from_iterable([get(word) or learn(word) for word in words]))

    def _learn(self, word: str) -> tuple[int, ...]:
        split = self._tokens[word] = tuple(self.number(form) for form in subtokens(word))
        return split

    def text(self, text: str) -> list[int]:
        """Numbers of the sub-tokens of running text."""
        number, known = self.number, self._number
        return [known.get(form) or number(form) for form in text_subtokens(text)]

    def known(self, words: Sequence[str], unknown: list[str]) -> tuple[list[int], list[int]]:
        """Numbers of a sentence's sub-tokens, and how many of them each word has.

        Nothing is learnt: an unseen sub-token is appended to ``unknown`` and gets the number
        -k - 1, where k is its place there.
        """
        get, unseen = self._tokens.get, self._unseen
        splits: list[Sequence[int]] = [get(word) or unseen(word, unknown) for word in words]
        return list(chain.from_iterable(splits)), list(map(len, splits))

    def _unseen(self, word: str, unknown: list[str]) -> Sequence[int]:
        split = []
        for form in subtokens(word):
            number = self._number.get(form)
            if number is None:
                unknown.append(form)
                number = -len(unknown)
            split.append(number)
        if min(split) >= 0 and len(self._tokens) < KEPT:
            self._tokens[word] = tuple(split)
        return split
