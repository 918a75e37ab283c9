from __future__ import annotations

import pytest

from projector.errors import UsageError
from projector.projection.base import Projection
from projector.projection.ensemble import agreed, make_projector
from tests.projection.pairs import pair


def test_agreement_is_surer_than_each() -> None:
    found = agreed([Projection([(0, 3)], 0.8), Projection([(0, 3)], 0.5)])
    assert found.pieces == [(0, 3)] and found.score == pytest.approx(0.9)


def test_the_surest_place_wins_and_the_others_lower_its_score() -> None:
    found = agreed([Projection([(0, 3)], 0.8), Projection([(4, 6)], 0.4)])
    assert found.pieces == [(0, 3)] and found.score == pytest.approx(0.64)


def test_no_place_at_all_keeps_the_reason() -> None:
    found = agreed([Projection(None, 0.0, "no_links"), Projection(None, 0.0, "no_counterpart")])
    assert found.pieces is None and found.reason == "no_links"


def test_two_engines_by_name() -> None:
    both = make_projector("match+match", "", {"match": {"unit": "word"}})
    given = pair("Rome is old", "Roma es antigua", "0-0 1-1 2-2", [("LOC", 0, 1)])
    both.fit([given])
    assert both.project([given])[0][0].pieces == [(0, 4)]
    with pytest.raises(UsageError, match="under an engine's name"):
        make_projector("match+match", "", {"unit": "word"})
