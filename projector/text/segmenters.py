"""Words of scripts that write no spaces between them.

A real segmenter where the user has installed one (jieba for Chinese, fugashi for Japanese,
PyThaiNLP for Thai); otherwise one grapheme cluster a token, with runs of Latin letters, digits
and the like kept together. Links are as good by characters (the statistical aligner works by them
either way), but spans end where words end only if the words are known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec

import regex

from projector.records import Offsets
from projector.runtime import cache_folder

# Chinese, Cantonese, Japanese, Thai, Lao, Khmer, Burmese, Tibetan
SPACELESS = frozenset({"zh", "yue", "wuu", "lzh", "ja", "th", "lo", "km", "my", "bo"})

_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}ー"
_PIECE = regex.compile(
    rf"(?V1)[[\p{{L}}\p{{N}}]--[{_UNSPACED}]][[\p{{L}}\p{{N}}\p{{M}}]--[{_UNSPACED}]]*"
    rf"(?:[.,:'’\-_/@][[\p{{L}}\p{{N}}\p{{M}}]--[{_UNSPACED}]]+)*"
    r"|\s+|\X"
)
_HELD = regex.compile(rf"(?V1)[[\p{{L}}\p{{N}}]--[{_UNSPACED}]]")
_NAME = regex.compile(r"(?<=\p{Han})[·•‧・](?=\p{Han})")
_CLUSTER = regex.compile(r"\X")

Segmenter = Callable[[str], Iterable[str]]


def segment(text: str, lang: str) -> list[Offsets]:
    """Offsets of the words of a text in a language of `SPACELESS`."""
    segmenter = installed(lang)
    return _by_segmenter(text, segmenter) if segmenter else _by_character(text)


def _by_character(text: str) -> list[Offsets]:
    return [m.span() for m in _PIECE.finditer(text) if not m.group().isspace()]


def _by_segmenter(text: str, segmenter: Segmenter) -> list[Offsets]:
    """The segmenter cuts what is written without spaces; Latin words and numbers between are
    kept together as `_by_character` has them ("16,000", "MPEG-4")."""
    found: list[Offsets] = []
    start = end = 0  # the stretch without spaces before the next other word
    for a, b in _by_character(text):
        if _HELD.match(text, a):
            found += _cut(text, start, end, segmenter)
            found.append((a, b))
            start = end = b
        else:
            end = b
    return [*found, *_cut(text, start, end, segmenter)]


def _cut(text: str, start: int, end: int, segmenter: Segmenter) -> Iterator[Offsets]:
    """The segmenter's words found again in a stretch; what it swallowed is cut by characters, and
    no grapheme cluster is cut."""
    part = text[start:end]
    found: list[Offsets] = []
    at = 0
    for word in segmenter(part) if part.strip() else ():
        word = word.strip()
        place = part.find(word, at) if word else -1
        if place < 0:
            continue
        found += _moved(_by_character(part[at:place]), at)
        at = place + len(word)
        found.append((place, at))
    found += _moved(_by_character(part[at:]), at)
    edges = {m.end() for m in _CLUSTER.finditer(part)} if len(found) > 1 else set()
    # The parts of a foreign name are written together, with a dot: one word, as treebanks have it.
    edges -= {edge for m in _NAME.finditer(part) for edge in (m.start(), m.end())}
    joined = found[:1]
    for a, b in found[1:]:
        if a in edges or a > joined[-1][1]:
            joined.append((a, b))
        else:
            joined[-1] = (joined[-1][0], b)
    return _moved(joined, start)


def _moved(tokens: Iterable[Offsets], by: int) -> Iterator[Offsets]:
    return ((a + by, b + by) for a, b in tokens)


_PACKAGES = {"zh": "jieba", "yue": "jieba", "ja": "fugashi", "th": "pythainlp"}


def missing_segmenter(lang: str) -> str:
    """The package that would find a language's words and is not here, "" if there is none."""
    package = _PACKAGES.get(lang, "")
    return package if package and find_spec(package) is None else ""


@cache
def installed(lang: str) -> Segmenter | None:
    """The segmenter of a language, if its package is here."""
    try:
        if lang in ("zh", "yue", "wuu", "lzh"):
            jieba = import_module("jieba")

            jieba.setLogLevel("ERROR")
            # It keeps its dictionary as marshalled Python; in /tmp others could put theirs there.
            jieba.dt.tmp_dir = str(cache_folder("jieba"))
            cut_words: Segmenter = jieba.cut
            return cut_words
        if lang == "ja":
            tagger = import_module("fugashi").Tagger()
            return lambda text: [word.surface for word in tagger(text)]
        if lang == "th":
            cut = import_module("pythainlp.tokenize").word_tokenize
            return lambda text: cut(text, keep_whitespace=False)
    except (ImportError, RuntimeError):  # not installed, or fugashi without a dictionary
        return None
    return None
