"""Where spaces stand between given words, as in running text: ``call .`` is ``call.``

Data sets of token lists have lost the spacing; what translates text was trained on text. Moses'
detokeniser (Koehn et al., ACL 2007), through ``sacremoses``, says where no space belongs. The words
themselves are never changed: their offsets in the text are known, whatever the spacing.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any

from projector.text.languages import base_language
from projector.text.segmenters import SPACELESS

# Quotation marks that Moses does not know: the Penn Treebank's, and those of other languages.
OPENING, CLOSING = frozenset({"``", "„", "«", "“", "‘"}), frozenset({"''", "»", "”", "n't", "N'T"})
SPACED_GUILLEMETS = frozenset({"fr"})


def spaces_after(words: Sequence[str], lang: str) -> list[bool]:
    """For each word, whether a space follows it; the last word's is False.

    Args:
        words: without white space inside.
        lang: their language (``en``, ``eng``, ``en-GB``); with "" what holds of most languages.
    """
    lang = base_language(lang)
    if len(words) < 2:
        return [False] * len(words)
    if lang in SPACELESS:
        return [_both_latin(a, b) for a, b in pairwise(words)] + [False]
    spaces = _moses(words, lang)
    for n, (word, after) in enumerate(pairwise(words)):
        guillemet = word == "«" or after == "»"
        if guillemet and lang in SPACED_GUILLEMETS:
            continue
        if word in OPENING or after in CLOSING:
            spaces[n] = False
    return spaces


def _both_latin(word: str, after: str) -> bool:
    """In text without spaces, words of another script still have one between them."""
    return (
        word[-1:].isascii() and after[:1].isascii() and word[-1:].isalnum() and after[:1].isalnum()
    )


def _moses(words: Sequence[str], lang: str) -> list[bool]:
    """Spaces as Moses' detokeniser leaves them; everywhere, if it changes a word."""
    text: str = _detokeniser(lang).detokenize(list(words), unescape=False)
    spaces: list[bool] = []
    at = 0
    for word in words:
        at += len(text) > at and text[at] == " "
        if not text.startswith(word, at):
            return [True] * (len(words) - 1) + [False]
        at += len(word)
        spaces.append(text[at : at + 1] == " ")
    return spaces


@cache
def _detokeniser(lang: str) -> Any:
    from sacremoses import MosesDetokenizer

    return MosesDetokenizer(lang or "xx")
