"""Pharaoh links, ``0-0 1-2``: the format of fast_align, eflomal, awesome-align and simalign.

``i-j`` is a sure link, ``i-j:0.93`` one with its probability; gold alignments also have possible
links, ``i?j`` or ``ipj`` (Och and Ney 2003), which become links of probability 0.5.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from projector.errors import DataError
from projector.records import Link

POSSIBLE = 0.5
_LINK = re.compile(r"(\d{1,9})([-?p])(\d{1,9})(?::(\d*\.?\d+(?:[eE]-?\d{1,3})?))?")


def looks_like_links(text: str) -> bool:
    """True if every word is a link (and there is at least one)."""
    words = text.split()
    return bool(words) and all(_LINK.fullmatch(word) for word in words)


def parse_links(text: str) -> list[Link]:
    """The links of a line, sorted; of a link given twice the higher probability stays.

    Raises:
        DataError: a word that is no link, or a probability above 1.
    """
    found: dict[tuple[int, int], float] = {}
    for word in text.split():
        match = _LINK.fullmatch(word)
        if match is None:
            raise DataError(
                f"found {word!r}, wanted links such as 0-1, 0-1:0.93 or 0?1", reason="bad_link"
            )
        i, j = int(match[1]), int(match[3])
        p = float(match[4]) if match[4] else (1.0 if match[2] == "-" else POSSIBLE)
        if p > 1:
            raise DataError(f"found the probability in {word!r}, wanted 0 to 1", reason="bad_link")
        found[i, j] = max(p, found.get((i, j), 0.0))
    return [(i, j, p) for (i, j), p in sorted(found.items())]


def format_links(links: Iterable[Link], *, probabilities: bool = False) -> str:
    """A line of links, without its line end."""
    if probabilities:
        return " ".join(f"{i}-{j}:{p:.6g}" for i, j, p in sorted(links))
    return " ".join(f"{i}-{j}" for i, j, _ in sorted(links))
