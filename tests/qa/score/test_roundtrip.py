"""The round trip: a reading model confirms or refutes a question's answer."""

from __future__ import annotations

import pytest

from projector.qa.score.roundtrip import ReadingModel, token_f1


def test_token_f1() -> None:
    assert token_f1("New York", "new york") == 1
    assert token_f1("York", "New York") == pytest.approx(2 / 3)
    assert token_f1("Rome", "Paris") == 0
    assert token_f1("", "") == 1


@pytest.mark.neural
def test_right_answers_agree_and_wrong_ones_do_not() -> None:
    from tests.qa.models import reading_bert

    context = "Clara works in Lima . Hugo lives in Oslo ."
    reader = ReadingModel(str(reading_bert()), device="cpu", batch=2)
    scores = reader.agreement(
        [
            ("Where does Hugo live ?", context, "Oslo"),
            ("Where does Hugo live ?", context, "Lima"),
            ("Who lives in Oslo ?", context, "Hugo"),
        ]
    )
    assert scores == [1, 0, 1]


@pytest.mark.neural
def test_a_long_context_is_read_in_windows() -> None:
    from tests.qa.models import reading_bert

    context = "Clara works in Lima . " * 30 + "Hugo lives in Oslo ."
    reader = ReadingModel(str(reading_bert()), device="cpu")
    assert reader.agreement([("Where does Hugo live ?", context, "Oslo")]) == [1]
