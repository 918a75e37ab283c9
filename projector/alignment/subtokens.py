"""Sub-tokens: what the statistical aligner sees instead of the words that it was given.

A token such as ``d'aller`` or ``(2009),`` hides several words from a model that counts. For the
aligner alone each token is cut into its runs of letters and of digits, in lower case; a token
without either stays as it is. Chinese, Japanese and Thai characters stand alone, so that it does
not matter how a text was segmented. Links are mapped back to the given tokens afterwards, so this
never touches a document.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

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
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
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
        import snowballstemmer

        if name in snowballstemmer.algorithms():
            stem: Callable[[str], str] = snowballstemmer.stemmer(name).stemWord
            return stem
    return prefix_stem


def prefix_stem(word: str) -> str:
    """The word's beginning: five letters, or all of a word of up to six."""
    return word if len(word) <= 6 else word[:5]


class Splitter:
    """Words of one language as numbers: split into sub-tokens, each reduced to its stem.

    ``forms[k]`` is the stem with number k; number 0 is the empty word. New words get numbers as
    they turn up. A token's split is kept, so a corpus costs one dictionary look-up a token.
    """

    def __init__(self, stem: Callable[[str], str] | None = None) -> None:
        self.forms: list[str] = [""]
        self._stem = stem
        self._number: dict[str, int] = {"": 0}  # of stems
        self._word: dict[str, int] = {}  # of sub-tokens: the number of their stem
        self._tokens: dict[str, tuple[int, ...]] = {}

    def number(self, word: str) -> int:
        """The number of a sub-token's stem, a new one if it is new."""
        stem = self._stem(word) if self._stem else word
        known = self._number.get(stem)
        if known is None:
            known = self._number[stem] = len(self.forms)
            self.forms.append(stem)
        self._word[word] = known
        return known

    def token(self, token: str) -> tuple[int, ...]:
        """The numbers of one token's sub-tokens (never empty)."""
        split = self._tokens.get(token)
        if split is None:
            split = self._tokens[token] = tuple(
                self._word.get(w) or self.number(w) for w in subtokens(token)
            )
        return split

    def words(self, words: Sequence[str]) -> tuple[list[int], list[int]]:
        """Numbers of all sub-tokens of a sentence, and for each the word that it belongs to."""
        numbers: list[int] = []
        owner: list[int] = []
        token = self.token
        for n, word in enumerate(words):
            split = token(word)
            numbers.extend(split)
            owner.extend([n] * len(split))
        return numbers, owner

    def text(self, text: str) -> list[int]:
        """Numbers of the sub-tokens of running text."""
        number, known = self.number, self._word
        return [known.get(w) or number(w) for w in text_subtokens(text)]

    def lookup(self, word: str) -> int:
        """The number of a sub-token's stem, or -1 if nothing like it was seen; learns nothing."""
        known = self._word.get(word)
        if known is None:
            known = self._number.get(self._stem(word) if self._stem else word, -1)
        return known
