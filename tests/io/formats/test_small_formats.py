"""Plain text, token lists, text pairs; and how a format is guessed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from projector.errors import DataError, EngineError, UsageError
from projector.io.formats import FORMATS, module, names, read, read_lines, write
from projector.io.formats.base import Notes
from projector.io.formats.guess import guess, guess_output
from projector.io.formats.words import joined, located
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
    (again,) = read(tmp_path / "x.jsonl", "tokens")
    assert isinstance(again, Document)
    assert (again.text, again.tokens, again.spans) == (doc.text, doc.tokens, doc.spans)


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


@pytest.mark.parametrize(
    ("name", "content", "wanted"),
    [
        ("a.jsonl.gz", None, "jsonl"),
        ("a.CONLL", "", "conll"),
        ("a.iob2", "", "conll"),
        ("a.conllu", "", "conllu"),
        ("a.tsv", "EU B-ORG\nrejects O\n\nx O\n", "conll"),
        ("a.tsv", "EU\tB-ORG\nrejects\tO\n\nx\tO\n", "conll"),
        ("a.tsv", "Hello there\tHola\nBye\tAdiós\n", "bitext"),
        ("a.tsv", "__label__x\ta\tb\n", "text-pairs"),
        ("a.txt", "one text\nand another\n", "text"),
        ("a.txt", "0-0 1-1\n0-1\n", "pharaoh"),
        ("a.txt", "a b ||| c d\n", "fastalign"),
        ("a.json", '{"version": "1.1", "data": [', "squad"),
        ("a.json", '{"data": [', "squad"),
        ("a.json", '{"id": "a", "text": "b"}\n', "jsonl"),
    ],
)
def test_guess(tmp_path: Path, name: str, content: str | None, wanted: str) -> None:
    path = tmp_path / name
    path.write_text(content or "")
    assert guess(str(path)) == wanted


def test_what_cannot_be_guessed(tmp_path: Path) -> None:
    (tmp_path / "x.data").write_text("hm\n")
    with pytest.raises(UsageError, match="--from"):
        guess(str(tmp_path / "x.data"))
    with pytest.raises(UsageError, match="directory"):
        guess(str(tmp_path))
    with pytest.raises(DataError, match="no such file"):
        guess(str(tmp_path / "none.tsv"))
    with pytest.raises(UsageError, match="--to"):
        guess_output("x.data")
    assert guess_output("-") == "jsonl"


def test_unknown_formats_and_options_name_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    with pytest.raises(UsageError, match="did you mean 'conll'"):
        list(read(tmp_path / "x", "conl"))
    with pytest.raises(UsageError, match="did you mean 'columns'"):
        list(read(tmp_path / "x", "conll", {"column": "a"}))
    with pytest.raises(UsageError, match="scheme"):
        list(read(tmp_path / "x", "conll", {"scheme": "iob3"}))


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_what_its_row_says(name: str) -> None:
    try:
        found = module(name)
    except EngineError as error:
        pytest.skip(str(error))
    assert hasattr(found, "Options")
    assert callable(getattr(found, "read", None)) == FORMATS[name].reads
    assert callable(getattr(found, "write", None)) == FORMATS[name].writes
    assert "jsonl" in names(reading=True)


def test_words_in_their_text() -> None:
    assert located(["I", "'m", "in"], " I'm  in\n") == [(1, 2), (2, 4), (6, 8)]
    assert located(["a", "b"], "a x b") is None
    assert located(["a"], "a b") is None
    assert located(["1 000"], "1\u00a0000") == [(0, 5)]
    assert joined(["a", "b", "c"], [False, True, True]) == ("ab c", [(0, 1), (1, 2), (3, 4)])
