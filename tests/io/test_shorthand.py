"""The inputs that people have: plain text, token lists with tags, SQuAD-like rows."""

from __future__ import annotations

from typing import Any

import pytest

from projector.errors import DataError
from projector.io.shorthand import record_from_json
from projector.records import Document, Pair


def document(value: dict[str, Any]) -> Document:
    found = record_from_json(value, line=3, path="dir/my.data.jsonl")
    assert isinstance(found, Document)
    return found


def test_text_alone_gets_an_id_from_file_and_line() -> None:
    assert document({"text": "Hi"}).id == "my-3"
    assert document({"text": "Hi", "id": 7}).id == "7"


def test_token_list_with_tags() -> None:
    doc = document({"tokens": ["Angela", "Merkel", "rests"], "ner_tags": ["B-PER", "I-PER", "O"]})
    assert doc.text == "Angela Merkel rests"
    assert [(s.surface(doc.text), s.label) for s in doc.spans] == [("Angela Merkel", "PER")]


def test_token_list_with_the_text_that_it_comes_from() -> None:
    doc = document({"text": "I'm  in", "tokens": ["I", "'m", "in"], "tags": ["PRON", "AUX", "ADP"]})
    assert doc.tokens == [(0, 1), (1, 3), (5, 7)]
    assert doc.tags == {"tags": ["PRON", "AUX", "ADP"]}


def test_squad_row() -> None:
    doc = document(
        {
            "id": "q7",
            "context": "In Köln 3 cats.",
            "question": "Where?",
            "answers": {"text": ["Köln", "Köln"], "answer_start": [3, 3]},
        }
    )
    assert doc.questions[0].id == "q7"
    assert [doc.span_by_id()[a].surface(doc.text) for a in doc.questions[0].answers] == ["Köln"]


def test_unknown_fields_are_carried_in_meta() -> None:
    assert document({"text": "x", "url": "u", "meta": {"a": 1}}).meta == {"a": 1, "url": "u"}


def test_pair_of_strings() -> None:
    pair = record_from_json({"source": "a", "target": "b"}, line=1)
    assert isinstance(pair, Pair)
    assert (pair.source.text, pair.target.text) == ("a", "b")


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({}, "text"),
        ({"text": None}, "text"),
        ({"text": "x", "id": True}, "id"),
        ({"text": "x", "spans": [{"id": "s", "start": 0, "end": 2}]}, "spans[0]"),
        (
            {"text": "xy", "spans": [{"id": "s", "start": 0, "end": 1, "text": "y"}]},
            "spans[0].text",
        ),
        ({"text": "x", "spans": "no"}, "spans"),
        ({"text": "x", "meta": 3, "new": 1}, "meta"),
        ({"tokens": ["a", ""], "ner_tags": ["O", "O"]}, "tokens"),
        ({"tokens": ["a"], "ner_tags": ["O", "O"]}, "ner_tags"),
        ({"tokens": ["a"], "ner_tags": [3]}, "ner_tags"),
        ({"text": "ab", "tokens": ["b", "a"]}, "tokens[1]"),
        (
            {"context": "abc", "question": "?", "answers": {"text": ["z"], "answer_start": [0]}},
            "answers[0]",
        ),
        (
            {"context": "abc", "question": "?", "answers": {"text": ["a"], "answer_start": []}},
            "answers",
        ),
        (
            {"context": 3, "question": "?", "answers": {"text": ["a"], "answer_start": [0]}},
            "answers[0]",
        ),
        ({"source": 1, "target": {"text": "x"}}, "source"),
        ({"source": {"text": "a"}, "target": {"text": "b"}, "alignment": [[0, 0, 1]]}, "alignment"),
        ({"source": {"text": "a"}, "target": {"text": "b"}, "alignment": "0-0"}, "alignment"),
    ],
)
def test_bad_fields_are_named(value: dict[str, Any], field: str) -> None:
    with pytest.raises(DataError) as caught:
        record_from_json(value, line=1)
    assert field in str(caught.value).partition(" found")[0].partition(" wanted")[0]


def test_entities_of_spacy_and_spans_of_prodigy() -> None:
    ana = {"text": "Ana met Bo.", "entities": [[0, 3, "PERSON"], [8, 10, "PERSON"]]}
    doc = record_from_json(ana, line=1)
    assert isinstance(doc, Document)
    assert [(s.id, s.surface(doc.text), s.label) for s in doc.spans] == [
        ("s0", "Ana", "PERSON"),
        ("s1", "Bo", "PERSON"),
    ]
    task = {
        "text": "Ana met",
        "tokens": [
            {"text": "Ana", "start": 0, "end": 3, "id": 0},
            {"text": "met", "start": 4, "end": 7, "id": 1},
        ],
        "spans": [{"start": 0, "end": 3, "label": "PER", "token_start": 0, "token_end": 0}],
        "answer": "accept",
    }
    doc = record_from_json(task, line=1)
    assert isinstance(doc, Document)
    assert doc.tokens == [(0, 3), (4, 7)]
    assert (doc.spans[0].id, doc.spans[0].label, doc.meta) == ("s0", "PER", {"answer": "accept"})


def test_entities_of_another_shape_are_carried_in_meta() -> None:
    doc = record_from_json({"text": "Ana", "entities": ["Ana"]}, line=1)
    assert isinstance(doc, Document)
    assert doc.meta == {"entities": ["Ana"]}
