"""A grid of alternatives: each combination once, shared beginnings once, one table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from projector.cli.main import main
from projector.errors import UsageError
from projector.io.jsonl import read_records
from projector.pipeline.comparison import read_grid, run_grid
from projector.records import Pair
from tests.translation.test_llm import server

GRID = """
input: {folder}/in.jsonl
steps:
  - [{{stage: align, engine: hmm}}, {{stage: align, engine: import, links: {folder}/links.txt}}]
  - [{{stage: project, method: match}}, {{stage: project, method: match, min_score: 1.0}}]
"""


@pytest.fixture
def grid(tmp_path: Path) -> Path:
    record = {
        "id": "1",
        "source": {
            "text": "Maria lives in Berlin .", "lang": "en",
            "spans": [{"id": "a", "start": 0, "end": 5, "label": "PER"},
                      {"id": "b", "start": 15, "end": 21, "label": "LOC"}],
        },
        "target": {"text": "Maria vive en Berlin .", "lang": "es"},
    }  # fmt: skip
    gold = {
        "id": "1", "text": "Maria vive en Berlin .", "lang": "es",
        "spans": [{"id": "a", "start": 0, "end": 5, "label": "PER"},
                  {"id": "b", "start": 14, "end": 20, "label": "LOC"}],
    }  # fmt: skip
    (tmp_path / "in.jsonl").write_text(json.dumps(record) + "\n")
    (tmp_path / "gold.jsonl").write_text(json.dumps(gold) + "\n")
    (tmp_path / "links.txt").write_text("0-0 1-1 2-2 3-3 4-4\n")
    path = tmp_path / "grid.yaml"
    path.write_text(GRID.format(folder=tmp_path))
    return path


def test_every_combination_is_run_and_shared_beginnings_once(grid: Path) -> None:
    said: list[str] = []
    found = run_grid(read_grid(grid), grid.parent / "out", said.append)
    assert [one.choices for one in found] == [
        ["align hmm", "project match"],
        ["align hmm", "project match 1.0"],
        [f"align import {grid.parent}/links.txt", "project match"],
        [f"align import {grid.parent}/links.txt", "project match 1.0"],
    ]
    assert len(said) == 6  # two alignments, four projections
    assert [(one.records, one.written, one.spans) for one in found] == [(1, 1, 2)] * 4
    for one in found:
        (pair,) = read_records(one.output)
        assert isinstance(pair, Pair) and len(pair.target.spans) == one.projected
        assert one.seconds >= 0
    assert found[2].projected == 2 and found[3].projected < 2
    assert found[0].seconds > found[2].seconds  # `hmm` learns, links from a file cost nothing


def test_what_is_there_is_not_made_again_and_the_table_has_scores(
    grid: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = grid.parent / "out"
    words = ["compare", str(grid), "-o", str(out), "--gold", str(grid.parent / "gold.jsonl")]
    assert main(words) == 0
    made = {path: path.stat().st_mtime_ns for path in out.glob("*.jsonl")}
    shown = capsys.readouterr().out
    assert "align hmm" in shown and "100.0" in shown and "ECE" in shown
    assert main([*words, "--json"]) == 0
    assert {path: path.stat().st_mtime_ns for path in made} == made
    rows = json.loads(capsys.readouterr().out)
    assert [row["records"] for row in rows] == [1] * 4
    assert rows[2]["f1"] == 100.0 and rows[3]["f1"] < 100
    assert main([*words, "--force"]) == 0
    assert all(path.stat().st_mtime_ns > before for path, before in made.items())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("input: x\nsteps: []", "length"),
        ("input: x\nsteps: [[{engine: hmm}]]", r"steps\[0\]\[0\]: found no 'stage'"),
        ("steps: [[{stage: align}]]", "input"),
    ],
)
def test_a_grid_that_makes_no_sense_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "grid.yaml"
    path.write_text(text)
    with pytest.raises(UsageError, match=message):
        read_grid(path)


def test_an_alternative_that_fails_keeps_its_place_and_the_others_go_on(
    grid: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = f"{{as: broken, stage: align, engine: import, links: {grid.parent}/none.txt}}"
    text = grid.read_text().replace("[{stage: align, engine: hmm}", f"[{broken}", 1)
    grid.write_text(text)
    words = ["compare", str(grid), "-o", str(grid.parent / "out")]
    assert main([*words, "--gold", str(grid.parent / "gold.jsonl")]) == 0
    said = capsys.readouterr()
    assert said.out.count("broken") == 2 and said.out.count("failed") == 2
    assert "100.0" in said.out and "none.txt" in said.err


def test_when_all_fail_the_command_fails(grid: Path, capsys: pytest.CaptureFixture[str]) -> None:
    grid.write_text(
        f"input: {grid.parent}/in.jsonl\nsteps: [[{{stage: align, engine: import, links: none}}]]"
    )
    assert main(["compare", str(grid), "-o", str(grid.parent / "out")]) == 4
    assert "no combination" in capsys.readouterr().err


def test_a_wrong_option_is_said_before_anything_runs(grid: Path) -> None:
    grid.write_text(grid.read_text().replace("min_score: 1.0", "min_skore: 1.0"))
    with pytest.raises(UsageError, match=r"steps\[1\]\[1\].*min_skore"):
        run_grid(read_grid(grid), grid.parent / "out")
    assert not (grid.parent / "out").exists()


def test_a_tagger_trained_on_each_is_scored_on_gold(
    grid: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("pycrfsuite", reason="needs the extra eval")
    gold = str(grid.parent / "gold.jsonl")
    words = ["compare", str(grid), "-o", str(grid.parent / "out"), "--probe", gold, "--json"]
    assert main(words) == 0
    rows = json.loads(capsys.readouterr().out)
    assert rows[2]["probe"] == 100.0 and rows[2]["projected"] == 2
    assert rows[3]["projected"] == 0 and "probe" not in rows[3], "nothing to learn from"


def test_spans_of_another_translation_are_compared_by_their_wording(
    grid: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold = grid.parent / "gold.jsonl"
    gold.write_text(
        gold.read_text().replace("vive en", "reside en").replace("14", "16").replace("20", "22")
    )
    words = ["compare", str(grid), "-o", str(grid.parent / "out"), "--gold", str(gold)]
    assert main([*words, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert rows[2]["by"] == "text" and rows[2]["f1"] == 100.0 and "ece" not in rows[2]
    assert main(words) == 0
    assert "~100.0" in capsys.readouterr().out


def test_what_a_server_was_paid_for_stands_in_the_table(
    grid: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Translated and projected through a real server process; the second run shows the same."""
    pytest.importorskip("httpx", reason="needs the extra llm")
    with server() as url:
        llm = f"engine: llm, model: m, options: {{url: {url}, price_in: 2.0, price_out: 4.0}}"
        links = f"{{stage: align, engine: import, links: {grid.parent}/links.txt}}"
        ask = f"{{url: {url}, price_in: 2.0, price_out: 4.0}}"
        source = json.loads((grid.parent / "in.jsonl").read_text())["source"]
        (grid.parent / "in.jsonl").write_text(json.dumps({"id": "1", **source}) + "\n")
        grid.write_text(
            f"input: {grid.parent}/in.jsonl\n"
            f"steps: [[{{stage: translate, to: es, {llm}}}], [{links}], [{{stage: project}}, "
            f"{{stage: project, method: llm, model: m, options: {ask}}}]]\n"
        )
        words = ["compare", str(grid), "-o", str(grid.parent / "out"), "--json"]
        assert main(words) == 0
        match, asked = json.loads(capsys.readouterr().out)
    for row, questions in ((match, 1), (asked, 2)):
        cost = row["cost"]
        assert cost["requests"] == questions and cost["tokens_in"] == 100 * questions
        price = 2e-6 * cost["tokens_in"] + 4e-6 * cost["tokens_out"]
        assert cost["money"] == pytest.approx(price)
    assert asked["projected"] == 2
    assert main(words[:-1]) == 0
    shown = capsys.readouterr().out
    assert "tokens" in shown and f"{asked['cost']['money']:g}" in shown
