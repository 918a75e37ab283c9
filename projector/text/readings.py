"""How words in Chinese characters are read, so that names can be compared with other scripts.

Japanese words by their kana in fugashi's dictionary (extra ``ja``), spelled as Hepburn does
(``足利`` as ``ashikaga``); Chinese ones by the pinyin of each character. A single character is left
as it is: most are words that sound like something else in English (``他`` is "ta").
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache
from importlib import import_module

import regex
from anyascii import anyascii

from projector.text.languages import base_language

_HAN = regex.compile(r"\p{Han}")
SHORTEST = 2  # characters
_CHINESE = frozenset({"zh", "yue", "wuu", "lzh"})

# Kana by kana a small letter is spelled with a vowel too many (キョ as "kiyo"), long vowels double.
_HEPBURN = [
    (re.compile(r"(sh|ch|j)iy(?=[aou])"), r"\1"),
    (re.compile(r"iy(?=[aou])"), "y"),
    (re.compile(r"ou|oo|oー"), "o"),
    (re.compile(r"uu"), "u"),
]


def reader(lang: str) -> Callable[[str], str] | None:
    """A function from a word to its reading in Latin letters (a word without a reading comes out
    as it is); None for a language without Chinese characters, or where its package is missing."""
    plain = base_language(lang)
    if plain in _CHINESE:
        return _pinyin
    return _japanese_reader() if plain == "ja" else None


@lru_cache(maxsize=100_000)
def _pinyin(word: str) -> str:
    return anyascii(word).lower() if _is_read(word) else word


def _is_read(word: str) -> bool:
    return len(word) >= SHORTEST and _HAN.search(word) is not None


@cache
def _japanese_reader() -> Callable[[str], str] | None:
    try:
        tagger = import_module("fugashi").Tagger()
    except (ImportError, RuntimeError):  # not installed, or without a dictionary
        return None

    @lru_cache(maxsize=100_000)
    def read(word: str) -> str:
        if not _is_read(word):
            return word
        parts = [(found.surface, found.feature.kana) for found in tagger(word)]
        return hepburn("".join(surface if kana in (None, "*") else kana for surface, kana in parts))

    return read


def hepburn(kana: str) -> str:
    """Kana in Latin letters, long vowels written short.

    >>> [hepburn(word) for word in ("トウキョウ", "シャチョウ", "ニッポン")]
    ['tokyo', 'shacho', 'nipon']
    """
    spelled = anyascii(kana.replace("ッ", "").replace("っ", "").replace("ー", "")).lower()
    for kind, plain in _HEPBURN:
        spelled = kind.sub(plain, spelled)
    return spelled
