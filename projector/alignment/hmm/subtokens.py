"""Sub-tokens: what the statistical aligner sees instead of the words that it was given.

A token such as ``d'aller`` or ``(2009),`` hides several words from a model that counts. For the
aligner alone each token is cut into its runs of letters and of digits, in lower case; a token
without either stays as it is. Chinese, Japanese and Thai characters stand alone, so that it does
not matter how a text was segmented; a splitter for whole words keeps them together. Links are
mapped back to the given tokens afterwards, so this never touches a document.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import chain, repeat
from typing import NamedTuple

import numpy as np
import regex

from projector.alignment.hmm.table import Ints, Longs, bounds
from projector.text.languages import base_language
from projector.text.tokens import tokenize

_NUMBER = r"\p{N}+(?:[.,:٫٬]\p{N}+)*"
_LONE = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_RUN = regex.compile(rf"{_NUMBER}|[{_LONE}]\p{{M}}*|(?:(?![{_LONE}])[\p{{L}}\p{{M}}])+")
_WHOLE_RUN = regex.compile(
    rf"{_NUMBER}|[{_LONE}ー][{_LONE}\p{{M}}ー]*|(?:(?![{_LONE}])[\p{{L}}\p{{M}}])+"
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


def subtokens(token: str, whole_words: bool = False) -> list[str]:
    """The runs of letters and digits of one token, or the token itself if it has none.

    Args:
        whole_words: keep characters of scripts without spaces together.
    """
    run = _WHOLE_RUN if whole_words else _RUN
    return run.findall(token.lower()) or [token]


def text_subtokens(text: str) -> list[str]:
    """The same for running text: what `subtokens` of its tokens would be, marks between words
    included. Used for bitext, where nothing needs the words' offsets."""
    found: list[str] = _TEXT.findall(text.lower())
    return found


def stemmer(lang: str) -> Callable[[str], str]:
    """A function from a lower-case word to its stem.

    Snowball where it knows the language; elsewhere the first five letters of words longer than
    six, which is the plainest way to let inflected forms share their statistics.
    """
    name = STEMMERS.get(base_language(lang))
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
UNSEEN = -(2**31)  # the code of a token that was not met before


class Split(NamedTuple):
    """Sentences as numbers of sub-tokens: those of sentence k are ``numbers[at[k]:at[k + 1]]``,
    and ``owner`` is the word of the sentence that each is part of."""

    numbers: Ints
    at: Longs
    owner: Ints


