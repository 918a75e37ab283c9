"""No command writes over a file that it reads as a part of something, or over its other output."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from projector.cli.main import main
from tests.publishing.conftest import silver as silver

SPEC = """task: x
lang: es
items: [{count: 1, slots: {place: {gazetteer: places.txt}}}]
"""
GRID = "input: INPUT\nsteps: [[{stage: filter, copies: true}], [{stage: filter, max_ratio: 3}]]\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def refused(*words: str, kept: str) -> None:
    """Neither the command nor the command with --force writes over a file."""
    before = Path(kept).read_bytes()
    for force in ([], ["--force"]):
        assert main([*words, *force]) == 2
        assert Path(kept).read_bytes() == before


def test_a_card_keeps_its_scores_notes_and_shards(silver, tmp_path, capsys):
    silver("pt.jsonl")
    Path("scores.json").write_text('{"spans": {"strict": {"precision": 1, "recall": 1, "f1": 1}}}')
    Path("shards").mkdir()
    silver("shards/a.jsonl")
    scores = ["--scores", "scores.json"]
    refused("card", "pt.jsonl", *scores, "-o", "scores.json", kept="scores.json")
    refused("card", "pt.jsonl", "-o", "pt.jsonl.run.json", kept="pt.jsonl.run.json")
    refused("card", "shards", "-o", "shards/a.jsonl", kept="shards/a.jsonl")
    refused("card", "shards/*.jsonl", "-o", "shards/a.jsonl", kept="shards/a.jsonl")
    assert capsys.readouterr().err.count("found the input itself") == 8
    for croissant in ("README.md", "./README.md"):
        assert main(["card", "pt.jsonl", "-o", "README.md", "--croissant", croissant]) == 2
        assert "found two outputs of this name" in capsys.readouterr().err
    assert not Path("README.md").exists()


@pytest.mark.parametrize(
    "given", ["data/pt.jsonl.gz", "data", "data/*.gz", "train=link/pt.jsonl.gz"]
)
def test_a_pushed_folder_does_not_replace_what_it_is_made_of(silver, given, capsys):
    Path("data").mkdir()
    silver("data/pt.jsonl.gz")
    Path("link").symlink_to("data")
    for out in ("data", "link", "."):
        refused("push", given, "--dry-run", "-o", out, kept="data/pt.jsonl.gz")
    assert "found the input in it" in capsys.readouterr().err


def test_a_dictionary_keeps_both_of_its_files():
    Path("d.index").write_text("house\tA\tF\n")
    Path("d.dict").write_text("casa\n")
    for given in ("d", "d.index", "d.dict"):
        for out in ("d.index", "d.dict"):
            refused("lexicon", "import", given, "-o", out, kept=out)


def test_a_specification_keeps_its_gazetteers():
    pytest.importorskip("httpx")
    Path("places.txt").write_text("Santander\n")
    Path("spec.yaml").write_text(SPEC)
    words = ["generate", "spec.yaml", "--model", "m", "--set", "url=http://127.0.0.1:9/v1"]
    refused(*words, "-o", "places.txt", kept="places.txt")


@pytest.mark.parametrize("part", ["0.jsonl", "0-0.jsonl", "0-0.jsonl.run.json"])
def test_a_comparison_keeps_its_input_gold_and_grid(part):
    Path("out").mkdir()
    Path("in.jsonl").write_text(json.dumps({"text": "Ann sat."}) + "\n")
    kept = f"out/{part}"
    Path(kept).write_text(json.dumps({"text": "Ann sat."}) + "\n")
    Path("grid.yaml").write_text(GRID.replace("INPUT", "in.jsonl"))
    for option in ("--gold", "--probe"):
        refused("compare", "grid.yaml", "-o", "out", option, kept, kept=kept)
    Path("own.yaml").write_text(GRID.replace("INPUT", kept))
    refused("compare", "own.yaml", "-o", "out", kept=kept)
    Path(kept).write_text(GRID.replace("INPUT", "in.jsonl"))
    refused("compare", kept, "-o", "out", kept=kept)


@pytest.mark.parametrize("out", ["in", "./in", "link"])
def test_a_demo_does_not_write_among_its_samples(out):
    Path("in").mkdir()
    Path("link").symlink_to("in")
    Path("in/a.jsonl").write_text("{}\n")
    refused("demo", "in", "-o", out, kept="in/a.jsonl")
    assert len(list(Path("in").iterdir())) == 1


@pytest.mark.parametrize("command", ["pair", "convert", "export"])
def test_the_rejected_lines_of_before_are_an_input_too(command):
    kept = "out.jsonl.rejected.jsonl"
    Path(kept).write_text('{"id": "a", "text": "Ann sat.", "lang": "en"}\n')
    Path("t.txt").write_text("Ann se sentó.\n")
    more = ["t.txt", "--to", "es"] if command == "pair" else []
    refused(command, kept, *more, "-o", "out.jsonl", kept=kept)
