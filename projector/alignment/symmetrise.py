"""From soft links to hard ones, and from two directions to one.

`decode` is the product's own rule: links at or above a probability. The others are the classical
heuristics over two sets of hard links (Koehn, Och & Marcu 2003), needed to compare with aligners
that give no probabilities.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from projector.records import Link

HardLinks = set[tuple[int, int]]

DECIMALS = 4  # of a probability
THRESHOLD = 0.35  # where XL-WA's alignment error is lowest on average over its languages

_NEIGHBOURS = [(-1, 0), (0, -1), (1, 0), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1)]


def decode(links: Iterable[Link], threshold: float = THRESHOLD) -> HardLinks:
    """The links whose probability is at least ``threshold``."""
    return {(i, j) for i, j, p in links if p >= threshold}


def intersection(forth: HardLinks, back: HardLinks) -> HardLinks:
    """Links that both directions have."""
    return forth & back


def grow_diag_final_and(forth: HardLinks, back: HardLinks) -> HardLinks:
    """The intersection, grown by neighbouring links of the union that bring a new word, and at
    last by links between two words that are both still without any."""
    union = forth | back
    links = forth & back
    rows = {i for i, _ in links}
    columns = {j for _, j in links}
    grown = True
    while grown:
        grown = False
        for i, j in sorted(links):
            for down, right in _NEIGHBOURS:
                new = (i + down, j + right)
                if new in union and new not in links:
                    if new[0] in rows and new[1] in columns:
                        continue
                    links.add(new)
                    rows.add(new[0])
                    columns.add(new[1])
                    grown = True
    for direction in (forth, back):
        for i, j in sorted(direction):
            if i not in rows and j not in columns:
                links.add((i, j))
                rows.add(i)
                columns.add(j)
    return links


def average(ways: Sequence[Sequence[Link]], weights: Sequence[float]) -> list[Link]:
    """The weighted mean of several aligners' link probabilities; an absent link counts 0."""
    total = sum(weights)
    sums: dict[tuple[int, int], float] = {}
    for links, weight in zip(ways, weights, strict=True):
        for i, j, p in links:
            sums[i, j] = sums.get((i, j), 0.0) + weight * p
    means = ((i, j, round(min(1.0, v / total), DECIMALS)) for (i, j), v in sorted(sums.items()))
    return [link for link in means if link[2] > 0]
