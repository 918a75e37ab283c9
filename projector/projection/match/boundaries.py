"""From chosen target tokens to offsets into the target text.

The unit is the token. Where the record works with characters (its own spans cut the source's
tokens), a token may be cut: punctuation that the source span does not have at that edge is left
out, and so is the rest of a hyphenated word.
"""

from __future__ import annotations

import re
import unicodedata

import numpy as np
from numpy.typing import NDArray

from projector.projection.match.strings import edit_similarity
from projector.projection.words import facts
from projector.records import Offsets, Pair

_RUN = re.compile(r"[^\W_]+")
SAME_WORD = 0.8  # spelling similarity from which a part of a word is taken for the span


def target_offsets(pair: Pair, part: Offsets, first: int, end: int, inside: bool) -> Offsets:
    """Offsets into the target's text.

    Args:
        part: the stretch of the source text that it stands for.
        first, end: the chosen target tokens.
        inside: whether tokens may be cut.
    """
    tokens = pair.target.tokens or []
    start, stop = tokens[first][0], tokens[end - 1][1]
    if not inside:
        return start, stop
    source, text = pair.source.text[part[0] : part[1]], pair.target.text
    if source[:1].isalnum():
        while start < stop - 1 and not text[start].isalnum():
            start += 1
    if source[-1:].isalnum():
        while stop > start + 1 and not _in_word(text[stop - 1]):
            stop -= 1
    if end - first == 1 and _cuts_token(pair, part):
        return _similar_part(source, text, start, stop)
    return start, stop


def _in_word(letter: str) -> bool:
    """A letter or digit, or a combining mark, which belongs to the letter before."""
    return letter.isalnum() or unicodedata.category(letter).startswith("M")


def _cuts_token(pair: Pair, part: Offsets) -> bool:
    """Whether the source span begins or ends between two letters or at a hyphen inside a token."""
    text = pair.source.text
    for a, b in pair.source.tokens or ():
        if a < part[1] and part[0] < b:
            before = text[a : part[0]]
            after = text[part[1] : b]
            if any(map(str.isalnum, before + after)):
                return True
    return False


def _similar_part(source: str, text: str, start: int, stop: int) -> Offsets:
    """The run of letters in ``text[start:stop]`` that is spelled most like the source, if any is
    alike; otherwise all of it."""
    wanted = facts(source).spelling
    best, found = SAME_WORD, (start, stop)
    runs = [(m.start() + start, m.end() + start) for m in _RUN.finditer(text[start:stop])]
    for n, (a, _) in enumerate(runs):
        for _, b in runs[n:]:
            spelled = facts(text[a:b]).spelling
            value = _similarity(wanted, spelled)
            if value > best:
                best, found = value, (a, b)
    return found


def _similarity(a: str, b: str) -> float:
    return edit_similarity(_code_points(a), _code_points(b)) if a and b else 0.0


def _code_points(word: str) -> NDArray[np.int32]:
    return np.frombuffer(word.encode("utf-32-le"), np.uint32).astype(np.int32)
