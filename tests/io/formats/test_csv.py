"""CSV and TSV with a header."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.errors import UsageError
from projector.io.formats import read, read_lines, write
from projector.io.formats.shared.guess import guess
from projector.io.formats.shared.notes import Notes
from projector.records import Document, Pair, Span


def one(tmp_path: Path, text: str, name: str = "in.csv", **options: object) -> object:
    (tmp_path / name).write_text(text, encoding="utf-8")
    (record,) = read(tmp_path / name, options=options)
    return record


def test_columns_are_known_by_their_names(tmp_path: Path) -> None:
    found = one(tmp_path, 'ID,Sentence,label,source_url\n7,"Ana, who sings",music,http://x\n')
    assert found == Document(
        "7", "Ana, who sings", labels={"label": "music"}, meta={"source_url": "http://x"}
    )


def test_other_names_are_given_and_a_file_may_have_no_header(tmp_path: Path) -> None:
    doc = Document("in-2", "Nice.", "en", labels={"label": "5"})
    text = "Review;Stars\nNice.;5\n"
    assert one(tmp_path, text, columns="text=Review,label=Stars", lang="en") == doc
    found = one(tmp_path, "5,Nice.\n", columns="text=1,label=0", header="no", lang="en")
    assert found == Document("in-1", "Nice.", "en", labels={"label": "5"})


def test_pairs_with_their_languages(tmp_path: Path) -> None:
    found = one(tmp_path, "source\ttarget\nHi\tHola\n", "in.tsv", source_lang="en")
    assert found == Pair("in-2", Document("in-2", "Hi", "en"), Document("in-2", "Hola"))


def test_lists_stand_in_cells_as_json_or_as_words(tmp_path: Path) -> None:
    text = 'tokens,ner_tags\nAna sings,B-PER O\n"[""Ana""]","[""B-PER""]"\n'
    (tmp_path / "in.csv").write_text(text)
    docs = [doc for doc in read(tmp_path / "in.csv") if isinstance(doc, Document)]
    assert [doc.text for doc in docs] == ["Ana sings", "Ana"]
    assert [doc.spans for doc in docs] == [[Span("s0", 0, 3, "PER")]] * 2


def test_a_quoted_cell_may_hold_line_breaks_and_lines_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(b'text,id\r\n"a\r\nb",1\r\n\r\nc,2,3\r\n\xff,4\r\n,5\r\nd,6\r\n')
    lines = list(read_lines(path))
    texts = [line.record.text for line in lines if isinstance(line.record, Document)]
    assert texts == ["a\r\nb", "d"]
    assert [(line.number, line.error and line.error.reason) for line in lines] == [
        (2, None), (5, "bad_columns"), (6, "invalid_utf8"), (7, "missing_field"), (8, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("a,b\n1,2\n", {}, "found the columns a, b; wanted|wanted one with the text"),
        ("text,text\n1,2\n", {}, "two columns 'text'"),
        ("text\n1\n", {"columns": "text=x"}, "wanted FIELD=COLUMN"),
        ("text\n1\n", {"delimiter": "||"}, "delimiter: found"),
    ],
)
def test_headers_and_settings_that_make_no_sense(
    tmp_path: Path, text: str, options: dict[str, str], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        one(tmp_path, text, **options)


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("a.csv", "x\n", "csv"),
        ("a.tsv", "text\tlabel\nHi\tx\n", "csv"),
        ("a.txt", "id;text\n1;Hi\n", "csv"),
        ("a.tsv", "Hello there\tHola\nBye\tAdiós\n", "bitext"),
        ("a.txt", "text\nHi\n", "text"),
    ],
)
def test_a_header_is_recognised(tmp_path: Path, name: str, text: str, wanted: str) -> None:
    (tmp_path / name).write_text(text)
    assert guess(str(tmp_path / name)) == wanted


def test_pairs_are_written_as_two_texts_and_what_is_lost_is_counted(tmp_path: Path) -> None:
    source = Document("p", "Hi", "en", spans=[Span("s", 0, 2, "X")])
    notes = Notes()
    write([Pair("p", source, Document("p", "Hola", "es"))], tmp_path / "o.tsv", "csv", notes=notes)
    assert (tmp_path / "o.tsv").read_text() == (
        "id\tsource_lang\ttarget_lang\tsource\ttarget\np\ten\tes\tHi\tHola\n"
    )
    assert "1 spans could not be held" in notes.losses()[0]


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)


@settings(deadline=None, max_examples=50)
@given(
    texts=st.lists(TEXT.filter(lambda t: t.strip()), min_size=1, max_size=4),
    labels=st.dictionaries(
        st.sampled_from(["label", "topic", "mood"]), TEXT.filter(lambda t: t.strip())
    ),
)
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], labels: dict[str, str]
) -> None:
    path = tmp_path_factory.mktemp("csv") / "x.csv"
    docs = [
        Document(
            f"d{n}", text, "en", spans=[Span("s0", 0, len(text), "X")] * (n % 2), labels=labels
        )
        for n, text in enumerate(texts)
    ]
    write(docs, path, "csv")
    assert list(read(path)) == docs
