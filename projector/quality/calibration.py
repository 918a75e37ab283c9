"""Do scores mean what they say? Calibration error, and what a threshold on them buys.

Scores are probabilities that a projected span is exactly right; ``correct`` says whether it was.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct


class TradeoffRow(Struct, frozen=True):
    """What remains with a least score: how many of all, and how many of those are right."""

    threshold: float
    kept: int
    coverage: float
    precision: float


class ReliabilityRow(Struct, frozen=True):
    """A bin of scores: its limits, how many fell in, their mean, the share that was right."""

    low: float
    high: float
    count: int
    score: float
    correct: float


def _arrays(
    scores: Sequence[float] | np.ndarray,
    correct: Sequence[bool] | Sequence[float] | np.ndarray,
    weights: np.ndarray | None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores, verdicts, and how many spans each stands for (one, unless ``weights`` says more)."""
    p, y = np.asarray(scores, np.float64), np.asarray(correct, np.float64)
    w = np.ones_like(p) if weights is None else np.asarray(weights, np.float64)
    if p.shape != y.shape or p.shape != w.shape or p.ndim != 1:
        raise ValueError(f"found {p.shape} scores and {y.shape} verdicts, wanted one for each")
    return p, y, w


def reliability(
    scores: Sequence[float] | np.ndarray,
    correct: Sequence[bool] | Sequence[float] | np.ndarray,
    bins: int = 10,
    weights: np.ndarray | None = None,
) -> list[ReliabilityRow]:
    """The non-empty ones of ``bins`` equally wide bins, lowest first."""
    p, y, w = _arrays(scores, correct, weights)
    place = np.clip((p * bins).astype(int), 0, bins - 1)
    rows = []
    for b in range(bins):
        inside = place == b
        count = int(w[inside].sum())
        if count:
            mean, right = (float(x[inside] @ w[inside]) / count for x in (p, y))
            rows.append(ReliabilityRow(b / bins, (b + 1) / bins, count, mean, right))
    return rows


def expected_calibration_error(
    scores: Sequence[float] | np.ndarray,
    correct: Sequence[bool] | Sequence[float] | np.ndarray,
    bins: int = 10,
    weights: np.ndarray | None = None,
) -> float:
    """Mean distance between score and share of right ones, over bins weighted by size
    (Naeini, Cooper & Hauskrecht 2015); 0 for no scores."""
    rows = reliability(scores, correct, bins, weights)
    whole = sum(row.count for row in rows)
    if not whole:
        return 0.0
    return sum(row.count * abs(row.score - row.correct) for row in rows) / whole


def tradeoff(
    scores: Sequence[float] | np.ndarray,
    correct: Sequence[bool] | Sequence[float] | np.ndarray,
    thresholds: Sequence[float] = (0.0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99),
    weights: np.ndarray | None = None,
) -> list[TradeoffRow]:
    """Coverage and precision with each least score; precision is 1 where nothing remains."""
    p, y, w = _arrays(scores, correct, weights)
    whole = w.sum()
    rows = []
    for threshold in thresholds:
        inside = p >= threshold
        kept = int(w[inside].sum())
        rows.append(
            TradeoffRow(
                threshold,
                kept,
                float(kept / whole) if len(p) else 0.0,
                float(y[inside] @ w[inside]) / kept if kept else 1.0,
            )
        )
    return rows


def coverage_at_precision(
    scores: Sequence[float] | np.ndarray,
    correct: Sequence[bool] | Sequence[float] | np.ndarray,
    precision: float = 0.98,
    weights: np.ndarray | None = None,
) -> float:
    """The largest share of spans that a threshold can keep with at least this precision; spans
    of equal score stay together."""
    p, y, w = _arrays(scores, correct, weights)
    if not len(p):
        return 0.0
    order = np.argsort(-p, kind="stable")
    p, y, w = p[order], y[order], w[order]
    kept = np.cumsum(w)
    right = np.cumsum(y * w) / kept
    last = np.append(p[1:] != p[:-1], True)  # a threshold cannot cut between equal scores
    good = np.flatnonzero((right >= precision) & last)
    return float(kept[good[-1]] / kept[-1]) if len(good) else 0.0