class Splitter:
    """Words of one language split into sub-tokens, and these as numbers.

    ``forms[k]`` is sub-token k; number 0 is the empty word. New ones get numbers as they turn up.
    A token's code is kept, so a corpus costs one dictionary look-up a token: the number of its
    only sub-token, or -k - 1 if its several are ``_several[k]``.

    Args:
        counts_case: count the tokens as they are written, for `surfaces`.
        words_of: a language without spaces whose words are kept whole; "" for none.
    """

    def __init__(self, counts_case: bool = False, words_of: str = "") -> None:
        self.words_of = words_of
        self.forms: list[str] = [""]
        self._written: Counter[str] | None = Counter() if counts_case else None
        self._number: dict[str, int] = {"": 0}
        self._codes: dict[str, int] = {}
        self._several: list[list[int]] = []

    def number(self, form: str) -> int:
        """The number of a sub-token, a new one if it is new."""
        known = self._number.get(form)
        if known is None:
            known = self._number[form] = len(self.forms)
            self.forms.append(form)
        return known

    def learn(self, sentences: Sequence[Sequence[str]]) -> Split:
        """Tokenised sentences; new sub-tokens get numbers."""
        if self._written is not None:
            self._written.update(chain.from_iterable(sentences))
        return self._split(sentences, self._learn)

    def known(self, sentences: Sequence[Sequence[str]], unknown: list[str]) -> Split:
        """Tokenised sentences, with nothing learnt: an unseen sub-token is appended to
        ``unknown`` and gets the number -k - 1, where k is its place there."""
        return self._split(sentences, partial(self._look, unknown=unknown))

    def texts(self, texts: Iterable[str]) -> Split:
        """Running text, one sentence a piece; new sub-tokens get numbers."""
        if self.words_of:
            return self._as_one_word_each([self._words(text) for text in texts])
        number, known = self.number, self._number
        if self._written is not None:
            texts = list(texts)
            for text in texts:
                self._written.update(_TEXT.findall(text))
        found = [[known.get(form) or number(form) for form in text_subtokens(t)] for t in texts]
        lengths = np.fromiter(map(len, found), np.int64, len(found))
        numbers = np.fromiter(chain.from_iterable(found), np.int32, int(lengths.sum()))
        return Split(numbers, bounds(lengths), _places(lengths))

    def _words(self, text: str) -> list[str]:
        return [text[a:b] for a, b in tokenize(text, self.words_of)]

    def _as_one_word_each(self, sentences: Sequence[Sequence[str]]) -> Split:
        """The sub-tokens of tokenised sentences, each as a word of its own."""
        found = self.learn(sentences)
        return Split(found.numbers, found.at, _places(np.diff(found.at)))

    def surfaces(self) -> tuple[list[str], list[int]]:
        """How each sub-token is mostly written (``paris`` as ``Paris``), and how often it was met;
        of equally frequent spellings the first in code point order."""
        best: dict[str, tuple[int, str]] = {}
        total: Counter[str] = Counter()
        for (form, surface), count in self._spellings().items():
            total[form] += count
            most, chosen = best.get(form, (0, ""))
            if count > most or (count == most and surface < chosen):
                best[form] = count, surface
        return [best.get(f, (0, f))[1] for f in self.forms], [total[f] for f in self.forms]

    def _spellings(self) -> Counter[tuple[str, str]]:
        found: Counter[tuple[str, str]] = Counter()
        for token, count in (self._written or {}).items():
            for run in (_WHOLE_RUN if self.words_of else _RUN).findall(token) or [token]:
                found[run.lower(), run] += count
        return found

    def _split(self, sentences: Sequence[Sequence[str]], read: Callable[[str], list[int]]) -> Split:
        words = list(chain.from_iterable(sentences))
        codes = np.fromiter(map(self._codes.get, words, repeat(UNSEEN)), np.int32, len(words))
        each = np.ones(len(words), np.int64)
        odd = np.flatnonzero(codes < 0)
        splits = [
            read(words[n]) if code == UNSEEN else self._several[-code - 1]
            for n, code in zip(odd.tolist(), codes[odd].tolist(), strict=True)
        ]
        each[odd] = list(map(len, splits))
        numbers = np.repeat(codes, each)
        numbers[numbers < 0] = list(chain.from_iterable(splits))
        lengths = np.fromiter(map(len, sentences), np.int64, len(sentences))
        at = bounds(each)[bounds(lengths)]
        return Split(numbers, at, np.repeat(_places(lengths), each))

    def _learn(self, word: str) -> list[int]:
        code = self._codes.get(word)  # learnt since: it stands twice in what is read at a time
        if code is not None:
            return [code] if code >= 0 else self._several[-code - 1]
        return self._kept(
            word, [self.number(form) for form in subtokens(word, bool(self.words_of))]
        )

    def _look(self, word: str, unknown: list[str]) -> list[int]:
        split = []
        for form in subtokens(word, bool(self.words_of)):
            number = self._number.get(form)
            if number is None:
                unknown.append(form)
                number = -len(unknown)
            split.append(number)
        return self._kept(word, split) if min(split) >= 0 and len(self._codes) < KEPT else split

    def _kept(self, word: str, split: list[int]) -> list[int]:
        if len(split) == 1:
            self._codes[word] = split[0]
        else:
            self._several.append(split)
            self._codes[word] = -len(self._several)
        return split


def _places(lengths: Longs) -> Ints:
    """0, 1, ... for each of the lists."""
    at = bounds(lengths)
    return (np.arange(at[-1]) - np.repeat(at[:-1], lengths)).astype(np.int32)
