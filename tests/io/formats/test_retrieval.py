"""Retrieval, XOR-TyDi and MLQA: both sides of a pair as contexts of all its questions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from projector.io.formats import write
from projector.io.formats.shared.notes import Notes
from projector.records import Document, Pair, Question, Span


def side(n: int, lang: str, text: str, answer: str, asked: dict[str, str]) -> Document:
    start = text.index(answer)
    questions = [
        Question(f"d{n}-q0" if at == "en" else f"d{n}-q0-{at}", question, at, ["s"])
        for at, question in asked.items()
    ]
    span = Span("s", start, start + len(answer), "PER")
    return Document(f"d{n}", text, lang, spans=[span], questions=questions)


@pytest.fixture
def pairs() -> list[Pair]:
    made = []
    for n, name in enumerate(("Ann", "Bob", "Eve")):
        asked = {"en": f"Who sold house {n}?", "es": f"¿Quién vendió la casa {n}?"}
        made.append(
            Pair(
                f"d{n}", side(n, "en", f"{name} sold house {n} in Rome.", name, asked),
                side(n, "es", f"{name} vendió la casa {n} en Roma.", name, asked),
            )
        )  # fmt: skip
    return made


def test_beir_and_dpr_with_negatives_of_the_same_words(pairs: list[Pair], tmp_path: Path) -> None:
    pytest.importorskip("rank_bm25", reason="the extra retrieval is not installed")
    out = tmp_path / "out"
    assert write(pairs, str(out), "retrieval", {"negatives": 1}, Notes()) == 6
    corpus = [json.loads(line) for line in (out / "corpus.jsonl").read_text().splitlines()]
    assert [row["_id"] for row in corpus][:2] == ["d0-en", "d0-es"]
    qrels = (out / "qrels" / "train.tsv").read_text().splitlines()
    assert qrels[1:3] == ["d0-q0\td0-en\t1", "d0-q0\td0-es\t1"]
    examples = json.loads((out / "dpr.train.json").read_text())
    assert len(examples) == 6
    for example in examples:
        answers = example["answers"]
        right = {c["passage_id"] for c in example["positive_ctxs"]}
        assert example["hard_negative_ctxs"]
        for context in example["hard_negative_ctxs"]:
            assert context["passage_id"] not in right
            assert not any(a in context["text"] for a in answers)


def test_xor_lines_and_only_those_that_cross(pairs: list[Pair], tmp_path: Path) -> None:
    out = tmp_path / "xor.jsonl"
    assert write(pairs, str(out), "xor", {}, Notes()) == 12
    crossing = tmp_path / "crossing.jsonl"
    assert write(pairs, str(crossing), "xor", {"crossing": True}, Notes()) == 6
    for line in crossing.read_text().splitlines():
        row = json.loads(line)
        assert row["lang"] != row["context_lang"]
        for answer, start in zip(row["answers"], row["answer_start"], strict=True):
            assert row["context"].startswith(answer, start)


def test_mlqa_has_a_file_for_each_pair_of_languages(pairs: list[Pair], tmp_path: Path) -> None:
    out = tmp_path / "mlqa"
    write(pairs, str(out), "mlqa", {}, Notes())
    assert sorted(p.name for p in out.iterdir()) == [
        f"train-context-{c}-question-{q}.json" for c in ("en", "es") for q in ("en", "es")
    ]
    ids = [
        {qa["id"] for a in json.loads(p.read_text())["data"] for qa in a["paragraphs"][0]["qas"]}
        for p in sorted(out.iterdir())
    ]
    assert ids == [{"d0-q0", "d1-q0", "d2-q0"}] * 4
