"""Messages for people: nothing in them steers the terminal."""

from __future__ import annotations

import pytest

from projector.cli import messages


def test_escape_sequences_and_overrides_are_shown_not_sent(
    capsys: pytest.CaptureFixture[str],
) -> None:
    messages.warn("id \x1b[2J\x1b]0;title\x07 \u202eabc\x9b31m: n\u00e9, \u05d0")
    said = capsys.readouterr().err
    assert "\\x1b[2J" in said
    assert "\\u202eabc" in said
    assert "n\u00e9, \u05d0" in said  # letters of any script stay
    assert all(char.isprintable() or char == "\n" for char in said)
