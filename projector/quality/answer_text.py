"""Answers as texts: normalised as SQuAD's and MLQA's evaluation do it, compared by words.

Rajpurkar et al. 2016 (SQuAD): lower case, no punctuation, no articles, single spaces. Lewis et
al. 2020 (MLQA): each language has its own articles, punctuation is Unicode's, and Chinese is cut
into characters. Other languages that write no spaces are treated as Chinese is.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from projector.text.languages import base_language
from projector.text.segmenters import SPACELESS

# MLQA's own: ar de en es hi vi zh. Added here, same idea: the others.
ARTICLES: dict[str, str] = {
    "en": "a an the",
    "es": "un una unos unas el la los las",
    "de": "ein eine einen einem eines einer der die das den dem des",
    "vi": "của là cái chiếc những",
    "fr": "un une des le la les",
    "it": "un uno una il lo la i gli le",
    "pt": "um uma uns umas o a os as",
    "gl": "un unha uns unhas o a os as",
    "ca": "un una uns unes el la els les",
    "nl": "een de het",
    "eo": "la",
}
_ARTICLE = {
    lang: re.compile(rf"\b(?:{'|'.join(words.split())})\b") for lang, words in ARTICLES.items()
}
_ARABIC_ARTICLE = re.compile(r"(?<!\S)ال")
_UNSPACED_LETTER = re.compile(
    r"([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff])"
)


def normalised(text: str, lang: str) -> list[str]:
    """The words of an answer that count.

    Args:
        lang: a language code in any spelling (``es``, ``spa``, ``es-419``).
    """
    base = base_language(lang)
    text = "".join(c for c in text.lower() if not unicodedata.category(c).startswith("P"))
    if base == "ar":
        text = _ARABIC_ARTICLE.sub(" ", text)
    elif base in _ARTICLE:
        text = _ARTICLE[base].sub(" ", text)
    if base in SPACELESS:
        text = _UNSPACED_LETTER.sub(r" \1 ", text)
    return text.split()


def exact_match(predicted: str, gold: str, lang: str) -> float:
    return float(normalised(predicted, lang) == normalised(gold, lang))


def word_f1(predicted: str, gold: str, lang: str) -> float:
    """F1 over the bag of words; without words on a side, 1 if both have none."""
    ours, theirs = normalised(predicted, lang), normalised(gold, lang)
    if not ours or not theirs:
        return float(ours == theirs)
    shared = sum((Counter(ours) & Counter(theirs)).values())
    return 2 * shared / (len(ours) + len(theirs))


def best(predicted: str, golds: Iterable[str], lang: str) -> tuple[float, float]:
    """Exact match and F1 against the gold answer that fits best; no gold answer is ``""``."""
    wanted = list(golds) or [""]
    return (
        max(exact_match(predicted, gold, lang) for gold in wanted),
        max(word_f1(predicted, gold, lang) for gold in wanted),
    )
