"""CoNLL columns: what peers get wrong (PEERS 17, cases 4 to 10, 12, 14), comments, round trips."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projector.errors import DataError, UsageError
from projector.io.formats import read, read_lines, write
from projector.io.formats.shared.notes import Notes
from projector.records import Document, Span


def documents(
    tmp_path: Path, text: str, notes: Notes | None = None, **options: Any
) -> list[Document]:
    path = tmp_path / "in.conll"
    path.write_bytes(text.encode())
    return [doc for doc in read(path, "conll", options, notes) if isinstance(doc, Document)]


def spans(doc: Document) -> list[tuple[str, str]]:
    return [(span.surface(doc.text), span.label) for span in doc.spans]


def test_peer_case_4_bilou_input(tmp_path: Path) -> None:
    (doc,) = documents(tmp_path, "New B-LOC\nYork I-LOC\nCity L-LOC\nis O\nUK U-LOC\n")
    assert spans(doc) == [("New York City", "LOC"), ("UK", "LOC")]


def test_peer_case_5_iob1_input(tmp_path: Path) -> None:
    (doc,) = documents(tmp_path, "EU I-ORG\nrejects O\n")
    assert spans(doc) == [("EU", "ORG")]


def test_peer_case_6_label_with_hyphen(tmp_path: Path) -> None:
    (doc,) = documents(tmp_path, "EU\tB-ORG-x\n")
    assert spans(doc) == [("EU", "ORG-x")]


def test_peer_case_7_no_final_blank_line(tmp_path: Path) -> None:
    assert [doc.text for doc in documents(tmp_path, "a O\n\nb O")] == ["a", "b"]


@pytest.mark.parametrize("blank", ["\n\n", "\n\n\n", "\n \t\n", "\r\n\r\n"])
def test_peer_case_8_double_blank_line(tmp_path: Path, blank: str) -> None:
    assert [doc.text for doc in documents(tmp_path, f"a O{blank}\nb O\n")] == ["a", "b"]


@pytest.mark.parametrize("row", ["-DOCSTART- O", "-DOCSTART- -X- -X- O", "-DOCSTART-\tO"])
def test_peer_case_9_docstart_is_no_sentence(tmp_path: Path, row: str) -> None:
    docs = documents(
        tmp_path, f"{row}\n\nEU B-ORG\n\nb O\n\n{row}\nc O\n", columns="token=0,tag=-1"
    )
    assert [doc.text for doc in docs] == ["EU", "b", "c"]
    assert [doc.meta["document"] for doc in docs] == [1, 1, 2]


def test_peer_case_10_brackets_in_the_text(tmp_path: Path) -> None:
    (doc,) = documents(tmp_path, "EU B-ORG\n[ O\n1 O\n] O\nrejects O\n")
    assert doc.text == "EU [1] rejects"
    assert spans(doc) == [("EU", "ORG")]


def test_peer_case_12_one_long_line_stays_one_record(tmp_path: Path) -> None:
    long = "x" * 400
    docs = documents(tmp_path, f"a O\n\n{long} B-X\n\nb O\n\nc O\n")
    assert [len(doc.text) for doc in docs] == [1, 400, 1, 1]


def test_docstart_comes_back(tmp_path: Path) -> None:
    text = "-DOCSTART-\tO\n\na\tO\n\nb\tB-X\n\n-DOCSTART-\tO\n\nc\tO\n\n"
    docs = documents(tmp_path, text)
    assert write(docs, tmp_path / "out.conll", "conll") == 3
    assert (tmp_path / "out.conll").read_text() == text


def test_columns_are_guessed(tmp_path: Path) -> None:
    notes = Notes()
    (doc,) = documents(tmp_path, "EU NNP B-NP B-ORG\nrejects VBZ B-VP O\n", notes)
    assert spans(doc) == [("EU", "ORG")]
    assert any("token=0,tag=3 were guessed" in said for said in notes.notices())


def test_columns_chosen_make_layers_of_tags(tmp_path: Path) -> None:
    (doc,) = documents(
        tmp_path, "EU NNP B-NP B-ORG\nrejects VBZ B-VP O\n", columns="token=0,xpos=1,tag=2"
    )
    assert spans(doc) == [("EU", "NP"), ("rejects", "VP")]
    assert doc.tags == {"xpos": ["NNP", "VBZ"]}


def test_parts_of_speech_alone_become_a_layer(tmp_path: Path) -> None:
    (doc,) = documents(tmp_path, "dogs NOUN\nbark VERB\n")
    assert doc.spans == []
    assert doc.tags == {"pos": ["NOUN", "VERB"]}


def test_xsid_comments(tmp_path: Path) -> None:
    text = (
        "# id = 7\n# text-en = Rain today?\n# text = Regnet es heute?\n# intent = weather/find\n"
        "1\tRegnet\tweather/find\tB-weather/attribute\n2\tes\tweather/find\tO\n"
        "3\theute\tweather/find\tB-datetime\n4\t?\tweather/find\tO\n"
    )
    (doc,) = documents(tmp_path, text, lang="de")
    assert (doc.id, doc.lang, doc.text) == ("7", "de", "Regnet es heute?")
    assert doc.tokens == [(0, 6), (7, 9), (10, 15), (15, 16)]
    assert doc.labels == {"intent": "weather/find"}
    assert doc.meta == {"text-en": "Rain today?"}
    assert spans(doc) == [("Regnet", "weather/attribute"), ("heute", "datetime")]


def test_a_text_comment_that_is_other_words_is_said(tmp_path: Path) -> None:
    notes = Notes()
    (doc,) = documents(tmp_path, "# text = Hallo Welt\nHallo\tO\nwelt\tB-X\n", notes)
    assert doc.text == "Hallo welt"
    assert doc.meta["text"] == "Hallo Welt"
    assert any("'# text' is not their words" in said for said in notes.notices())


def test_a_hash_token_is_no_comment(tmp_path: Path) -> None:
    docs = documents(tmp_path, "# O\n1 B-X\n\n#tag O\n\n# a comment without a row\nb O\n")
    assert [doc.text for doc in docs] == ["# 1", "#tag", "b"]


def test_tokens_may_hold_spaces_between_tabs(tmp_path: Path) -> None:
    (doc,) = documents(tmp_path, "1 000\tB-N\n€\tO\n")
    assert spans(doc) == [("1 000", "N")]


def test_no_break_space_is_part_of_a_token(tmp_path: Path) -> None:
    (doc,) = documents(tmp_path, "1\u00a0000 B-N\n")
    assert spans(doc) == [("1\u00a0000", "N")]


def test_bad_sentences_are_errors_and_the_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "in.conll"
    path.write_bytes(b"a O\n\nb\n\nc NOUN\n\nd O\nx \xff\n\ne B-X\n")
    lines = list(read_lines(path, "conll", {"columns": "token=0,tag=1"}))
    assert [line.number for line in lines] == [1, 3, 5, 7, 10]
    reasons = [line.error.reason if line.error else "" for line in lines]
    assert reasons == ["", "bad_columns", "bad_tag", "invalid_utf8", ""]
    assert lines[3].error is not None
    assert lines[3].error.line == 8
    assert lines[3].raw.startswith("d O\n")


def test_other_encodings(tmp_path: Path) -> None:
    path = tmp_path / "es.conll02"
    path.write_bytes("años O\n".encode("latin-1"))
    with pytest.raises(DataError, match="encoding=NAME"):
        list(read(path))
    assert [
        r.text for r in read(path, options={"encoding": "latin-1"}) if isinstance(r, Document)
    ] == ["años"]
    with pytest.raises(UsageError, match="no-such"):
        list(read(path, options={"encoding": "no-such"}))


@pytest.mark.parametrize(
    "columns", ["token", "tag=0", "token=0,token=1", "token=0,tag=0", "token=x", ""]
)
def test_bad_column_specifications(tmp_path: Path, columns: str) -> None:
    if columns:
        with pytest.raises(UsageError, match="columns"):
            documents(tmp_path, "a O\n", columns=columns)


DOC = Document(
    "d",
    "Ana flew to New York .",
    tokens=[(0, 3), (4, 8), (9, 11), (12, 15), (16, 20), (21, 22)],
    tags={"upos": ["PROPN", "VERB", "ADP", "PROPN", "PROPN", "PUNCT"]},
    spans=[Span("a", 0, 3, "PER"), Span("b", 12, 20, "LOC")],
)


def written(
    tmp_path: Path, docs: list[Document], notes: Notes | None = None, **options: Any
) -> str:
    path = tmp_path / "out.conll"
    write(docs, path, "conll", options, notes, force=True)
    return path.read_text()


def test_columns_to_write(tmp_path: Path) -> None:
    assert written(tmp_path, [DOC]).splitlines()[3] == "New\tPROPN\tB-LOC"
    rows = written(
        tmp_path, [DOC], columns="index=0,token=1,tag=3", scheme="bilou", separator="space"
    )
    assert rows.splitlines()[3:5] == ["4 New _ B-LOC", "5 York _ L-LOC"]
    assert written(tmp_path, [DOC], columns="token=0,tag=-1").splitlines()[0] == "Ana\tB-PER"


def test_text_and_labels_are_written_as_comments_where_needed(tmp_path: Path) -> None:
    plain = written(tmp_path, [DOC])
    assert "#" not in plain
    doc = Document("x", "Hi!", tokens=[(0, 2), (2, 3)], labels={"intent": "greet", "tone": "warm"})
    text = written(tmp_path, [doc])
    assert "# text = Hi!\n# intent = greet\n# labels.tone = warm\n" in text
    assert documents(tmp_path, text)[0].labels == doc.labels
    assert "#" not in written(tmp_path, [doc], comments="no")


def test_spans_that_do_not_fit_are_counted(tmp_path: Path) -> None:
    doc = Document(
        "d",
        "the New York Times building",
        tokens=[(0, 3), (4, 7), (8, 12), (13, 18), (19, 27)],
        spans=[
            Span("a", 4, 12, "LOC"),
            Span("b", 4, 18, "ORG"),
            Span("c", 0, 27, "X", pieces=[(0, 3), (19, 27)]),
            Span("d", 21, 23, "Y"),
        ],
        relations=[],
    )
    notes = Notes()
    text = written(tmp_path, [doc], notes)
    assert [row.split("\t")[1] for row in text.split("\n") if row] == [
        "O", "B-ORG", "I-ORG", "I-ORG", "B-Y",
    ]  # fmt: skip
    assert notes.losses() == ["2 spans could not be held: 1 discontinuous, 1 overlap"]
    assert notes.notices() == ["spans that cut a token were widened to whole tokens"]


def test_the_rules_can_be_chosen(tmp_path: Path) -> None:
    doc = Document(
        "d",
        "a b c",
        tokens=[(0, 1), (2, 3), (4, 5)],
        spans=[Span("x", 0, 5, "L", score=0.2), Span("y", 2, 3, "S", score=0.9)],
    )

    def tags(**options: Any) -> list[str]:
        return [
            row.split("\t")[1] for row in written(tmp_path, [doc], **options).split("\n") if row
        ]

    assert tags() == ["B-L", "I-L", "I-L"]
    assert tags(overlap="score") == ["O", "B-S", "O"]
    assert tags(overlap="shortest") == ["O", "B-S", "O"]
    doc = Document("d", "a b ccc", spans=[Span("x", 0, 7, "D", pieces=[(0, 1), (4, 7)])])
    assert tags(discontinuous="hull") == ["B-D", "I-D", "I-D"]
    assert tags(discontinuous="longest") == ["O", "O", "B-D"]


def test_what_has_no_place_is_counted(tmp_path: Path) -> None:
    doc = Document(
        "d", "a b", spans=[Span("x", 0, 1, "A"), Span("y", 2, 3, "B")], clusters=[["x", "y"]]
    )
    notes = Notes()
    written(tmp_path, [doc], notes)
    assert notes.losses() == ["1 clusters could not be held: 1 no place in conll"]


def test_a_token_with_a_tab_cannot_break_its_row(tmp_path: Path) -> None:
    notes = Notes()
    doc = Document("d", "a\tb c", tokens=[(0, 3), (4, 5)])
    assert written(tmp_path, [doc], notes, comments="no") == "a b\tO\nc\tO\n\n"
    assert notes.notices()


WORDS = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=6
).filter(lambda w: not w.startswith(("#", "-DOCSTART-")) and not w.isspace())


@st.composite
def corpora(draw: st.DrawFn) -> list[Document]:
    docs = []
    for n in range(draw(st.integers(1, 4))):
        words = draw(st.lists(WORDS, min_size=1, max_size=8))
        tokens, at, parts = [], 0, []
        for word in words:
            gap = "" if not parts or draw(st.booleans()) else " "
            parts.append(gap + word)
            tokens.append((at + len(gap), at + len(gap) + len(word)))
            at += len(gap) + len(word)
        made, first = [], 0
        while first < len(words):
            after = draw(st.integers(first, len(words)))
            if after > first:
                label = draw(st.sampled_from(["PER", "B-x", "O"]))
                made.append(Span(f"s{len(made)}", tokens[first][0], tokens[after - 1][1], label))
            first = max(after, first + 1)
        docs.append(Document(f"d{n}", "".join(parts), tokens=tokens, spans=made))
    return docs


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None
)
@given(docs=corpora(), scheme=st.sampled_from(["iob1", "iob2", "bilou"]))
def test_round_trip(tmp_path: Path, docs: list[Document], scheme: str) -> None:
    path = tmp_path / "x.conll"
    write(docs, path, "conll", {"scheme": scheme, "comments": "yes"}, force=True)
    assert list(read(path, "conll", {"columns": "token=0,tag=1"})) == docs


def test_labels_cannot_forge_lines(tmp_path: Path) -> None:
    label = "X\tB-Y\n\nforged"
    doc = Document("d", "Ana", tokens=[(0, 3)], spans=[Span("s", 0, 3, label)])
    for name in ("conll", "conllu"):
        write([doc], tmp_path / f"out.{name}", name)
        (again,) = read(tmp_path / f"out.{name}", name)
        assert isinstance(again, Document)
        assert (again.text, len(again.spans)) == ("Ana", 1)


def test_words_are_joined_as_in_running_text_and_spans_keep_their_words(tmp_path: Path) -> None:
    conll = "O'Neill B-PER\n's O\ndog O\n( O\nRex B-PER\n) O\n. O\n"
    (tmp_path / "a.conll").write_text(conll)
    (doc,) = read(tmp_path / "a.conll", options={"lang": "en"})
    assert isinstance(doc, Document)
    assert doc.text == "O'Neill's dog (Rex)."
    assert [span.surface(doc.text) for span in doc.spans] == ["O'Neill", "Rex"]
    write([doc], tmp_path / "b.conll", "conll", {"separator": "space"})
    assert (tmp_path / "b.conll").read_text() == conll + "\n"  # no comment says what words say
    (doc,) = read(tmp_path / "a.conll", options={"text": "spaced"})
    assert isinstance(doc, Document)
    assert doc.text == "O'Neill 's dog ( Rex ) ."


def test_the_line_before_a_document_has_as_many_columns_as_the_rows(tmp_path: Path) -> None:
    rows = "-DOCSTART- -X- -X- O\n\nEU NNP B-NP B-ORG\n\n-DOCSTART- -X- -X- O\n\nUK NNP B-NP O\n\n"
    (tmp_path / "a.conll").write_text(rows)
    options = {"columns": "token=0,pos=1,chunk=2,tag=3", "separator": "space"}
    docs = list(read(tmp_path / "a.conll", options=options))
    assert [doc.meta["document"] for doc in docs] == [1, 2]
    write(docs, tmp_path / "b.conll", "conll", options)
    assert (tmp_path / "b.conll").read_text() == rows
