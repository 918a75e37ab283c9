"""Translation by way of another language: two translations as one, their links chained."""

from __future__ import annotations

from collections.abc import Sequence

from projector.records import Offsets
from projector.translation.base import Translation


def compose(
    first: Sequence[Translation], second: Sequence[Translation], min_probability: float = 0.0
) -> list[Translation]:
    """Translations into a pivot language, and of those into the target, as one each.

    Links that meet in the pivot's text are multiplied, the likeliest way counts, and those below
    ``min_probability`` are left out. Scores (log-probabilities) are added where both have one.
    """
    return [_through(a, b, min_probability) for a, b in zip(first, second, strict=True)]


def _through(first: Translation, second: Translation, min_probability: float) -> Translation:
    if first.error is not None:
        return first
    met = first.constraints_met
    if second.error is not None or first.links is None or second.links is None:
        return Translation(second.text, error=second.error, constraints_met=met)
    best: dict[tuple[Offsets, Offsets], float] = {}
    onward = sorted(second.links)
    for source, (a, b), p in first.links:
        for (c, d), target, q in onward:
            if c >= b:
                break
            if d > a and p * q >= min_probability:
                best[source, target] = max(best.get((source, target), 0.0), p * q)
    links = [(s, t, round(p, 4)) for (s, t), p in sorted(best.items())]
    score = None
    if first.score is not None and second.score is not None:
        score = first.score + second.score
    return Translation(second.text, links=links, score=score, constraints_met=met)
