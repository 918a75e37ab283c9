"""Inputs without a record are remarked on; where all are bad, no output stays in the way."""

from __future__ import annotations

import io
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from projector.cli.main import main

PAIR = {"id": "p", "source": {"text": "Ann sat."}, "target": {"text": "Ann se sentó."}}
COMMANDS = [
    ["annotate", "IN", "-o", "out.x"],
    ["translate", "IN", "-o", "out.x", "--to", "es", "--engine", "bitext", "--model", "b.tsv"],
    ["align", "IN", "-o", "out.x"],
    ["filter", "IN", "-o", "out.x", "--copies"],
    ["run", "r.yaml", "-i", "IN", "-o", "out.x"],
    ["convert", "IN", "-o", "out.x", "--from", "jsonl", "--to", "jsonl"],
    ["export", "IN", "-o", "out.x", "--from", "jsonl", "--to", "conll"],
    ["pair", "IN", "empty.txt", "-o", "out.x", "--from", "en", "--to", "es"],
    ["report", "IN", "-o", "out.x"],
    ["compare", "g.yaml", "-o", "out.x"],
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty.jsonl").write_bytes(b"")
    Path("empty.txt").write_bytes(b"")
    Path("b.tsv").write_text("Ann sat.\tAnn se sentó.\n")
    Path("r.yaml").write_text("stages: [{stage: filter, copies: true}]\n")
    Path("g.yaml").write_text("input: empty.jsonl\nsteps: [[{stage: filter, copies: true}]]\n")


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_an_input_without_records_is_remarked_on(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["empty.jsonl" if word == "IN" else word for word in words]
    assert main([*given, "--quiet"]) == 0
    assert capsys.readouterr().err == "xproject: warning: empty.jsonl: found no records in it\n"


def test_empty_standard_input_is_remarked_on(
    monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"")))
    assert main(["annotate"]) == 0
    said = capsysbinary.readouterr()
    assert b"standard input: found no records in it" in said.err and said.out == b""


@pytest.mark.parametrize("command", ["annotate", "convert"])
def test_none_wanted_is_no_remark(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("in.jsonl").write_text(json.dumps(PAIR) + "\n")
    assert main([command, "in.jsonl", "-o", "out.jsonl", "--limit", "0"]) == 0
    assert "found no records" not in capsys.readouterr().err


@pytest.mark.parametrize("command", ["convert", "export", "pair"])
def test_where_all_records_are_bad_no_output_stays(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("in.jsonl").write_text("{bad\n{worse\n")
    Path("t.txt").write_text("a\nb\n")
    words = [command, "in.jsonl", *(["t.txt", "--to", "es"] if command == "pair" else [])]
    words += ["-o", "out.jsonl", "--on-error", "skip"]
    assert main(words) == 1
    assert "nothing was written: all of the 2 records were rejected" in capsys.readouterr().err
    assert not Path("out.jsonl").exists()
    assert Path("out.jsonl.rejected.jsonl").read_text().count("\n") == 2
    Path("in.jsonl").write_text('{"id": "1", "text": "x", "lang": "en"}\n' * 1)
    Path("t.txt").write_text("a\n")
    assert main(words) == 0
    assert Path("out.jsonl").read_text()
