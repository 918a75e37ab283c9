"""Cutting text into pieces by a unigram language model (Kudo 2018), as SentencePiece does."""

from __future__ import annotations

from collections.abc import Mapping


def best_pieces(
    text: str, entries: Mapping[str, tuple[float, int]], longest: int, unknown: tuple[float, int]
) -> list[tuple[int, int]]:
    """The segmentation with the highest sum of scores, by Viterbi: number and characters of each
    piece.

    Args:
        entries: score and number of each piece.
        longest: characters of the longest piece.
        unknown: score and number of a character that no piece covers.
    """
    size, entry = len(text), entries.get
    total = [0.0] + [-1e30] * size
    back = [(0, 0)] * (size + 1)
    for start in range(size):
        here = total[start]
        single = False
        for stop in range(start + 1, min(size, start + longest) + 1):
            known = entry(text[start:stop])
            if known is None:
                continue
            single = single or stop == start + 1
            if here + known[0] > total[stop]:
                total[stop] = here + known[0]
                back[stop] = start, known[1]
        if not single and here + unknown[0] > total[start + 1]:
            total[start + 1] = here + unknown[0]
            back[start + 1] = start, unknown[1]
    found = []
    at = size
    while at:
        start, piece = back[at]
        found.append((piece, at - start))
        at = start
    return found[::-1]
