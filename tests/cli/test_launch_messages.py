"""What a run says before it starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from projector.cli.launch import warn_of_missing_segmenters
from projector.pipeline.recipe import single
from projector.text import segmenters


def test_a_missing_segmenter_is_named_with_what_to_type(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(segmenters, "find_spec", lambda name: None)
    warn_of_missing_segmenters(single("translate", {"to": "th-TH", "from": "en"}))
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "'th'" in said and "pip install 'xproject[th]'" in said
    for languages in ({"to": "es"}, {"to": "lo"}, {}):  # for Lao there is none to install
        warn_of_missing_segmenters(single("translate", languages))
    monkeypatch.setattr(segmenters, "find_spec", lambda name: Path(name))
    warn_of_missing_segmenters(single("translate", {"to": "ja"}))
    assert capsys.readouterr().err == ""
