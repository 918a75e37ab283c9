"""``xproject convert``: what the user types and what comes out and is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from projector.cli.main import main
from projector.io.jsonl import read_records, write_records
from projector.records import Document, Pair, Span

CONLL = "EU B-ORG\nrejects O\n\nUK B-LOC\n"


def test_to_jsonl_and_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, middle, back = tmp_path / "a.conll", tmp_path / "a.jsonl", tmp_path / "b.conll"
    source.write_text(CONLL)
    assert main(["convert", str(source), "-o", str(middle), "--lang", "en"]) == 0
    docs = list(read_records(middle))
    assert [doc.id for doc in docs] == ["a-1", "a-2"]
    assert all(isinstance(doc, Document) and doc.lang == "en" for doc in docs)
    assert main(["convert", str(middle), "-o", str(back), "--separator", "space"]) == 0
    assert back.read_text().strip() == CONLL.strip()
    said = capsys.readouterr()
    assert said.out == ""
    assert "2 records read, 2 written, 0 rejected" in said.err


def test_standard_output_is_data_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.conll").write_text(CONLL)
    assert main(["convert", str(tmp_path / "a.conll")]) == 0
    assert [json.loads(line)["text"] for line in capsys.readouterr().out.splitlines()] == [
        "EU rejects",
        "UK",
    ]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["none.conll"], 3, "no such file"),
        (["a.conll", "--from", "conl"], 2, "did you mean 'conll'"),
        (["a.conll", "--to", "nothing"], 2, "no format is called"),
        (["a.conll", "--set", "schema=iob1"], 2, "did you mean 'scheme'"),
        (["pair.jsonl", "--scheme", "iob1"], 2, "no option 'scheme'"),
        (["a.conll", "--columns", "tag=1"], 2, "wanted one called 'token'"),
        (["a.conll", "-o", "out.unknown"], 2, "--to"),
        (["a.conll", "-o", "a.conll"], 2, "the input itself"),
        (["a.conll", "-o", "pair.jsonl"], 2, "--force"),
        (["a.conll", "-o", "no/x.jsonl"], 2, "does not exist"),
        (["pair.jsonl", "--to", "conll"], 3, "--side"),
        (["a.conll", "--to", "bitext"], 3, "wanted a pair"),
        (["x.talp"], 2, "--base"),
    ],
)
def test_mistakes_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    words: list[str], code: int, said: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    Path("a.conll").write_text(CONLL)
    Path("x.talp").write_text("0-0\n")
    write_records([Pair("p", Document("p", "a"), Document("p", "b"))], "pair.jsonl")
    assert main(["convert", *words]) == code
    text = capsys.readouterr()
    assert said in text.err
    assert text.out == ""
    assert "Traceback" not in text.err


def test_bad_records_are_set_aside_and_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = tmp_path / "a.conll", tmp_path / "out.jsonl"
    source.write_text("a O\n\nb\n\nc O\n")
    assert main(["convert", str(source), "-o", str(out)]) == 3
    assert not out.exists()
    assert "a.conll:3: " in capsys.readouterr().err
    assert main(["convert", str(source), "-o", str(out), "--on-error", "skip"]) == 0
    assert len(list(read_records(out))) == 2
    (rejected,) = [json.loads(x) for x in Path(f"{out}.rejected.jsonl").read_text().splitlines()]
    assert (rejected["line"], rejected["reason"], rejected["raw"]) == (3, "bad_columns", "b")
    assert "1 of 3 records rejected: 1 bad_columns" in capsys.readouterr().err
    assert main(["convert", str(source), "-o", str(out), "--max-errors", "0", "--force"]) == 1


def test_ids_given_twice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, out = tmp_path / "a.jsonl", tmp_path / "out.jsonl"
    source.write_text('{"id":"x","text":"a"}\n{"id":"x","text":"b"}\n{"id":"x.2","text":"c"}\n')
    assert main(["convert", str(source), "-o", str(out)]) == 3
    assert "'x' a second time" in capsys.readouterr().err
    assert main(["convert", str(source), "-o", str(out), "--duplicate-ids", "suffix"]) == 0
    assert [r.id for r in read_records(out)] == ["x", "x.2", "x.2.2"]
    assert main(["convert", str(source), "-o", str(out), "--duplicate-ids", "keep", "--force"]) == 0
    assert [r.id for r in read_records(out)] == ["x", "x", "x.2"]


def test_limit_and_dry_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, out = tmp_path / "a.conll", tmp_path / "out.jsonl"
    source.write_text(CONLL)
    assert main(["convert", str(source), "-o", str(out), "--dry-run"]) == 0
    assert not out.exists()
    assert "dry run" in capsys.readouterr().err
    assert main(["convert", str(source), "-o", str(out), "--limit", "1"]) == 0
    assert len(list(read_records(out))) == 1


def test_one_side_of_pairs(tmp_path: Path) -> None:
    pairs = tmp_path / "p.jsonl"
    write_records([Pair("p7", Document("a", "Hi", "en"), Document("b", "Hola", "es"))], pairs)
    out = tmp_path / "out.jsonl"
    assert main(["convert", str(pairs), "-o", str(out), "--side", "target"]) == 0
    assert list(read_records(out)) == [Document("p7", "Hola", "es")]


def test_links_onto_pairs(tmp_path: Path) -> None:
    pairs, links, out = tmp_path / "p.jsonl", tmp_path / "x.talp", tmp_path / "out.jsonl"
    write_records([Pair("p", Document("p", "a b"), Document("p", "c d"))], pairs)
    links.write_text("0-1\n")
    assert main(["convert", str(links), "--base", str(pairs), "-o", str(out)]) == 0
    (pair,) = read_records(out)
    assert isinstance(pair, Pair)
    assert pair.alignment == [(0, 1, 1.0)]


def test_what_is_lost_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, out = tmp_path / "a.jsonl", tmp_path / "a.conll"
    spans = [
        Span("a", 0, 3, "X"),
        Span("b", 0, 1, "Y"),
        Span("c", 0, 3, "Z", pieces=[(0, 1), (2, 3)]),
    ]
    write_records([Document("d", "a b", spans=spans, clusters=[["a", "b"]])], source)
    assert main(["convert", str(source), "-o", str(out)]) == 0
    said = capsys.readouterr().err
    assert "2 spans could not be held: 1 discontinuous, 1 overlap" in said
    assert "1 clusters could not be held" in said


def test_list_of_formats(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", "--formats"]) == 0
    text = capsys.readouterr().out
    assert "conllu" in text
    assert "scheme" in text


def test_that_nothing_is_annotated_is_said_where_annotations_could_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "a.jsonl"
    source.write_text('{"text": "Ana sings", "marks": [[0, 3, "PER"]]}\n{"text": "Bo"}\n')
    assert main(["convert", str(source)]) == 0
    assert "note: none of the 2 records has an annotation" in capsys.readouterr().err
    assert main(["convert", str(source), "--to", "text"]) == 0  # which could hold none
    source.write_text('{"text": "Ana sings", "label": "music"}\n{"text": "Bo"}\n')
    assert main(["convert", str(source)]) == 0
    assert "note" not in capsys.readouterr().err
