"""spaCy's DocBin, read and written by spaCy itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from projector.errors import DataError
from projector.io.formats import read, write
from projector.io.formats.shared.notes import Notes
from projector.records import Document, Span

spacy = pytest.importorskip("spacy")

DOC = Document(
    "d1",
    "Hi,  Ana from New York! 👩\u200d🚀\n",
    "en",
    tokens=[(0, 2), (2, 3), (5, 8), (9, 13), (14, 17), (18, 22), (22, 23), (24, 27)],
    tags={"upos": ["INTJ", "PUNCT", "PROPN", "ADP", "PROPN", "PROPN", "PUNCT", "SYM"]},
    spans=[Span("s0", 5, 8, "PER"), Span("s1", 14, 22, "LOC"), Span("s2", 5, 22, "PHRASE")],
    labels={"topic": "people"},
)


def test_round_trip_keeps_text_tokens_and_overlapping_spans(tmp_path: Path) -> None:
    write([DOC], tmp_path / "x.spacy", "docbin")
    (again,) = read(tmp_path / "x.spacy")
    assert isinstance(again, Document)
    assert (again.id, again.lang, again.text, again.tokens) == (
        DOC.id,
        DOC.lang,
        DOC.text,
        DOC.tokens,
    )
    assert again.tags == DOC.tags
    assert again.labels == DOC.labels
    assert sorted((s.start, s.end, s.label, s.id) for s in again.spans) == sorted(
        (s.start, s.end, s.label, s.id) for s in DOC.spans
    )


def test_spacy_sees_entities_and_categories(tmp_path: Path) -> None:
    write([DOC], tmp_path / "x.spacy", "docbin", {"overlap": "shortest"})
    docs = spacy.tokens.DocBin().from_disk(tmp_path / "x.spacy").get_docs(spacy.blank("en").vocab)
    (doc,) = docs
    assert doc.text == DOC.text
    assert [(e.text, e.label_) for e in doc.ents] == [("Ana", "PER"), ("New York", "LOC")]
    assert {span.id_ for span in doc.spans["sc"]} == {"s0", "s1", "s2"}
    assert doc.cats == {"topic=people": 1.0}


def test_a_file_made_by_spacy(tmp_path: Path) -> None:
    nlp = spacy.blank("de")
    doc = nlp("Ana wohnt in Köln.")
    doc.set_ents([doc.char_span(13, 17, "LOC")])
    doc.cats = {"A": 1.0, "B": 0.0}
    spacy.tokens.DocBin(docs=[doc]).to_disk(tmp_path / "x.spacy")
    (found,) = read(tmp_path / "x.spacy", options={"lang": "de"})
    assert isinstance(found, Document)
    assert (found.id, found.lang, found.words()) == (
        "x-1",
        "de",
        ["Ana", "wohnt", "in", "Köln", "."],
    )
    assert [(s.surface(found.text), s.label) for s in found.spans] == [("Köln", "LOC")]
    assert found.labels == {"label": ["A"]}


def test_categories_of_one_name_are_all_kept(tmp_path: Path) -> None:
    doc = spacy.blank("de")("Ana wohnt in Köln.")
    doc.cats = {"topic=people": 1.0, "topic=towns": 0.9, "label=x": 1.0, "A": 1.0, "B": 0.2}
    spacy.tokens.DocBin(docs=[doc]).to_disk(tmp_path / "x.spacy")
    (found,) = read(tmp_path / "x.spacy", options={"lang": "de"})
    assert isinstance(found, Document)
    assert found.labels == {"topic": ["people", "towns"], "label": ["x", "A"]}
    write([found], tmp_path / "y.spacy", "docbin", {})
    (again,) = read(tmp_path / "y.spacy", options={"lang": "de"})
    assert isinstance(again, Document)
    assert again.labels == found.labels


def test_what_it_cannot_hold_is_said(tmp_path: Path) -> None:
    notes = Notes()
    doc = Document(
        "d", "a bb c", spans=[Span("x", 0, 6, "A", pieces=[(0, 1), (5, 6)]), Span("y", 2, 3, "B")],
        tokens=[(0, 1), (2, 4), (5, 6)], tags={"upos": ["X", "Y", "X"], "mood": ["a", "b", "c"]},
    )  # fmt: skip
    write([doc], tmp_path / "x.spacy", "docbin", notes=notes)
    said = " ".join([*notes.losses(), *notes.notices()])
    for what in ("1 discontinuous", "widened", "no place in docbin", "does not know"):
        assert what in said


@pytest.mark.parametrize("data", [b"", b"x", b"\x80" * 50, b"x\x9cK\xcc"])
def test_other_bytes(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.spacy").write_bytes(data)
    with pytest.raises(DataError, match="no DocBin"):
        list(read(tmp_path / "x.spacy"))
