"""Words of scripts that write no spaces between them.

A real segmenter where the user has installed one (jieba for Chinese, fugashi for Japanese,
PyThaiNLP for Thai); otherwise one grapheme cluster a token, with runs of Latin letters, digits
and the like kept together. Aligners do well on characters, so nothing is lost without one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module

import regex

from projector.records import Offsets

# Chinese, Cantonese, Japanese, Thai, Lao, Khmer, Burmese, Tibetan
SPACELESS = frozenset({"zh", "yue", "wuu", "lzh", "ja", "th", "lo", "km", "my", "bo"})

_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}ー"
_PIECE = regex.compile(
    rf"(?V1)[[\p{{L}}\p{{N}}]--[{_UNSPACED}]][[\p{{L}}\p{{N}}\p{{M}}]--[{_UNSPACED}]]*"
    rf"(?:[.,:'’\-_/@][[\p{{L}}\p{{N}}\p{{M}}]--[{_UNSPACED}]]+)*"
    r"|\s+|\X"
)
_CLUSTER = regex.compile(r"\X")

Segmenter = Callable[[str], Iterable[str]]


def segment(text: str, lang: str) -> list[Offsets]:
    """Offsets of the words of a text in a language of `SPACELESS`."""
    segmenter = installed(lang)
    return _by_segmenter(text, segmenter) if segmenter else _by_character(text)


def _by_character(text: str) -> list[Offsets]:
    return [m.span() for m in _PIECE.finditer(text) if not m.group().isspace()]


def _by_segmenter(text: str, segmenter: Segmenter) -> list[Offsets]:
    """The segmenter's words found again in the text; what it swallowed is cut by characters."""
    found: list[Offsets] = []
    at = 0
    for word in segmenter(text):
        word = word.strip()
        start = text.find(word, at) if word else -1
        if start < 0:
            continue
        found += _shifted(text[at:start], at)
        at = start + len(word)
        found.append((start, at))
    found += _shifted(text[at:], at)
    if len(found) < 2 or text.isascii():
        return found
    edges = {m.end() for m in _CLUSTER.finditer(text)}
    joined = [found[0]]
    for a, b in found[1:]:
        if a in edges or a > joined[-1][1]:
            joined.append((a, b))
        else:
            joined[-1] = (joined[-1][0], b)
    return joined


def _shifted(gap: str, by: int) -> list[Offsets]:
    return [(a + by, b + by) for a, b in _by_character(gap)]


@cache
def installed(lang: str) -> Segmenter | None:
    """The segmenter of a language, if its package is here."""
    try:
        if lang in ("zh", "yue", "wuu", "lzh"):
            jieba = import_module("jieba")

            jieba.setLogLevel("ERROR")
            return jieba.cut
        if lang == "ja":
            tagger = import_module("fugashi").Tagger()
            return lambda text: [word.surface for word in tagger(text)]
        if lang == "th":
            cut = import_module("pythainlp.tokenize").word_tokenize
            return lambda text: cut(text, keep_whitespace=False)
    except (ImportError, RuntimeError):  # not installed, or fugashi without a dictionary
        return None
    return None
