"""BRAT standoff: spans in pieces, relations, events, attributes, notes; and folders."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projector.errors import DataError, UsageError
from projector.io.formats import read, read_lines, write
from projector.io.formats.shared.guess import guess
from projector.io.formats.shared.notes import Notes
from projector.records import Document, Relation, Span

TEXT = "Ada and Bo bought Big Corp.\nIn Köln 👩\u200d🚀!"


def folder(tmp_path: Path, ann: str, text: str = TEXT) -> Path:
    (tmp_path / "in").mkdir(exist_ok=True)
    (tmp_path / "in" / "doc.txt").write_bytes(text.encode())
    (tmp_path / "in" / "doc.ann").write_bytes(ann.encode())
    return tmp_path / "in"


def test_reading(tmp_path: Path) -> None:
    path = folder(
        tmp_path,
        "T1\tPER 0 3;8 10\tAda Bo\nT2\tBuy 11 17\tbought\nT3\tORG 18 26\tBig Corp\nT4\tLOC 31 35\tKöln\n"
        "E1\tBuy:T2 Buyer:T1 Thing:T3\nE2\tRest:T4\nR1\tin Arg1:T3 Arg2:T4\n*\tEquiv T1 T3\n"
        "A1\tNegated E1\nA2\tKind T1 people\n#1\tAnnotatorNotes T4\tsure?\nN1\tReference T4 Wikidata:Q365\tCologne\n",
    )
    assert guess(str(path)) == "brat"
    (doc,) = read(path, options={"lang": "en"})
    assert isinstance(doc, Document)
    spans = doc.span_by_id()
    assert spans["T1"].pieces == [(0, 3), (8, 10)]
    assert spans["T1"].attributes == {"Kind": "people"}
    assert spans["T2"].attributes == {"Negated": True}
    assert spans["T4"].attributes == {"event": True, "reference": "Wikidata:Q365", "note": "sure?"}
    assert doc.relations == [
        Relation("in", "T3", "T4"),
        Relation("Buyer", "T2", "T1", "E1"),
        Relation("Thing", "T2", "T3", "E1"),
    ]
    assert doc.clusters == [["T1", "T3"]]


def test_files_come_back(tmp_path: Path) -> None:
    ann = (
        "T1\tPER 0 3;8 10\tAda Bo\nT2\tBuy 11 17\tbought\nT3\tORG 18 26\tBig Corp\n"
        "E1\tBuy:T2 Buyer:T1 Thing:T3\nR1\tpart Arg1:T3 Arg2:T1\n*\tEquiv T1 T3\n"
        "A1\tNegated E1\nA2\tKind T1 people\n"
    )
    write(read(folder(tmp_path, ann)), tmp_path / "out", "brat")
    back = (tmp_path / "out" / "doc.ann").read_text()
    assert sorted(x[3:] for x in back.splitlines()) == sorted(x[3:] for x in ann.splitlines())
    assert (tmp_path / "out" / "doc.txt").read_bytes() == TEXT.encode()
    conf = (tmp_path / "out" / "annotation.conf").read_text()
    assert "Buy\tBuyer:PER, Thing:ORG" in conf
    assert "part\tArg1:ORG, Arg2:PER" in conf


def test_ids_scores_and_names_come_back_through_notes(tmp_path: Path) -> None:
    doc = Document(
        "news/2024 ü", TEXT,
        spans=[Span("s0", 0, 3, "PER", score=0.25), Span("T1", 8, 10, "PER"), Span("x", 11, 17, "Buy")],
        relations=[Relation("by", "x", "s0", "E7"), Relation("by", "x", "T1", "E7"), Relation("knows", "s0", "T1")],
    )  # fmt: skip
    write([doc], tmp_path / "out", "brat")
    assert [p.name for p in sorted((tmp_path / "out").glob("*.ann"))] == ["news%2F2024 %C3%BC.ann"]
    (again,) = read(tmp_path / "out")
    assert isinstance(again, Document)
    assert (again.id, again.spans) == (doc.id, doc.spans)
    assert sorted(again.relations, key=str) == sorted(doc.relations, key=str)


def test_line_breaks_cut_a_span_into_pieces(tmp_path: Path) -> None:
    write([Document("d", "ab\ncd", spans=[Span("T1", 0, 5, "X")])], tmp_path / "out", "brat")
    assert (tmp_path / "out" / "d.ann").read_text().splitlines() == [
        "T1\tX 0 2;3 5\tab cd",
        '#1\tAnnotatorNotes T1\t{"id":"T1","parts":[[0,5]]}',
    ]


@pytest.mark.parametrize(
    "ann",
    ["T1\tPER\n", "T1\n", "T1\tPER 0\tAda\n", "T1\tPER 0 99\tAda\n", "T1\tPER 0 3\tBob\n", "T1\tPER 3 0\t\n",
     "R1\tx Arg1:T1 Arg2:T9\n", "R1\tx Arg1:T1\n", "E1\n", "E1\tX:T9 R:T8\n", "*\tEquiv T1 T9\n", "hello\n",
     "#1\tAnnotatorNotes\n", "A1\tX\n"],
)  # fmt: skip
def test_bad_annotations_are_errors_with_their_file(tmp_path: Path, ann: str) -> None:
    (line,) = read_lines(folder(tmp_path, ann))
    assert line.error is not None
    assert "doc.ann" in str(line.error)


def test_folders_are_never_overwritten_by_accident(tmp_path: Path) -> None:
    doc = Document("d", "ab")
    write([doc], tmp_path / "out", "brat")
    with pytest.raises(UsageError, match="--force"):
        write([doc], tmp_path / "out", "brat")
    write([Document("e", "ab")], tmp_path / "out", "brat", force=True)
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "annotation.conf",
        "e.ann",
        "e.txt",
    ]
    (tmp_path / "out" / "thesis.docx").write_text("precious")
    with pytest.raises(UsageError, match=r"thesis\.docx"):
        write([doc], tmp_path / "out", "brat", force=True)
    assert (tmp_path / "out" / "thesis.docx").exists()

    def failing():  # type: ignore[no-untyped-def]
        yield doc
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write(failing(), tmp_path / "new", "brat")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out"]


def test_what_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "none", tmp_path / "empty"):
        with pytest.raises(DataError, match="wanted"):
            list(read(path, "brat"))


WORDS = st.text(st.sampled_from("aé \t\n\r\u2028\ufeff:;_{"), max_size=6)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Documents with whatever BRAT's line format might stumble over."""
    text = draw(st.text(st.sampled_from("ab é\t\n\r\u2028\ufeff\x1c"), min_size=4, max_size=14))
    spans = []
    for n in range(draw(st.integers(0, 5))):
        cuts = sorted(draw(st.sets(st.integers(0, len(text)), min_size=2, max_size=4)))
        parts = list(zip(cuts[::2], cuts[1::2], strict=False))
        pieces = parts if len(parts) > 1 else None
        label, score = draw(st.sampled_from(["A", "B"])), draw(st.none() | st.floats(0, 1))
        keys = st.sampled_from(["note", "Kind", "two words"])
        values = WORDS | st.booleans() | st.lists(st.integers(), max_size=2)
        attributes = draw(st.dictionaries(keys, values, max_size=2))
        name = draw(st.sampled_from([f"s{n}", f"T{n}", f"a  b\t{n}"]))
        spans.append(Span(name, parts[0][0], parts[-1][1], label, pieces, score, None, attributes))
    ids = [span.id for span in spans]
    pick = st.sampled_from(ids) if ids else st.nothing()
    relations = (
        draw(st.lists(st.builds(Relation, st.sampled_from("xy"), pick, pick), max_size=3))
        if ids
        else []
    )
    clusters = (
        draw(st.lists(st.lists(pick, min_size=1, max_size=3, unique=True), max_size=2))
        if ids
        else []
    )
    name = draw(st.sampled_from(["d", "", "_", "%", "a/b", "..", ".x", "a.txt", "é b"]))
    return Document(name, text, spans=spans, relations=relations, clusters=clusters)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None
)
@given(doc=documents())
def test_round_trip(tmp_path: Path, doc: Document) -> None:
    notes = Notes()
    write([doc], tmp_path / "out", "brat", notes=notes, force=True)
    assert list(read(tmp_path / "out", "brat")) == [doc]
    assert notes.losses() == []


