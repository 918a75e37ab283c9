"""Plain text, token lists, text pairs."""

from __future__ import annotations

import json
from pathlib import Path

from projector.io.formats import read, read_lines, write
from projector.io.formats.shared.notes import Notes
from projector.records import Document, Span


def test_plain_text(tmp_path: Path) -> None:
    path = tmp_path / "in.txt"
    path.write_bytes("\ufeffHi you\n\n  zwei \u2028 Zeilen\r\n".encode())
    docs = [doc for doc in read(path, options={"lang": "en"}) if isinstance(doc, Document)]
    assert [(doc.id, doc.text, doc.lang) for doc in docs] == [
        ("in-1", "Hi you", "en"),
        ("in-3", "zwei \u2028 Zeilen", "en"),
    ]
    notes = Notes()
    write([Document("d", "a\nb\tc")], tmp_path / "out.txt", "text", notes=notes)
    assert (tmp_path / "out.txt").read_text() == "a b c\n"
    assert notes.notices()


def test_token_lists(tmp_path: Path) -> None:
    doc = Document(
        "d",
        "Ana sings .",
        tokens=[(0, 3), (4, 9), (10, 11)],
        tags={"upos": ["PROPN", "VERB", "PUNCT"]},
        spans=[Span("s0", 0, 3, "PER")],
        labels={"topic": "music"},
    )
    write([doc], tmp_path / "x.jsonl", "tokens")
    assert json.loads((tmp_path / "x.jsonl").read_text()) == {
        "id": "d",
        "tokens": ["Ana", "sings", "."],
        "ner_tags": ["B-PER", "O", "O"],
        "upos": ["PROPN", "VERB", "PUNCT"],
        "topic": "music",
    }
    (again,) = read(tmp_path / "x.jsonl", "tokens", {"text": "spaced"})
    assert isinstance(again, Document)
    assert (again.text, again.tokens, again.spans) == (doc.text, doc.tokens, doc.spans)
    (again,) = read(tmp_path / "x.jsonl")  # recognised by what it holds
    assert isinstance(again, Document)
    assert (again.text, again.words(), again.spans) == ("Ana sings.", doc.words(), doc.spans)


def test_text_pairs(tmp_path: Path) -> None:
    path = tmp_path / "rel.tsv"
    path.write_text(
        "__label__Support\tA claim.\tA premise.\n__label__noRel\tB.\tC.\nonly two\tfields\n"
    )
    lines = list(read_lines(path, "text-pairs"))
    doc, none = lines[0].record, lines[1].record
    assert isinstance(doc, Document)
    assert isinstance(none, Document)
    assert [(s.label, s.surface(doc.text)) for s in doc.spans] == [
        ("first", "A claim."),
        ("second", "A premise."),
    ]
    assert [(r.label, r.head, r.tail) for r in doc.relations] == [("Support", "s0", "s1")]
    assert none.relations == []
    assert lines[2].error is not None
    write([doc, none], tmp_path / "out.tsv", "text-pairs")
    assert (tmp_path / "out.tsv").read_text().splitlines() == path.read_text().splitlines()[:2]


def test_text_pairs_of_the_nli_recipe_have_their_second_text_in_meta(tmp_path: Path) -> None:
    labels, meta = {"entailment": "neutral"}, {"hypothesis": "Ana is there."}
    docs = [Document("d", "Ana sings.", labels=labels, meta=meta), Document("e", "No second.")]
    notes = Notes()
    assert write(docs, tmp_path / "out.tsv", "text-pairs", {"prefix": ""}, notes) == 1
    assert (tmp_path / "out.tsv").read_text() == "neutral\tAna sings.\tAna is there.\n"
    assert "1 records could not be held" in notes.losses()[0]
