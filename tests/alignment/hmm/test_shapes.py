"""Word shape as evidence: classes of units, the correlation that is learnt, what it is worth."""

from __future__ import annotations

import numpy as np
import pytest

from projector.alignment.hmm.shapes import (
    CLASSES,
    LONGEST,
    MARK,
    MOST,
    ShapeCorrelation,
    shape_classes,
)
from projector.alignment.hmm.table import Table

FORMS = ["", "a", "of", "cats", "cat", "«", "x" * 40, "2009"]


def full_table(rows: int, columns: int) -> Table:
    start = np.arange(rows + 1, dtype=np.int64) * columns
    return Table(start, np.tile(np.arange(columns, dtype=np.int32), rows))


def test_a_unit_is_as_long_as_its_forms_in_the_mean_and_marks_stand_apart() -> None:
    units = np.array([0, 1, 2, 3, 3, 4, 5, 6], np.int32)
    found = shape_classes(FORMS, units, 7)
    assert found.tolist() == [MARK, 1, 2, 4, MARK, LONGEST, 4]


def learnt(source: np.ndarray, target: np.ndarray) -> ShapeCorrelation:
    """After links from unit k of one side to unit k of the other, of these classes."""
    many = len(source)
    units = np.arange(many, dtype=np.int32)
    made = ShapeCorrelation.before_training(
        (source.astype(np.uint8), target.astype(np.uint8)), (units, units), full_table(many, many)
    )
    count = np.eye(many, dtype=np.float32).ravel() * 10
    made.learn(count)
    return made


def lengths(seed: int, many: int = 300) -> np.ndarray:
    return np.random.default_rng(seed).integers(1, LONGEST + 1, many)


def test_before_anything_is_counted_like_lengths_are_likelier() -> None:
    source = lengths(1)
    units = np.arange(len(source), dtype=np.int32)
    classes = source.astype(np.uint8)
    start = ShapeCorrelation.before_training(
        (classes, classes), (units, units), full_table(len(source), len(source))
    )
    factor = start.factor.reshape(CLASSES, CLASSES)
    assert factor[9, 9] > 1.05 > 0.8 > factor[9, 1]


def test_lengths_that_agree_are_trusted_and_those_that_do_not_are_left_alone() -> None:
    source = lengths(1)
    alike = learnt(source, source).factor.reshape(CLASSES, CLASSES)
    apart = learnt(source, lengths(2)).factor.reshape(CLASSES, CLASSES)
    assert alike[9, 9] / alike[9, 2] > 1.5
    assert apart[9, 9] / apart[9, 2] < 1.1


def test_lengths_that_run_against_each_other_are_learnt_too() -> None:
    source = lengths(1)
    turned = learnt(source, LONGEST + 1 - source).factor.reshape(CLASSES, CLASSES)
    assert turned[12, 2] > turned[12, 12]


def test_a_side_of_one_class_tells_nothing_and_no_factor_is_beyond_bounds() -> None:
    same = learnt(np.full(50, 3), lengths(1, 50))
    np.testing.assert_allclose(same.factor.reshape(CLASSES, CLASSES)[3], 1, atol=0.25)
    for made in same, learnt(lengths(1), lengths(1)):
        assert np.isfinite(made.factor).all()
        assert np.abs(np.log(made.factor)).max() <= MOST


def test_the_factor_is_put_on_both_directions() -> None:
    made = learnt(lengths(1, 20), lengths(1, 20))
    p = np.ones((400, 2), np.float32)
    made.weigh(p)
    assert p[:, 0] == pytest.approx(made.factor[made.kinds])
    assert (p[:, 0] == p[:, 1]).all()
