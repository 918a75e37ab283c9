"""The demo: every sample through the main job, a table, a report."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from projector.cli.main import main
from projector.io.jsonl import read_records
from projector.records import Document
from projector.translation import auto


@pytest.mark.apertium
def test_two_samples_end_in_a_table_and_a_report(
    tmp_path: Path, samples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "samples"
    folder.mkdir()
    for name in ("slots.jsonl", "parallel.en-ar.jsonl"):
        shutil.copy(samples / name, folder / name)
    out = tmp_path / "deep" / "out"
    assert main(["demo", str(folder), "-o", str(out), "--to", "es"]) == 0
    said = capsys.readouterr().out
    assert "slots" in said
    assert "report.html" in said
    assert (out / "report.html").exists()
    trained = list(read_records(out / "slots.es.train.jsonl"))
    assert len(trained) == 24
    assert all(isinstance(d, Document) and d.lang == "es" and d.labels["intent"] for d in trained)
    assert (out / "parallel.en-ar.jsonl").exists()
    assert main(["demo", str(folder), "-o", str(out), "--to", "es"]) == 2


def test_an_empty_folder_is_a_usage_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", str(tmp_path)]) == 2
    assert "no *.jsonl" in capsys.readouterr().err


@pytest.mark.apertium
def test_several_languages_and_hypotheses_of_text_pairs(tmp_path: Path, samples: Path) -> None:
    folder = tmp_path / "samples"
    folder.mkdir()
    shutil.copy(samples / "nli.jsonl", folder)
    out = tmp_path / "out"
    assert main(["demo", str(folder), "-o", str(out), "--to", "es,ca"]) == 0
    for lang, word in (("es", "hombre"), ("ca", "home")):
        first = next(read_records(out / f"nli.{lang}.train.jsonl"))
        assert isinstance(first, Document) and word in first.meta["hypothesis"]


def test_without_any_translator_it_says_what_to_type(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(auto, "ORDER", ("no-such-engine",))
    assert main(["demo"]) == 4
    assert "pip install 'xproject[firefox]'" in capsys.readouterr().err
