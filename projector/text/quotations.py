"""Where words that somebody quotes stand in a text: exactly, or nearly.

A language model that names a span gives its words, not its offsets, and may change them a little.
Used by the projector and the annotator ``llm`` and by ``xproject generate``.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from projector.records import Offsets
from projector.text.language_codes import glue_for

MAX_EDITS = 0.2  # share of a quotation's characters that may differ from the text
LONGEST = 400  # characters of a quotation that is looked for by edits


def quoted_places(quoted: str, text: str, lang: str) -> list[Offsets]:
    """All places of the words in the text, as whole words, in text order.

    Exactly as they are, else with any case; runs of white space count as one space.
    """
    words = unicodedata.normalize("NFC", quoted).split()
    if not words:
        return []
    pattern = r"\s+".join(re.escape(word) for word in words)
    if glue_for(lang):
        left = r"(?<!\w)" if words[0][0].isalnum() else ""
        right = r"(?!\w)" if words[-1][-1].isalnum() else ""
        pattern = f"{left}{pattern}{right}"
    for flags in (0, re.IGNORECASE):
        found = [m.span() for m in re.finditer(pattern, text, flags)]
        if found:
            return found
    return []


def nearest_places(quoted: str, text: str, tokens: Sequence[Offsets]) -> list[Offsets]:
    """The stretches of whole tokens that are nearest to the quotation by edits, in any case.

    Sellers' (1980) approximate matching finds where the quotation ends with the fewest edits; the
    stretch is then the run of tokens that it touches.

    Returns:
        Those that are equally near, in text order; none where more than `MAX_EDITS` of the
        quotation's characters would have to change.
    """
    needle, text = _lower(" ".join(quoted.split())), _lower(text)
    allowed = int(MAX_EDITS * len(needle))
    if not 0 < len(needle) <= LONGEST or not allowed or not tokens:
        return []
    ends = _sellers(needle, text, anchored=False)
    fewest = int(ends.min())
    if fewest > allowed:
        return []
    found: set[Offsets] = set()
    for end in np.flatnonzero(ends == fewest).tolist():
        start = end - _length_before(needle, text[max(0, end - len(needle) - allowed) : end])
        run = _touched(tokens, start, end)
        if run is not None and _distance(needle, text[run[0] : run[1]]) <= allowed:
            found.add(run)
    edits = {run: _distance(needle, text[run[0] : run[1]]) for run in found}
    return sorted(run for run in found if edits[run] == min(edits.values()))


def _sellers(needle: str, text: str, *, anchored: bool) -> NDArray[np.int64]:
    """Edits between the needle and the text up to each place (``anchored``: from its start on;
    else from wherever is best), for the places 0 .. ``len(text)``."""
    letters = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    places = np.arange(len(text) + 1)
    row = places.copy() if anchored else np.zeros(len(text) + 1, np.int64)
    for n, letter in enumerate(needle, 1):
        below = np.empty_like(row)
        below[0] = n
        below[1:] = np.minimum(row[:-1] + (letters != ord(letter)), row[1:] + 1)
        # What an insertion costs adds up along the row.
        row = np.minimum.accumulate(below - places) + places
    return row


def _lower(text: str) -> str:
    """Lower case without a change of length."""
    return "".join(low if len(low := c.lower()) == 1 else c for c in text)


def _distance(one: str, other: str) -> int:
    """Levenshtein distance."""
    return int(_sellers(one, other, anchored=True)[-1])


def _length_before(needle: str, window: str) -> int:
    """How many characters at the window's end are nearest to the needle."""
    return int(_sellers(needle[::-1], window[::-1], anchored=True).argmin())


def _touched(tokens: Sequence[Offsets], start: int, end: int) -> Offsets | None:
    first = bisect_right([b for _, b in tokens], start)
    last = bisect_left([a for a, _ in tokens], end)
    return (tokens[first][0], tokens[last - 1][1]) if first < last else None
