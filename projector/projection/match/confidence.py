"""From the matcher's own probability to an honest one: that the span is exactly right.

A logistic model over a few signs (Platt 1999, with more inputs than the score alone), fitted on
held-out folds by ``tests/benchmarks/fit_matcher.py``.
"""

from __future__ import annotations

import numpy as np

from projector.projection.match.features import (
    ALIKE,
    COVERED_MASS,
    FIRST_LINK,
    INNER_MARK,
    LAST_LINK,
    LEAST,
    MEMORY,
    NULL_WORDS,
    SAME,
    SMALL,
    TARGET_MASS,
    Candidates,
    F,
)
from projector.projection.match.weights import Weights

EVIDENCE = (
    "bias", "logit", "margin", "null", "rival", "f", "least", "covered_mass", "target_mass",
    "alike", "same", "first_link", "last_link", "memory", "small", "inner_mark", "words",
)  # fmt: skip

TAKEN = [
    F, LEAST, COVERED_MASS, TARGET_MASS, ALIKE, SAME, FIRST_LINK, LAST_LINK, MEMORY, SMALL,
    INNER_MARK,
]  # fmt: skip


def evidence(found: Candidates, log_p: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """One row of `EVIDENCE` for each chosen candidate."""
    spans = len(chosen)
    rows = np.zeros((spans, len(EVIDENCE)))
    if not spans:
        return rows
    p = np.clip(np.exp(log_p[chosen]), 1e-6, 1 - 1e-6)
    features = found.features[chosen]
    null = log_p[found.at[1:] - 1]
    best = np.maximum.reduceat(log_p, found.at[:-1])
    others = log_p.copy()
    others[chosen] = -np.inf
    second = np.maximum.reduceat(others, found.at[:-1])
    columns = [
        np.ones(spans),
        np.log(p / (1 - p)),
        np.clip(log_p[chosen] - second, -5, 5),
        np.clip(null, -8, 0),
        np.minimum(5.0, best - log_p[chosen]),  # it had to give way to another span
        *features[:, TAKEN].T,
        found.features[found.at[1:] - 1, NULL_WORDS],
    ]
    rows[:] = np.stack(columns, axis=1)
    return rows


def confidence(
    weights: Weights, found: Candidates, log_p: np.ndarray, chosen: np.ndarray
) -> list[float]:
    """For each span, the probability that its chosen candidate is exactly right."""
    vector = np.array([weights.confidence.get(name, 0.0) for name in EVIDENCE])
    z = np.clip(evidence(found, log_p, chosen) @ vector, -30, 30)
    values: list[float] = np.round(1 / (1 + np.exp(-z)), 4).tolist()
    return values
