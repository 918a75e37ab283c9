"""An estimate in [0, 1] of how good a machine translation is, without a reference.

From what the translator says of it: the mean log-probability of a token, how much of both sides
its links cover, and the way back (the log-probability of the source given the translation, by the
model of the other direction). The weights were fitted to sentence chrF against references
(`tests/benchmarks/translation_quality.py`), so the estimate reads as the chrF (of 1) to be
expected. It orders translations of one engine; across engines it is a rough guide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from projector.json_values import JsonObject
from projector.records import Offsets
from projector.translation.base import Translation

BASE = 0.71  # expected chrF where the model is certain
FORTH, BACK = 0.9, 0.03  # for each unit (natural logarithm) of the log-probabilities
USUAL_BACK = -0.9  # where there is no model of the other direction
WITHOUT_SCORE = 0.48  # expected chrF of a translator without scores (Apertium's on news)
USUAL_COVERAGE = 0.7  # more than this says nothing; what is below it lowers the estimate


def estimate(source: str, translation: Translation) -> float | None:
    """The estimate for a sentence; None where its translator gives neither score nor links."""
    if translation.error is not None or (translation.score is None and translation.links is None):
        return None
    value = WITHOUT_SCORE
    if translation.score is not None:
        back = USUAL_BACK if translation.back is None else translation.back
        value = BASE + FORTH * translation.score + BACK * back
    if translation.links is not None:
        covered = min(
            _coverage(source, [(span, p) for span, _, p in translation.links]),
            _coverage(translation.text, [(span, p) for _, span, p in translation.links]),
        )
        value *= min(1.0, covered / USUAL_COVERAGE)
    return min(1.0, max(0.0, value))


def without_estimates(engine: str, options: Mapping[str, object]) -> JsonObject:
    """A translator's options where nobody reads its estimates: unless it is asked for, no way
    back, which takes about as long as the translation."""
    if engine == "auto":
        own = options.get("firefox", {})
        quick = without_estimates("firefox", own) if isinstance(own, Mapping) else own
        return {**options, "firefox": quick}
    return {"way_back": False, **options} if engine == "firefox" else dict(options)


def _coverage(text: str, linked: Sequence[tuple[Offsets, float]]) -> float:
    """Share of a text's letters and digits in stretches that are linked, weighted by the sum of
    each stretch's probabilities (at most 1); 1 for a text without any."""
    total = sum(char.isalnum() for char in text)
    if not total:
        return 1.0
    sums: dict[Offsets, float] = {}
    for span, probability in linked:
        sums[span] = sums.get(span, 0.0) + probability
    covered = sum(
        min(1.0, probability) * sum(char.isalnum() for char in text[a:b])
        for (a, b), probability in sums.items()
    )
    return min(1.0, covered / total)
