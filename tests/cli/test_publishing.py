"""``xproject card`` and ``xproject push`` from the command line."""

from __future__ import annotations

import json

import pytest

from projector.cli.main import main
from tests.publishing.conftest import NLLB
from tests.publishing.conftest import silver as silver
from tests.publishing.hub_server import TOKEN, serving


def test_the_card_is_printed_or_written_and_never_written_over(silver, tmp_path, capsys):
    path = silver()
    assert main(["card", path, "--title", "News"]) == 0
    assert "# News" in capsys.readouterr().out
    card = tmp_path / "README.md"
    assert main(["card", path, "-o", str(card)]) == 0
    assert "# pt" in card.read_text()
    assert main(["card", path, "-o", str(card)]) == 2
    assert "--force" in capsys.readouterr().err


def test_a_licence_that_a_model_forbids_is_warned_of(silver, capsys):
    assert main(["card", silver(step=NLLB), "--license", "cc-by-4.0"]) == 0
    assert "warning: the licence cc-by-4.0 allows commercial use" in capsys.readouterr().err


def test_croissant_is_written_beside_the_card(silver, tmp_path):
    pytest.importorskip("mlcroissant", reason="needs the extra 'publish'")
    out = tmp_path / "croissant.json"
    assert main(["card", silver(), "-o", str(tmp_path / "README.md"), "--croissant", str(out)]) == 0
    assert json.loads(out.read_text())["recordSet"][0]["name"] == "train"


def test_scores_of_evaluate_stand_in_the_card(silver, tmp_path, capsys):
    path, scores = silver(), tmp_path / "scores.json"
    assert main(["evaluate", path, "--gold", path, "--json"]) == 0
    scores.write_text(capsys.readouterr().out)
    assert main(["card", path, "--scores", str(scores)]) == 0
    assert "| spans | 100.0% | 100.0% | 100.0% | 10 |" in capsys.readouterr().out
    assert main(["card", path, "--scores", path + ".run.json"]) == 2
    assert "found no scores" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-"], "standard input"),
        (["train=a", "train=b"], "twice"),
        (["a b=c"], "wanted letters"),
    ],
)
def test_splits_that_make_no_sense_are_refused(words, said, capsys):
    assert main(["card", *words]) == 2
    assert said in capsys.readouterr().err


def test_a_dry_run_sends_nothing_and_needs_no_token(silver, tmp_path, monkeypatch, capsys):
    pytest.importorskip("mlcroissant", reason="needs the extra 'publish'")
    monkeypatch.delenv("HF_TOKEN", raising=False)
    out = tmp_path / "out"
    words = ["push", silver(), "--repo", "team/news", "--dry-run"]
    assert main([*words, "-o", str(out)]) == 0
    said = capsys.readouterr()
    assert "data/train-00000-of-00001.parquet" in said.out and "nothing was sent" in said.err
    assert (out / "README.md").is_file()
    assert main(words) == 0
    assert main(["push", silver("c.jsonl"), "--repo", "team/news"]) == 2
    assert "HF_TOKEN" in capsys.readouterr().err


def test_what_was_pushed_loads_from_a_download(silver, tmp_path, monkeypatch, capsys):
    pytest.importorskip("mlcroissant", reason="needs the extra 'publish'")
    datasets = pytest.importorskip("datasets", reason="needs the extra 'hub'")
    from huggingface_hub import constants

    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    words = [f"train={silver()}", f"test={silver('t.jsonl')}", "--repo", "team/news"]
    with serving() as hub:
        assert main(["push", *words, "--endpoint", hub.url]) == 0
        said = capsys.readouterr()
        assert said.out.startswith(f"{hub.url}/datasets/team/news/commit/")
        assert TOKEN not in said.out + said.err
        hub.write("team/news", tmp_path / "download")
    loaded = datasets.load_dataset(str(tmp_path / "download"), cache_dir=str(tmp_path / "cache"))
    assert {name: len(split) for name, split in loaded.items()} == {"train": 6, "test": 6}


def test_export_writes_a_benchmarks_folder(silver, tmp_path, capsys):
    out = tmp_path / "download"
    words = ["export", silver(), "--layout", "panx", "-o", str(out)]
    assert main([*words, "--split", "test", "--min-score", "0.8"]) == 0
    assert (out / "panx" / "test-pt.tsv").read_text().count("B-LOC") == 0
    assert main(words) == 0
    assert (out / "panx" / "train-pt.tsv").read_text().count("B-LOC") == 4
    assert "train-pt.tsv: 6 records" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--split", "dev", "--to", "conll"], "found no --layout"),
        (["--layout", "panx"], "wanted a folder"),
        (["--layout", "panx", "--to", "conll", "-o", "x"], "--to beside it"),
        (["--layout", "panx", "-o", "x", "--label-map", "MISC"], "wanted OLD=NEW"),
        (["--layout", "panx", "-o", "x", "--label-map", "A=LOC,A=PER"], "twice"),
    ],
)
def test_layout_options_that_make_no_sense_are_refused(silver, words, said, capsys):
    assert main(["export", silver(), *words]) == 2
    assert said in capsys.readouterr().err
