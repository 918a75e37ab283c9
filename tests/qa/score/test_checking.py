"""Checks of target questions: overlap, chrF, and what they do to the score."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.qa.score.checking import Checks, checked, chrf, share_in


@given(st.text(min_size=1))
def test_a_text_is_wholly_like_itself(text: str) -> None:
    assert chrf(text, text) == pytest.approx(1.0) or not text.strip()


@given(st.text(), st.text())
def test_chrf_stays_within_its_bounds(one: str, other: str) -> None:
    assert 0.0 <= chrf(one, other) <= 1.0 + 1e-9


def test_chrf_agrees_with_sacrebleu() -> None:
    metrics = pytest.importorskip("sacrebleu.metrics", reason="needs the extra eval")
    pairs = [
        ("Who met Merkel in Berlin?", "Who met with Merkel in Bonn?"),
        ("Quem ganhou a corrida?", "Quem venceu a corrida em 2008?"),
    ]
    for one, other in pairs:
        expected = metrics.CHRF(lowercase=True, eps_smoothing=True).sentence_score(one, [other])
        assert chrf(one, other) * 100 == pytest.approx(expected.score, abs=0.5)


def test_the_share_of_words_leaves_the_question_word_out() -> None:
    assert share_in("Obama conoció a Merkel.", "¿Quién conoció a Merkel?") == 1.0
    assert share_in("Obama conoció a Merkel.", "¿Quién vio a Putin?") == pytest.approx(1 / 3)
    assert share_in("", "Quem?") == 0.0


def test_what_fails_its_checks_scores_lower() -> None:
    good = checked(0.9, "firefox", Checks(-0.1, 0.9, 0.9, 1.0))
    assert checked(0.9, "firefox", Checks(-3.0, 0.9, 0.9, 1.0)) < good
    assert checked(0.9, "firefox", Checks(-0.1, 0.1, 0.9, 1.0)) < good
    assert checked(0.9, "firefox", Checks(-0.1, 0.9, 0.1, 1.0)) < good
    assert checked(0.5, "firefox", Checks(-0.1, 0.9, 0.9, 1.0)) < good
    assert checked(0.9, "firefox", Checks(-0.1, 0.9, 0.9, 0.5)) < good


def test_an_unknown_check_counts_as_usual() -> None:
    unknown = checked(0.9, "clause", Checks(None, None, 0.8))
    assert checked(0.9, "clause", Checks(-4.0, 0.0, 0.8)) < unknown
