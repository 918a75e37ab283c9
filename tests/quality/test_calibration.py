from __future__ import annotations

import numpy as np
import pytest

from projector.quality.calibration import (
    coverage_at_precision,
    expected_calibration_error,
    reliability,
    tradeoff,
)


def test_honest_scores_have_no_error_and_boasting_ones_do() -> None:
    scores = [0.75] * 8
    assert expected_calibration_error(scores, [1, 1, 1, 0] * 2) == pytest.approx(0)
    assert expected_calibration_error(scores, [0] * 8) == pytest.approx(0.75)
    assert expected_calibration_error([], []) == 0


def test_error_weighs_bins_by_size() -> None:
    # three of four right at 0.95 (off by 0.2), one of one wrong at 0.25
    error = expected_calibration_error([0.95] * 4 + [0.25], [1, 1, 1, 0, 0])
    assert error == pytest.approx((4 * 0.2 + 0.25) / 5)


def test_reliability_rows_leave_out_empty_bins() -> None:
    rows = reliability([0.05, 0.95, 1.0], [0, 1, 1])
    assert [(row.low, row.count, row.correct) for row in rows] == [(0.0, 1, 0.0), (0.9, 2, 1.0)]


def test_coverage_at_precision_keeps_equal_scores_together() -> None:
    assert coverage_at_precision([0.9, 0.9, 0.5], [1, 0, 0], 0.98) == 0
    assert coverage_at_precision([0.9, 0.8, 0.5], [1, 1, 0], 0.98) == pytest.approx(2 / 3)
    assert coverage_at_precision([], [], 0.98) == 0


def test_tradeoff_thresholds_are_inclusive() -> None:
    rows = tradeoff(np.array([0.2, 0.5, 0.9]), [False, True, True], thresholds=(0.0, 0.5, 1.0))
    assert [(r.kept, r.precision) for r in rows] == [(3, pytest.approx(2 / 3)), (2, 1.0), (0, 1.0)]


def test_lengths_must_agree() -> None:
    with pytest.raises(ValueError, match="one for each"):
        tradeoff([0.5], [True, False])
