"""From chosen target tokens to a stretch of the target text.

The unit is the token. Where the record works with characters (its own spans cut the source's
tokens), a token may be cut: punctuation that the source span does not have at that edge is left
out, and so is the rest of a hyphenated word.
"""

from __future__ import annotations

import re
import unicodedata

from projector.projection.words import facts
from projector.records import Offsets, Pair

_RUN = re.compile(r"[^\W_]+")
ALIKE = 0.8  # spelling similarity from which a part of a word is taken for the span


def stretch(pair: Pair, part: Offsets, first: int, end: int, inside: bool) -> Offsets:
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
        return _alike_part(source, text, start, stop)
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


def _alike_part(source: str, text: str, start: int, stop: int) -> Offsets:
    """The run of letters in ``text[start:stop]`` that is spelled most like the source, if any is
    alike; otherwise all of it."""
    wanted = facts(source).spelling
    best, found = ALIKE, (start, stop)
    runs = [(m.start() + start, m.end() + start) for m in _RUN.finditer(text[start:stop])]
    for n, (a, _) in enumerate(runs):
        for _, b in runs[n:]:
            spelled = facts(text[a:b]).spelling
            value = _similar(wanted, spelled)
            if value > best:
                best, found = value, (a, b)
    return found


def _similar(a: str, b: str) -> float:
    if not a or not b:
        return 0.0
    row = list(range(len(b) + 1))
    for i, x in enumerate(a):
        corner, row[0] = row[0], i + 1
        for j, y in enumerate(b):
            corner, row[j + 1] = row[j + 1], min(corner + (x != y), row[j] + 1, row[j + 1] + 1)
    return 1 - row[-1] / max(len(a), len(b))
