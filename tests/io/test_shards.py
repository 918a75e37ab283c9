"""Shards: one input in several files, for every command that reads records."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from projector.cli.main import main
from projector.errors import DataError, UsageError
from projector.io.formats import read
from projector.io.formats.shared.guess import guess
from projector.io.jsonl import read_records, write_records
from projector.io.shards import input_files
from projector.records import Document, Pair, Span

CONLL = "Ana B-PER\nsings O\n\n"


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """The output folder of a run over shards, with what stands beside the records."""
    folder = tmp_path / "pairs"
    folder.mkdir()
    for n in range(3):
        span = Span("s", 0, 3, "PER", score=0.9)
        sides = [Document(f"p{n}", text, lang, spans=[span]) for lang, text in SIDES]
        write_records([Pair(f"p{n}", *sides)], folder / f"out-0000{n}-of-00003.jsonl.gz")
    (folder / "manifest.json").write_text("{}")
    (folder / "notes.run.json").write_text("{}")
    (folder / "README").write_text("hm")
    return folder


SIDES = (("en", "Ana sings"), ("es", "Ana canta"))


def test_a_folder_and_a_pattern_name_their_files_in_order(pairs: Path) -> None:
    names = [f"out-0000{n}-of-00003.jsonl.gz" for n in range(3)]
    assert [Path(p).name for p in input_files(str(pairs))] == names
    assert [Path(p).name for p in input_files(str(pairs / "out-*-of-00003.jsonl.gz"))] == names
    assert input_files("-") == ["-"] and input_files("none.jsonl") == ["none.jsonl"]
    assert len(input_files(str(pairs), ())) == 4  # no suffixes wanted: whatever holds records


def test_a_file_whose_name_is_a_pattern_is_that_file(tmp_path: Path) -> None:
    write_records([Document("a", "x")], tmp_path / "[1].jsonl")
    write_records([Document("b", "y")], tmp_path / "1.jsonl")
    assert [r.id for r in read_records(tmp_path / "[1].jsonl")] == ["a"]


@pytest.mark.parametrize("name", ["pairs", "pairs/*.jsonl.gz"])
def test_every_command_reads_shards(
    pairs: Path, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert main(["convert", name, "-o", "one.jsonl"]) == 0
    assert [r.id for r in read_records("one.jsonl")] == ["p0", "p1", "p2"]
    assert main(["export", name, "--to", "conll", "-o", "es.conll"]) == 0
    assert Path("es.conll").read_text().count("Ana\tB-PER") == 3
    assert main(["report", name, "-o", "r.html"]) == 0
    assert "3 records shown" in capsys.readouterr().err
    assert main(["evaluate", name, "--gold", name, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["records"]["matched"] == 3
    assert main(["filter", name, "--min-score", "0.5"]) == 0
    assert capsys.readouterr().out.count("\n") == 3


def test_pair_joins_two_folders_of_shards(tmp_path: Path) -> None:
    for lang, text in SIDES:
        (tmp_path / lang).mkdir()
        for n in range(2):
            write_records([Document(f"d{n}", text, lang)], tmp_path / lang / f"{n}.jsonl")
    words = ["pair", str(tmp_path / "en"), str(tmp_path / "es"), "-o", str(tmp_path / "o.jsonl")]
    assert main(words) == 0
    assert [r.id for r in read_records(tmp_path / "o.jsonl")] == ["d0", "d1"]


def test_shards_of_other_formats_are_guessed_and_read(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    for n in range(2):
        (tmp_path / "x" / f"part-{n}.conll").write_text(CONLL)
    (tmp_path / "x" / "LICENSE").write_text("free")
    assert guess(str(tmp_path / "x")) == "conll"
    assert [doc.id for doc in read(tmp_path / "x")] == ["part-0-1", "part-1-1"]
    assert [doc.id for doc in read(tmp_path / "x" / "part-[1].conll")] == ["part-1-1"]
    (tmp_path / "x" / "more.jsonl").write_text('{"text": "a"}\n')
    with pytest.raises(UsageError, match=r"several formats \(conll, jsonl\)"):
        guess(str(tmp_path / "x"))
    assert len(list(read(tmp_path / "x", "conll"))) == 2


def test_an_error_names_the_shard_and_an_input_is_never_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "a"}\n')
    (tmp_path / "b.jsonl").write_text('{"text": "b"}\nbad\n')
    assert main(["convert", str(tmp_path), "-o", str(tmp_path / "out.conllu")]) == 3
    assert f"{tmp_path}/b.jsonl:2: " in capsys.readouterr().err
    words = ["convert", str(tmp_path / "*.jsonl"), "-o", str(tmp_path / "a.jsonl"), "--force"]
    assert main(words) == 2
    assert "the input itself" in capsys.readouterr().err
    with pytest.raises(DataError, match="no file of this pattern"):
        list(read_records(tmp_path / "*.nothing"))
