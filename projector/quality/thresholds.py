"""What a least score buys: the trade-off table, calibration error, and the interval of an F1.

Everything here reads what `SpanScores` and `LinkScores` collected; the measures themselves are
in `calibration`.
"""

from __future__ import annotations

from collections.abc import Sequence

from projector.json_values import JsonObject
from projector.quality.calibration import (
    coverage_at_precision,
    expected_calibration_error,
    reliability,
    tradeoff,
)
from projector.quality.verdicts import Verdicts


def score_table(verdicts: Verdicts, gold: int) -> JsonObject:
    """Figures over thresholds, for predictions with scores.

    Args:
        verdicts: of each prediction, its score and whether it is right.
        gold: how many there are to find, for the recall.
    """
    p, y, w = verdicts.arrays()
    rows = []
    for row in tradeoff(p, y, weights=w):
        hits = row.precision * row.kept
        recall = hits / gold if gold else 0.0
        total = row.kept + gold
        rows.append(
            {
                "threshold": row.threshold,
                "kept": row.kept,
                "coverage": row.coverage,
                "precision": row.precision if row.kept else None,
                "recall": recall,
                "f1": 2 * hits / total if total else 0.0,
            }
        )
    return {
        "scored": len(verdicts),
        "thresholds": rows,
        "calibration_error": expected_calibration_error(p, y, weights=w),
        "coverage_at_precision_98": coverage_at_precision(p, y, 0.98, w),
        "reliability": [
            {
                "low": row.low,
                "high": row.high,
                "count": row.count,
                "score": row.score,
                "correct": row.correct,
            }
            for row in reliability(p, y, weights=w)
        ],
    }


def f1_interval(
    per_record: Sequence[tuple[int, int, int]], samples: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """The 95 % interval of micro F1 by resampling records (percentile bootstrap, Efron 1979).

    Args:
        per_record: right, predicted and gold spans of each record.
    """
    import numpy

    table = numpy.asarray(per_record, float).reshape(-1, 3)
    if not len(table):
        return 0.0, 0.0
    random = numpy.random.default_rng(seed)
    values = []
    for _ in range(samples):
        right, predicted, gold = table[random.integers(0, len(table), len(table))].sum(axis=0)
        values.append(2 * right / (predicted + gold) if predicted + gold else 0.0)
    low, high = numpy.percentile(values, [2.5, 97.5])
    return float(low), float(high)
