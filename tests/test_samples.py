"""The samples: valid, as many as promised, with the hard cases that they are there for."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from projector.io.formats import read
from projector.io.jsonl import read_records
from projector.records import Document, Pair

SAMPLES = Path(__file__).parent.parent / "samples"
LEAST = {
    "ner": 20, "arguments": 20, "qa": 20, "coref": 20, "slots": 20, "events": 20, "triples": 20,
    "pos": 20, "topics": 20, "nli": 20, "parallel.en-ar": 12, "subtitles.en-es": 12,
}  # fmt: skip


def sources(name: str) -> list[Document]:
    records = list(read_records(SAMPLES / f"{name}.jsonl"))
    return [r.source if isinstance(r, Pair) else r for r in records]


@pytest.mark.parametrize("name", LEAST)
def test_every_sample_is_valid_and_large_enough(name: str) -> None:
    docs = sources(name)
    assert len(docs) >= LEAST[name]
    assert len({d.id for d in docs}) == len(docs)
    assert all(d.lang == "en" for d in docs)
    # Every span repeats its text, so that reading it has checked its offsets.
    assert all(span.text for doc in docs for span in doc.spans)


ROWS = {
    "instructions": 8,
    "chats": 4,
    "summaries": 4,
}  # rows of other shapes, without a text of their own


def test_no_sample_is_forgotten() -> None:
    assert {p.stem for p in SAMPLES.glob("*.jsonl")} == set(LEAST) | set(ROWS)


@pytest.mark.parametrize("name", ROWS)
def test_rows_of_other_shapes_are_read_as_they_are(name: str) -> None:
    docs = list(read(SAMPLES / f"{name}.jsonl", "rows"))
    assert len(docs) >= ROWS[name]
    assert all(isinstance(doc, Document) and doc.meta and not doc.text for doc in docs)


def test_hard_cases_are_there() -> None:
    docs = [doc for name in LEAST for doc in sources(name)]
    spans = [(doc, span) for doc in docs for span in doc.spans]
    assert any(span.pieces for _, span in spans), "a discontinuous span"
    assert any(
        a.start <= b.start and b.end <= a.end and a.id != b.id
        for doc in docs for a in doc.spans for b in doc.spans
    ), "a nested span"  # fmt: skip
    assert any("," in (span.text or "") for _, span in spans), "punctuation inside a span"
    assert any(any(ord(c) > 0xFFFF for c in doc.text) for doc in docs), "an emoji"
    assert any(any(map(unicodedata.combining, span.text or "")) for _, span in spans)
    assert any(
        span.text == span.text.upper() for _, span in spans if span.text and len(span.text) > 8
    )
    assert any(doc.relations for doc in docs)
    assert any(doc.clusters for doc in docs)
    assert any(q.is_impossible for doc in docs for q in doc.questions)


def test_a_right_to_left_target() -> None:
    pairs = [r for r in read_records(SAMPLES / "parallel.en-ar.jsonl") if isinstance(r, Pair)]
    letters = [c for p in pairs for c in p.target.text if c.isalpha()]
    assert sum(unicodedata.bidirectional(c) == "AL" for c in letters) / len(letters) > 0.9


def test_the_bitext_has_two_columns() -> None:
    lines = (SAMPLES / "parallel.en-es.tsv").read_text(encoding="utf-8").splitlines()
    assert len(lines) >= 60
    assert all(len(line.split("\t")) == 2 and all(line.split("\t")) for line in lines)
