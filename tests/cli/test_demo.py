"""The demo: every sample through the main job, a table, a report."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from projector.cli import demo
from projector.cli.main import main
from projector.io.jsonl import read_records
from projector.records import Document
from projector.translation import auto

SAMPLES = Path(__file__).parents[2] / "samples"


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


PAIR = {
    "id": "p",
    "source": {"text": "Ann sat."},
    "target": {"text": "Ann se sentó.", "lang": "es"},
}


@pytest.mark.parametrize("name", ["report.html", "a.es.train.jsonl"])
def test_a_file_of_the_users_is_found_before_the_work(tmp_path: Path, name: str) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    out.mkdir()
    (folder / "a.jsonl").write_text(json.dumps(PAIR) + "\n")
    (out / name).write_text("mine")
    assert main(["demo", str(folder), "-o", str(out)]) == 2
    assert [path.name for path in out.iterdir()] == [name]
    assert (out / name).read_text() == "mine"


@pytest.mark.parametrize("lang", ["../../notes", "/etc/x", "", "\x1b[31m"])
def test_a_language_becomes_part_of_a_name_only_if_it_is_a_code(
    tmp_path: Path, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in").mkdir()
    pair = {**PAIR, "target": {**PAIR["target"], "lang": lang}}  # type: ignore[dict-item]
    (tmp_path / "in" / "a.jsonl").write_text(json.dumps(pair) + "\n")
    assert main(["demo", str(tmp_path / "in"), "-o", str(tmp_path / "out")]) == 3
    assert "found the target language" in capsys.readouterr().err
    assert list((tmp_path / "out").iterdir()) == []


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


@pytest.mark.apertium
def test_rows_of_other_shapes_are_translated_field_by_field(tmp_path: Path, samples: Path) -> None:
    folder = tmp_path / "samples"
    folder.mkdir()
    for name in ("chats.jsonl", "instructions.jsonl", "summaries.jsonl"):
        shutil.copy(samples / name, folder / name)
    out = tmp_path / "out"
    assert main(["demo", str(folder), "-o", str(out), "--to", "es"]) == 0
    for name, field, given in (
        ("chats", "messages", "How do I list the files of a folder?"),
        ("instructions", "instruction", "Name three animals that live in the sea."),
        ("summaries", "summary", "Anna and Paul will go to the market"),
    ):
        made = list(read_records(out / f"{name}.es.train.jsonl"))
        assert len(made) == len((samples / f"{name}.jsonl").read_bytes().splitlines())
        assert isinstance(made[0], Document) and made[0].lang == "es"
        assert made[0].meta[field] and given not in str(made[0].meta[field])


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.jsonl")), ids=lambda path: path.name)
def test_every_sample_can_be_begun(path: Path) -> None:
    assert demo._first_record(path) is not None


def test_without_any_translator_it_says_what_to_type(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(auto, "ORDER", ("no-such-engine",))
    assert main(["demo"]) == 4
    assert "pip install 'xproject[firefox]'" in capsys.readouterr().err
