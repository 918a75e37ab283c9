"""What a run says before it starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from projector.cli.launch import show, warn_of_missing_segmenters
from projector.cli.main import main
from projector.pipeline.recipe import single
from projector.pipeline.run.summary import Summary
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


def test_a_missing_segmenter_is_named_for_the_languages_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(segmenters, "find_spec", lambda name: None)
    pairs = tmp_path / "pairs.jsonl"
    pairs.write_text(
        '{"id": "1", "source": {"id": "1", "text": "a", "lang": "en"}, '
        '"target": {"id": "1", "text": "猫", "lang": "ja"}}\n'
    )
    warn_of_missing_segmenters(single("align", {}, input=str(pairs)))
    assert "'ja'" in capsys.readouterr().err
    for text in ("", "[1]\n", "no JSON\n", '{"lang": 3, "source": 1}\n'):
        pairs.write_text(text)
        warn_of_missing_segmenters(single("align", {}, input=str(pairs)))
    warn_of_missing_segmenters(single("align", {}, input=str(tmp_path)))
    assert capsys.readouterr().err == ""


def test_that_there_was_no_span_to_project_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    show(Summary(records=2, written=2, seconds={"project": 0.1}))
    assert capsys.readouterr().err.endswith("note: no record has a span to project\n")
    show(Summary(records=2, written=2, spans=1, seconds={"project": 0.1}))
    show(Summary(records=2, written=2, seconds={"align": 0.1}))
    assert "note" not in capsys.readouterr().err


def test_a_file_of_another_format_is_named_with_what_brings_it_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "in put.conll"
    file.write_text("Ana B-PER\nruns O\n")
    assert main(["project", str(file), "-o", str(tmp_path / "out.jsonl")]) == 3
    said = capsys.readouterr().err
    assert (
        f"format conll, which this brings in: xproject convert '{file}' -o '{file}.jsonl'" in said
    )
    broken = tmp_path / "in.jsonl"
    broken.write_text("{bad\n")
    assert main(["project", str(broken), "-o", str(tmp_path / "out.jsonl")]) == 3
    assert "convert" not in capsys.readouterr().err
