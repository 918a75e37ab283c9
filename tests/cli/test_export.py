"""``xproject export``: the target side, above a score, in the format of a training job."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from projector.cli.main import main
from projector.io.jsonl import read_records, write_records
from projector.records import Document, Pair, Question, Relation, Span

PAIR = Pair(
    "p",
    Document("p", "Ana lives in Rome .", "en"),
    Document(
        "p",
        "Ana vive en Roma .",
        "es",
        tokens=[(0, 3), (4, 8), (9, 11), (12, 16), (17, 18)],
        spans=[
            Span("s0", 0, 3, "PER", score=0.9),
            Span("s1", 12, 16, "LOC", score=0.4),
            Span("s2", 0, 16, "WHOLE", score=0.3),
        ],
        relations=[Relation("lives", "s0", "s1")],
        clusters=[["s0", "s1"]],
        questions=[
            Question("q0", "¿Dónde?", "es", answers=["s1"]),
            Question("q1", "¿Quién?", "es", ["s0"]),
        ],
        labels={"topic": "people"},
    ),
)


@pytest.fixture
def pairs(tmp_path: Path) -> str:
    write_records([PAIR], tmp_path / "pairs.jsonl")
    return str(tmp_path / "pairs.jsonl")


def test_jsonl_is_the_default(pairs: str, tmp_path: Path) -> None:
    assert main(["export", pairs, "-o", str(tmp_path / "out.jsonl")]) == 0
    assert list(read_records(tmp_path / "out.jsonl")) == [PAIR.target]


def test_min_score_takes_what_hangs_on_a_span(
    pairs: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.jsonl"
    assert main(["export", pairs, "-o", str(out), "--min-score", "0.5"]) == 0
    (doc,) = read_records(out)
    assert isinstance(doc, Document)
    assert [span.id for span in doc.spans] == ["s0"]
    assert doc.relations == []
    assert doc.clusters == []
    assert [q.id for q in doc.questions] == ["q1"]
    said = capsys.readouterr().err
    assert "2 spans could not be held: 2 score below --min-score" in said
    assert "1 relations could not be held" in said


def test_conll_resolves_overlap_aloud(
    pairs: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.conll"
    assert (
        main(["export", pairs, "-o", str(out), "--set", "overlap=score", "--set", "comments=no"])
        == 0
    )
    assert out.read_text() == "Ana\tB-PER\nvive\tO\nen\tO\nRoma\tB-LOC\n.\tO\n\n"
    assert "1 spans could not be held: 1 overlap" in capsys.readouterr().err


def test_squad_answers_stand_where_they_say(pairs: str, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    assert main(["export", pairs, "-o", str(out), "--to", "squad"]) == 0
    (paragraph,) = json.loads(out.read_text())["data"][0]["paragraphs"]
    for qa in paragraph["qas"]:
        for answer in qa["answers"]:
            start = answer["answer_start"]
            assert paragraph["context"][start : start + len(answer["text"])] == answer["text"]
    assert [qa["answers"][0]["text"] for qa in paragraph["qas"]] == ["Roma", "Ana"]


def test_token_lists_and_text(
    pairs: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", pairs, "--to", "tokens", "--min-score", "0.35"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert row["ner_tags"] == ["B-PER", "O", "O", "B-LOC", "O"]
    assert row["topic"] == "people"
    assert main(["export", pairs, "--to", "text", "--side", "source"]) == 0
    assert capsys.readouterr().out == "Ana lives in Rome .\n"


def test_documents_pass_and_bad_scores_do_not(pairs: str, tmp_path: Path) -> None:
    write_records([Document("d", "x")], tmp_path / "d.jsonl")
    assert main(["export", str(tmp_path / "d.jsonl"), "-o", str(tmp_path / "o.jsonl")]) == 0
    assert main(["export", pairs, "--min-score", "2"]) == 2


def test_contractions_are_split_and_copies_have_other_names(pairs: str, tmp_path: Path) -> None:
    names = tmp_path / "names.tsv"
    names.write_text("PER\tEva\nLOC\tPuerto del Rosario\n")
    out = tmp_path / "out.jsonl"
    words = ["export", pairs, "-o", str(out), "--min-score", "0.35", "--names", str(names)]
    assert main([*words, "--copies", "8", "--split-contractions"]) == 0
    first, *copies = read_records(out)
    assert isinstance(first, Document) and first.text == PAIR.target.text
    assert 1 <= len(copies) <= 8
    texts = {doc.text for doc in copies if isinstance(doc, Document)}
    assert "Eva vive en Puerto de el Rosario ." in texts


def test_copies_need_names(pairs: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", pairs, "--copies", "2"]) == 2
    assert "found no --names" in capsys.readouterr().err


def test_aligned_pairs_go_to_formats_of_pairs_with_both_sides(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sides = (Document("p", "a b", "en", [(0, 1), (2, 3)]), Document("p", "c", "es", [(0, 1)]))
    write_records([Pair("p", *sides, alignment=[(0, 0, 0.9), (1, 0, 0.5)])], tmp_path / "p.jsonl")
    for name, wanted in (("pharaoh", "0-0 1-0\n"), ("bitext", "a b\tc\t0-0 1-0\n"),
                         ("fastalign", "a b ||| c\n")):  # fmt: skip
        assert main(["export", str(tmp_path / "p.jsonl"), "--to", name]) == 0
        assert capsys.readouterr().out == wanted
    write_records([sides[1]], tmp_path / "d.jsonl")
    assert main(["export", str(tmp_path / "d.jsonl"), "--to", "pharaoh"]) == 3
    assert "wanted a pair for the format 'pharaoh'" in capsys.readouterr().err
