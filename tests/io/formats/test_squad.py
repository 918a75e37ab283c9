"""SQuAD JSON: paragraphs as documents, answers as spans, answer_start right by construction."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from projector.errors import DataError
from projector.io.formats import read, read_lines, write
from projector.io.formats.shared.notes import Notes
from projector.records import Document, Question, Span

FILE = {
    "version": "v2.0",
    "data": [
        {
            "title": "Köln",
            "paragraphs": [
                {
                    "context": "In Köln stehen 3 Türme. 🏰 Sie sind alt.",
                    "qas": [
                        {
                            "id": "q1",
                            "question": "Wo?",
                            "answers": [
                                {"text": "Köln", "answer_start": 3},
                                {"text": "In Köln", "answer_start": 0},
                                {"text": "Köln", "answer_start": 3},
                            ],
                            "is_impossible": False,
                        },
                        {
                            "id": "q2",
                            "question": "Wer?",
                            "answers": [],
                            "is_impossible": True,
                            "plausible_answers": [{"text": "Sie", "answer_start": 26}],
                        },
                    ],
                },
                {"context": "Leer.", "qas": []},
            ],
        },
        {"title": "Bonn", "paragraphs": [{"context": "Bonn.", "qas": []}]},
    ],
}


def written(tmp_path: Path, value: Any, name: str = "xquad.de.json") -> Path:
    path = tmp_path / name
    path.write_text(json.dumps(value))
    return path


def test_one_document_a_paragraph(tmp_path: Path) -> None:
    docs = [
        d for d in read(written(tmp_path, FILE), options={"lang": "de"}) if isinstance(d, Document)
    ]
    assert [doc.id for doc in docs] == ["xquad-1-1", "xquad-1-2", "xquad-2-1"]
    first = docs[0]
    assert [(s.surface(first.text), s.label) for s in first.spans] == [
        ("Köln", "answer"),
        ("In Köln", "answer"),
    ]
    assert [q.answers for q in first.questions] == [["a0", "a1", "a0"], []]
    assert [q.is_impossible for q in first.questions] == [False, True]
    assert first.questions[0].lang == "de"


def test_a_file_comes_back_as_it_was(tmp_path: Path) -> None:
    write(read(written(tmp_path, FILE)), tmp_path / "out.json", "squad")
    assert json.loads((tmp_path / "out.json").read_text()) == FILE


def test_version_1_has_no_is_impossible(tmp_path: Path) -> None:
    qa = {"id": "q", "question": "?", "answers": [{"text": "a", "answer_start": 1}]}
    file = {
        "version": "1.1",
        "data": [{"title": "t", "paragraphs": [{"context": "ba", "qas": [qa]}]}],
    }
    write(read(written(tmp_path, file)), tmp_path / "out.json", "squad")
    assert json.loads((tmp_path / "out.json").read_text()) == file


def test_an_answer_that_was_lost_is_not_called_impossible(tmp_path: Path) -> None:
    doc = Document(
        "d", "ab", questions=[Question("q", "?"), Question("r", "?", is_impossible=False)]
    )
    notes = Notes()
    write([doc], tmp_path / "out.json", "squad", notes=notes)
    (paragraph,) = json.loads((tmp_path / "out.json").read_text())["data"][0]["paragraphs"]
    assert paragraph["qas"] == []
    assert notes.losses() == ["2 questions could not be held: 2 without an answer"]


def test_spans_that_are_no_answers_are_counted(tmp_path: Path) -> None:
    notes = Notes()
    doc = Document("d", "ab", spans=[Span("s", 0, 1, "PER")])
    write([doc], tmp_path / "out.json", "squad", notes=notes)
    assert notes.losses() == ["1 spans could not be held: 1 no answer of a question"]


def test_wrong_answer_start(tmp_path: Path) -> None:
    file = json.loads(json.dumps(FILE))
    file["data"][0]["paragraphs"][0]["qas"][0]["answers"][0]["answer_start"] = 5
    lines = list(read_lines(written(tmp_path, file)))
    assert [line.error.reason if line.error else "" for line in lines] == [
        "offset_mismatch",
        "",
        "",
    ]
    notes = Notes()
    first = next(read(written(tmp_path, file), options={"repair": True}, notes=notes))
    assert isinstance(first, Document)
    assert first.spans[0].start == 3
    assert notes.notices()


@pytest.mark.parametrize(
    "value",
    [[], {}, {"data": 3}, {"data": [3]}, {"data": [{}]}, {"data": [{"paragraphs": [3]}]},
     {"data": [{"paragraphs": [{"context": 3, "qas": []}]}]},
     {"data": [{"paragraphs": [{"context": "a", "qas": [{}]}]}]},
     {"data": [{"paragraphs": [{"context": "a", "qas": [{"question": "?", "answers": [3]}]}]}]},
     {"data": [{"paragraphs": [{"context": "a", "qas": [{"question": "?", "answers": [{"text": "a", "answer_start": True}]}]}]}]},
     {"data": [{"paragraphs": [{"context": "a", "qas": [{"id": 1, "question": "?", "answers": []}] * 2}]}]}],
)  # fmt: skip
def test_malformed_files(tmp_path: Path, value: Any) -> None:
    with pytest.raises(DataError):
        list(read(written(tmp_path, value), "squad"))


def test_not_json(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"data": [')
    with pytest.raises(DataError, match="no SQuAD file"):
        list(read(path, "squad"))


@st.composite
def documents(draw: st.DrawFn) -> Document:
    text = draw(st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=20))
    places = draw(
        st.lists(st.tuples(st.integers(0, len(text) - 1), st.integers(1, len(text))), max_size=4)
    )
    places = sorted({(a, b) for a, b in places if a < b})
    spans = [Span(f"a{n}", a, b, "answer") for n, (a, b) in enumerate(places)]
    asked = [Question(f"q{n}", "?", answers=[s.id]) for n, s in enumerate(spans)]
    return Document("squad-1-1", text, spans=spans, questions=asked)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None
)
@given(doc=documents())
def test_round_trip(tmp_path: Path, doc: Document) -> None:
    write([doc], tmp_path / "squad.json", "squad", force=True)
    (again,) = read(tmp_path / "squad.json", "squad")
    assert isinstance(again, Document)
    assert replace(again, meta={}) == doc
