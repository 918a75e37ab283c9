"""Several aligners as one: whose word weighs how much."""

from __future__ import annotations

import pytest

from projector.alignment.ensemble import EnsembleAligner
from projector.alignment.firefox import FirefoxAligner
from projector.alignment.hmm.aligner import HmmAligner
from projector.errors import UsageError


def test_the_students_weigh_more_than_hmm_in_either_order_unless_told() -> None:
    firefox, hmm = FirefoxAligner(), HmmAligner()
    assert EnsembleAligner([firefox, hmm]).weights == [0.7, 0.3]
    assert EnsembleAligner([hmm, firefox]).weights == [0.3, 0.7]
    assert EnsembleAligner([firefox, hmm], [1, 1]).weights == [1.0, 1.0]
    assert EnsembleAligner([hmm, hmm]).weights == [1.0, 1.0]


@pytest.mark.parametrize("weights", [[1.0], [0.0, 0.0], [1.0, -1.0]])
def test_weights_that_mean_nothing_are_refused(weights: list[float]) -> None:
    with pytest.raises(UsageError, match="weights"):
        EnsembleAligner([FirefoxAligner(), HmmAligner()], weights)
