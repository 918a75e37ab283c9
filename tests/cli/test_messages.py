"""Messages for people: nothing in them steers the terminal."""

from __future__ import annotations

import os
from pathlib import Path

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


def test_first_use_is_over_where_something_compiled_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert "first use" in messages.first_use()
    (tmp_path / "match_0a").mkdir()
    (tmp_path / "match_0a" / "features.compute_features-1.py311.nbi").touch()
    assert messages.first_use(["project"]) == messages.first_use(["translate"]) == ""
    assert "first use" in messages.first_use(["align", "project"])  # only one of them is there
    (tmp_path / "hmm_1b").mkdir()
    (tmp_path / "hmm_1b" / "kernels.expect-1.py311.nbi").touch()
    assert messages.first_use() == ""


def test_first_use_looks_into_the_users_cache_where_the_package_is_read_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setattr(messages, "__file__", str(tmp_path / "package" / "cli" / "messages.py"))
    assert "first use" in messages.first_use()
    (tmp_path / "numba" / "match_0a").mkdir(parents=True)
    (tmp_path / "numba" / "match_0a" / "kernels.markov-1.py311.nbi").touch()
    assert messages.first_use(["project"]) == ""