def test_a_span_moved_in_brat_is_where_it_was_moved_to(tmp_path: Path) -> None:
    write([Document("d", "ab\ncd", spans=[Span("s", 0, 5, "A")])], tmp_path / "out", "brat")
    ann = tmp_path / "out" / "d.ann"
    assert ann.read_text().startswith("T1\tA 0 2;3 5\tab cd\n")
    ann.write_text(ann.read_text().replace("T1\tA 0 2;3 5\tab cd", "T1\tA 3 5\tcd"))
    (doc,) = read(tmp_path / "out")
    assert doc == Document("d", "ab\ncd", spans=[Span("s", 3, 5, "A")])


def test_ids_that_cannot_be_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="a second time"):
        write([Document("d", "a"), Document("d", "b")], tmp_path / "out", "brat")
    with pytest.raises(DataError, match="cannot be a file's name"):
        write([Document("d" * 300, "a")], tmp_path / "out", "brat")
    assert not (tmp_path / "out").exists()


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("root:x:0:0")
    folder = tmp_path / "brat"
    folder.mkdir()
    (folder / "a.txt").write_text("fine")
    (folder / "pw.txt").symlink_to(tmp_path / "secret")
    (folder / "b.txt").write_text("fine")
    (folder / "b.ann").symlink_to(tmp_path / "secret")
    lines = list(read_lines(folder, "brat"))
    assert [line.error.reason if line.error else "" for line in lines] == [
        "",
        *["outside_folder"] * 2,
    ]
