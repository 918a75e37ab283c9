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
    assert "align hmm" in shown and "100.00" in shown
    assert main([*words, "--json"]) == 0
    assert {path: path.stat().st_mtime_ns for path in made} == made
    rows = json.loads(capsys.readouterr().out)
    assert [row["records"] for row in rows] == [1] * 4
    assert rows[2]["f1"] == 100.0 and rows[3]["f1"] < 100


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
