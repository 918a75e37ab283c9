"""``xproject evaluate``: formats on both sides, tables, JSON, the picture, mistakes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from projector.cli.main import main
from projector.io.jsonl import write_records
from projector.records import Document, Pair, Question, Span


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("gold.conll").write_text("Ana B-PER\nin O\nNew B-LOC\nYork I-LOC\n\nBo B-PER\n")
    spans = [Span("a", 0, 3, "PER", score=0.9), Span("b", 7, 10, "LOC", score=0.2)]
    target = Document("x", "Ana in New York", spans=spans)
    write_records(
        [Pair("x", Document("x", "?"), target), Pair("y", Document("y", "?"), Document("y", "Bo"))],
        "pred.jsonl",
    )
    return tmp_path


def result(words: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert main(["evaluate", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)  # type: ignore[no-any-return]


def test_pairs_against_conll_by_order(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = result(["pred.jsonl", "--gold", "gold.conll"], capsys)
    assert found["records"]["matched"] == 2
    strict = found["spans"]["strict"]
    assert (strict["correct"], strict["predicted"], strict["gold"]) == (1, 2, 3)
    assert found["spans"]["partial"]["correct"] == 2
    rows = {row["threshold"]: row for row in found["spans"]["scores"]["thresholds"]}
    assert (rows[0.5]["kept"], rows[0.5]["precision"]) == (1, 1.0)


def test_table_for_people(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "pred.jsonl", "--gold", "gold.conll", "--bootstrap", "50"]) == 0
    text = capsys.readouterr().out
    assert "PER" in text
    assert "40.00" in text
    assert "95 % interval" in text
    assert "calibration error" in text


def test_plot(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("matplotlib")
    assert main(["evaluate", "pred.jsonl", "--gold", "gold.conll", "--plot", "x.png"]) == 0
    assert Path("x.png").read_bytes()[:4] == b"\x89PNG"
    assert main(["evaluate", "gold.conll", "--gold", "gold.conll", "--plot", "y.png"]) == 3
    assert main(["evaluate", "pred.jsonl", "--gold", "gold.conll", "--plot", "x.txt"]) == 2


def test_answers_from_a_prediction_file(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gold = Document(
        "d",
        "In Köln",
        "de",
        spans=[Span("a", 3, 7)],
        questions=[Question("q", "Wo?", answers=["a"])],
    )
    write_records([gold], "qa.jsonl")
    Path("answers.json").write_text('{"q": "Köln!"}')
    found = result(["answers.json", "--gold", "qa.jsonl"], capsys)
    assert found["qa"]["exact_match"] == 1


def test_links_against_pharaoh(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    side = Document("p", "a b", tokens=[(0, 1), (2, 3)])
    write_records([Pair("p", side, side, [(0, 0, 0.9), (1, 0, 0.2)])], "pairs.jsonl")
    Path("gold.talp").write_text("0-0 1-1\n")
    found = result(["pairs.jsonl", "--gold", "gold.talp"], capsys)
    assert found["links"]["aer"] == 0.5
    found = result(["pairs.jsonl", "--gold", "gold.talp", "--min-score", "0.5"], capsys)
    assert found["links"]["aer"] == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["none.jsonl", "--gold", "gold.conll"], 3, "no such file"),
        (["pred.jsonl", "--gold", "none.conll"], 3, "no such file"),
        (["pred.jsonl"], 2, "--gold"),
        (["-", "--gold", "-"], 2, "both"),
        (["pred.jsonl", "--gold", "short.conll"], 3, "matched by order"),
        (["pred.jsonl", "--gold", "other.conll"], 3, "wanted the gold text"),
        (["pred.jsonl", "--gold", "gold.conll", "--kind", "links"], 3, "no annotations"),
        (["pred.jsonl", "--gold", "plain.txt"], 3, "no annotations"),
        (["a.talp", "--gold", "b.talp"], 2, "must be pairs"),
    ],
)
def test_mistakes_are_named(
    files: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, said: str
) -> None:
    Path("short.conll").write_text("Ana B-PER\nin O\nNew O\nYork O\n")
    Path("other.conll").write_text("Eva B-PER\n\nBo O\n")
    Path("plain.txt").write_text("Ana in New York\nBo\n")
    Path("a.talp").write_text("0-0\n")
    Path("b.talp").write_text("0-0\n")
    assert main(["evaluate", *words]) == code
    text = capsys.readouterr()
    assert said in text.err
    assert text.out == ""


def test_unreadable_records_can_be_left_out(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("bad.jsonl").write_text(
        '{"id":"a","text":"Bo","spans":[{"id":"s","start":0,"end":2,"label":"P"}]}\nno\n'
    )
    assert main(["evaluate", "bad.jsonl", "--gold", "bad.jsonl"]) == 3
    capsys.readouterr()
    found = result(["bad.jsonl", "--gold", "bad.jsonl", "--on-error", "skip"], capsys)
    assert found["records"]["unreadable"] == 2
    assert found["spans"]["strict"]["f1"] == 1
