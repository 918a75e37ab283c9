"""Directions that need a translator are left out, not an error, where none serves the pair."""

from __future__ import annotations

import logging

import pytest

from projector.errors import UsageError
from projector.qa.translating import QuestionTranslator


def test_a_pair_that_no_translator_serves_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    translator = QuestionTranslator("apertium", "", {})
    with caplog.at_level(logging.WARNING):
        assert translator.translate(["Who?"], "en", "xx", [[]]) is None
        assert translator.translate(["Who?"], "en", "xx", [[]]) is None
    assert len(caplog.records) == 1
    assert "questions are not translated from en to xx" in caplog.text
    translator.close()


def test_without_a_translator_nothing_is_said(caplog: pytest.LogCaptureFixture) -> None:
    assert QuestionTranslator("", "", {}).translate(["Who?"], "en", "es", [[]]) is None
    assert not caplog.records


def test_a_translator_that_does_not_exist_is_a_wrong_usage() -> None:
    with pytest.raises(UsageError, match="nobody"):
        QuestionTranslator("nobody", "", {})
