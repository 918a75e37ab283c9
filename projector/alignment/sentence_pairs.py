"""Which sentence of a text belongs to which of its translation, by length.

The dynamic programme of Gale & Church (1993): a source sentence and its translation have nearly
proportional lengths; one sentence may also become two, or none. Numbers, names and other words
that stand unchanged on both sides count for a pair, which keeps a slip from running on to the
text's end.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from projector.records import Offsets, Segment

# How often a group of (source, target) sentences of these sizes turns up (Gale & Church's table,
# the rarer ones split evenly).
_SHAPES = {
    (1, 1): 0.89, (1, 0): 0.005, (0, 1): 0.005, (2, 1): 0.045, (1, 2): 0.045, (2, 2): 0.011,
    (3, 1): 0.002, (1, 3): 0.002,
}  # fmt: skip
_VARIANCE = 6.8  # of the length difference, for each character
_SAME_WORD = 2.0  # what a word that stands on both sides is worth, in nats


def pair_sentences(
    source: str,
    source_sentences: Sequence[Offsets],
    target: str,
    target_sentences: Sequence[Offsets],
) -> list[Segment]:
    """Segments in text order; a sentence without a counterpart is in none."""
    n, m = len(source_sentences), len(target_sentences)
    if not n or not m:
        return []
    left = [max(1, b - a) for a, b in source_sentences]
    right = [max(1, b - a) for a, b in target_sentences]
    ratio = sum(right) / sum(left)
    left_words = [_words(source[a:b]) for a, b in source_sentences]
    right_words = [_words(target[a:b]) for a, b in target_sentences]
    best = [[math.inf] * (m + 1) for _ in range(n + 1)]
    came: list[list[tuple[int, int]]] = [[(0, 0)] * (m + 1) for _ in range(n + 1)]
    best[0][0] = 0.0
    band = abs(n - m) + max(10, (n + m) // 10)
    for i in range(n + 1):
        middle = round(i * m / n)
        for j in range(max(0, middle - band), min(m, middle + band) + 1):
            for (down, right_step), share in _SHAPES.items():
                a, b = i - down, j - right_step
                if a < 0 or b < 0 or best[a][b] == math.inf:
                    continue
                cost = best[a][b] - math.log(share)
                cost += _length_cost(sum(left[a:i]), sum(right[b:j]), ratio)
                if down and right_step:
                    cost -= _SAME_WORD * _same(left_words[a:i], right_words[b:j])
                if cost < best[i][j]:
                    best[i][j] = cost
                    came[i][j] = (down, right_step)
    segments: list[Segment] = []
    i, j = n, m
    while i or j:
        down, right_step = came[i][j]
        if not down and not right_step:  # outside the band; cannot happen with the corner in it
            break
        if down and right_step:
            segments.append(
                Segment(
                    source_sentences[i - down][0],
                    source_sentences[i - 1][1],
                    target_sentences[j - right_step][0],
                    target_sentences[j - 1][1],
                )
            )
        i, j = i - down, j - right_step
    return segments[::-1]


def _length_cost(a: int, b: int, ratio: float) -> float:
    """Minus the log of how likely lengths so far from proportional are, both tails."""
    if not a or not b:
        return 4.0
    mean = (a + b / ratio) / 2
    away = abs(b - a * ratio) / math.sqrt(_VARIANCE * max(mean, 1.0))
    return -math.log(max(math.erfc(away / math.sqrt(2)), 1e-12))


def _words(text: str) -> Counter[str]:
    """Words that a translation may keep: with a digit or a capital."""
    words = (w.strip(".,;:!?()[]\"'«»“”„¿¡。，、") for w in text.split())
    return Counter(w for w in words if w and (w[0].isupper() or any(c.isdigit() for c in w)))


def _same(left: Sequence[Counter[str]], right: Sequence[Counter[str]]) -> int:
    a: Counter[str] = sum(left, Counter())
    b: Counter[str] = sum(right, Counter())
    return sum((a & b).values())
