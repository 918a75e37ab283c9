"""Words of any script as strings of rough sounds, for finding names in transliterations.

`transliteration` compares two spellings letter by letter. That is too strict where a name was
spelled anew by its sound: ``Shakespeare``, ``シェイクスピア``, ``莎士比亚``. Here each sound is one
letter, and `likenesses` says how alike any two are: ``l`` and ``r`` are nearly one sound in much of
Asia, and vowels hardly count.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
import regex
from anyascii import anyascii
from numpy.typing import NDArray

from projector.text.languages import base_language
from projector.text.readings import hepburn, reader
from projector.text.transliteration import fold

VOWELS = "aeiou"
SOUNDS = VOWELS + "pbfvwmtdnszSCTkghlr"  # S as in she, C as in church or June, T as in tsar
_NUMBER = {sound: n for n, sound in enumerate(SOUNDS)}
WALL = -1  # a sign that is no part of a name

# How alike two sounds are: at most 1, below 0 where one is never spelled for the other.
_ALIKE = {
    0.8: "pb td kg fv sz lr", 0.7: "wv Ss Ts Tz", 0.6: "bv SC CT Cz", 0.5: "pf Sz Cg Cs fw",
    0.4: "fh mn Tt Ct Cd Ck hk uw", 0.3: "st ln hw ei ou ao ae", 0.2: "iC",
}  # fmt: skip
_VOWEL, _VOWELS_DIFFER, _VOWEL_AND_CONSONANT, _CONSONANTS_DIFFER = 0.4, 0.1, -0.5, -0.6
_WEAK = "rlh"  # consonants that many scripts leave out
_LEFT_OUT = {"vowel": 0.12, "weak": 0.3, "other": 0.5}

_SPELLED = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("tsch|tch|tzsch|cz|ch|zh|j|dj|dz", "C"), ("sch|sh", "S"), ("ph", "f"), ("ts|tz", "T"),
        ("ck|c(?![eiy])|q", "k"), ("x", "ks"), ("ngg?(?![aeiou])", "n"), ("y", "i"), ("c", "s"),
        ("([bdgkt])h", r"\1"), (r"([^aeiou])\1+", r"\1"),
    )
]  # fmt: skip
_PINYIN = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("zh|ch|[jq]", "C"), ("sh|x", "S"), ("[zc]", "T"), ("ng", "n"), ("y", "i"),
    )
]  # fmt: skip
_NO_SOUND = re.compile(f"[^{SOUNDS}]")
_SILENT = frozenset("・·‧•")  # between the parts of a name
_HAN = regex.compile(r"\p{Han}")
_HIRAGANA = regex.compile(r"\p{Hiragana}")  # of grammar, hardly of names
_KATAKANA = regex.compile(r"\p{Katakana}")
_OTHER = regex.compile(r"[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}]")


class Likenesses(NamedTuple):
    """How alike any two sounds are, and what it costs to leave one out; by number."""

    alike: NDArray[np.float32]
    left_out: NDArray[np.float32]


@cache
def likenesses() -> Likenesses:
    """Those of `SOUNDS`."""
    alike = np.full((len(SOUNDS), len(SOUNDS)), _CONSONANTS_DIFFER, np.float32)
    vowels = [_NUMBER[sound] for sound in VOWELS]
    alike[vowels] = alike[:, vowels] = _VOWEL_AND_CONSONANT
    alike[np.ix_(vowels, vowels)] = _VOWELS_DIFFER
    for value, pairs in _ALIKE.items():
        for pair in pairs.split():
            a, b = numbers(pair)
            alike[a, b] = alike[b, a] = value
    np.fill_diagonal(alike, 1)
    alike[vowels, vowels] = _VOWEL
    kinds = ("vowel" if s in VOWELS else "weak" if s in _WEAK else "other" for s in SOUNDS)
    return Likenesses(alike, np.array([_LEFT_OUT[kind] for kind in kinds], np.float32))


def numbers(sounds: str) -> list[int]:
    """Sounds by their place in `SOUNDS`."""
    return [_NUMBER[sound] for sound in sounds]


@lru_cache(maxsize=200_000)
def phones(word: str) -> str:
    """The sounds of a word by its letters.

    >>> phones("Shakespeare"), phones("Churchill")
    ('Sakespeare', 'CurCil')
    """
    return _by(fold(word), _SPELLED)


def unspaced_phones(piece: str, lang: str) -> list[int]:
    """The numbers of the sounds of a piece in a script without spaces, of a character or of a
    word; empty for what is silent, `WALL` for Latin letters, marks and what cannot be read."""
    if piece in _SILENT:
        return []
    if _HIRAGANA.search(piece):
        return [WALL]
    if _HAN.search(piece):
        if base_language(lang) != "ja":
            return [number for character in piece for number in _pinyin_numbers(character)]
        read = reader(lang)
        spelled = read(piece) if read else piece
        return [WALL] if _HAN.search(spelled) else numbers(phones(spelled))
    if piece == "ー" or _KATAKANA.search(piece):
        return numbers(phones(hepburn(piece)))
    return numbers(phones(piece)) if _OTHER.search(piece) else [WALL]


@lru_cache(maxsize=20_000)
def _pinyin_numbers(character: str) -> list[int]:
    return numbers(_by(anyascii(character).lower(), _PINYIN))


def _by(text: str, rules: list[tuple[re.Pattern[str], str]]) -> str:
    for pattern, sound in rules:
        text = pattern.sub(sound, text)
    return _NO_SOUND.sub("", text)
