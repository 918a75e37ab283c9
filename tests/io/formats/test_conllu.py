"""CoNLL-U: exact text, multiword tokens, and files that come back as they were."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from projector.io.formats import read, read_lines, write
from projector.io.formats.shared.notes import Notes
from projector.records import Document, Span

GERMAN = """\
# newdoc id = n01
# sent_id = n01-1
# newpar
# text = Er geht zum Zoo, oder?
1	Er	er	PRON	PPER	Case=Nom|Number=Sing	2	nsubj	_	_
2	geht	gehen	VERB	VVFIN	_	0	root	_	_
3-4	zum	_	_	_	_	_	_	_	_
3	zu	zu	ADP	APPR	_	5	case	_	_
4	dem	der	DET	ART	_	5	det	_	_
5	Zoo	Zoo	NOUN	NN	_	2	obl	_	SpaceAfter=No|ner=B-LOC
5.1	geht	gehen	VERB	_	_	_	_	2:conj	_
6	,	,	PUNCT	$,	_	7	punct	_	_
7	oder	oder	CCONJ	KON	_	2	conj	_	SpaceAfter=No
8	?	?	PUNCT	$.	_	2	punct	_	_

"""


def documents(
    tmp_path: Path, text: str, notes: Notes | None = None, **options: Any
) -> list[Document]:
    path = tmp_path / "in.conllu"
    path.write_text(text)
    return [doc for doc in read(path, "", options, notes) if isinstance(doc, Document)]


def test_multiword_token_is_one_token_with_both_tags(tmp_path: Path) -> None:
    (doc,) = documents(tmp_path, GERMAN, lang="de")
    assert doc.id == "n01-1"
    assert doc.text == "Er geht zum Zoo, oder?"
    assert doc.words() == ["Er", "geht", "zum", "Zoo", ",", "oder", "?"]
    assert doc.tags["upos"] == ["PRON", "VERB", "ADP+DET", "NOUN", "PUNCT", "CCONJ", "PUNCT"]
    assert [(s.surface(doc.text), s.label) for s in doc.spans] == [("Zoo", "LOC")]
    assert doc.meta["newdoc"] == "n01"


def test_syntactic_words(tmp_path: Path) -> None:
    (doc,) = documents(tmp_path, GERMAN, words="syntactic")
    assert doc.text == "Er geht zu dem Zoo, oder?"
    assert doc.words() == ["Er", "geht", "zu", "dem", "Zoo", ",", "oder", "?"]
    assert doc.tags["upos"][2:4] == ["ADP", "DET"]
    assert doc.meta["text"] == "Er geht zum Zoo, oder?"
    assert doc.spans[0].surface(doc.text) == "Zoo"


def test_syntactic_words_that_spell_their_token_are_cut_out_of_it(tmp_path: Path) -> None:
    text = "# text = dámelo ya\n1-3\tdámelo" + "\t_" * 8 + "\n"
    for n, word in enumerate(["dá", "me", "lo", "ya"], 1):
        text += f"{n}\t{word}\t_\tX" + "\t_" * 6 + "\n"
    (doc,) = documents(tmp_path, text, words="syntactic")
    assert doc.text == "dámelo ya"
    assert doc.words() == ["dá", "me", "lo", "ya"]
    assert "text" not in doc.meta


@pytest.mark.parametrize("words", ["surface", "syntactic"])
def test_a_file_comes_back_as_it_was(tmp_path: Path, words: str) -> None:
    docs = documents(tmp_path, GERMAN, words=words)
    write(docs, tmp_path / "out.conllu", "conllu")
    assert sorted((tmp_path / "out.conllu").read_text().split("\n")) == sorted(GERMAN.split("\n"))
    rows = [row for row in GERMAN.split("\n") if not row.startswith("#")]
    assert [r for r in (tmp_path / "out.conllu").read_text().split("\n") if r[:1] != "#"] == rows


def test_changed_tags_and_spans_are_written(tmp_path: Path) -> None:
    from msgspec.structs import replace

    (doc,) = documents(tmp_path, GERMAN)
    upos = ["X", *doc.tags["upos"][1:]]
    upos[2] = "ADV+ADV"
    doc = replace(doc, tags={"upos": upos}, spans=[Span("s", 0, 2, "PER")])
    write([doc], tmp_path / "out.conllu", "conllu")
    (again,) = documents(tmp_path, (tmp_path / "out.conllu").read_text())
    assert again.tags["upos"] == upos
    assert [(s.start, s.end, s.label) for s in again.spans] == [(0, 2, "PER")]


def test_fresh_documents_are_written_with_exact_spacing(tmp_path: Path) -> None:
    doc = Document(
        "d",
        "Hi, Zoë!",
        tokens=[(0, 2), (2, 3), (4, 7), (7, 8)],
        tags={"upos": ["INTJ", "PUNCT", "PROPN", "PUNCT"]},
        spans=[Span("s0", 4, 7, "PER")],
        labels={"intent": "greet"},
    )
    write([doc], tmp_path / "out.conllu", "conllu")
    (again,) = documents(tmp_path, (tmp_path / "out.conllu").read_text(), keep="no")
    assert again == doc


def test_space_after_without_a_text_comment(tmp_path: Path) -> None:
    rows = "1\tHi" + "\t_" * 7 + "\tSpaceAfter=No\n2\t!" + "\t_" * 8 + "\n"
    (doc,) = documents(tmp_path, rows)
    assert (doc.text, doc.tokens, doc.id) == ("Hi!", [(0, 2), (2, 3)], "in-1")
    assert doc.tags == {}
    assert doc.meta == {}


def test_other_layers(tmp_path: Path) -> None:
    (doc,) = documents(tmp_path, GERMAN, layers="lemma,feats", keep="no")
    assert doc.tags["lemma"][2] == "zu+der"
    assert set(doc.tags) == {"lemma", "feats"}
    assert "conllu" not in doc.meta


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1\tHi\t_", "bad_columns"),
        ("1\t" + "\t_" * 8, "bad_columns"),
        ("x\tHi" + "\t_" * 8, "bad_field"),
        ("1-2\tHi" + "\t_" * 8, "bad_field"),
        ("1\tHi" + "\t_" * 7 + "\tner=oops", "bad_tag"),
    ],
)
def test_bad_rows(tmp_path: Path, row: str, reason: str) -> None:
    path = tmp_path / "in.conllu"
    path.write_text(f"{row}\n\n{GERMAN}")
    lines = list(read_lines(path))
    assert [line.error.reason if line.error else "" for line in lines] == [reason, ""]
    assert str(lines[0].error).startswith(f"{path}:1: ")
