"""Rows of any shape go out as they came in; `translate --fields` changes what is named in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.cli.main import main
from projector.errors import DataError
from projector.io.formats import read, read_lines, write
from projector.io.formats.rows import row_of
from projector.io.jsonl import read_stream
from projector.io.shorthand import document_from_row
from projector.records import Document

DOLLY = {"instruction": "Why?", "context": "Because it is.", "response": "It is.", "category": "qa"}
STANCE = {"id": 12, "language": "de", "question": "Soll ...?", "comment": "Ja.", "label": "FAVOR"}


@pytest.mark.parametrize("name", ["instructions", "chats"])
def test_samples_go_out_as_they_came_in(samples: Path, tmp_path: Path, name: str) -> None:
    path = samples / f"{name}.jsonl"
    out = tmp_path / "out.jsonl"
    write(read(path, "rows"), out, "rows")
    assert rows_in(out) == rows_in(path)


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)  # fmt: skip


@given(st.dictionaries(st.text(max_size=6), _json, max_size=6))
def test_any_object_is_a_row(row: dict[str, Any]) -> None:
    assert row_of(document_from_row(row, line=1)) == row


def test_language_id_and_text_of_a_row_are_found() -> None:
    doc = document_from_row(STANCE, line=7, path="x/stance.jsonl", text="comment")
    assert (doc.id, doc.lang, doc.text) == ("12", "de", "Ja.")
    assert document_from_row(DOLLY, line=7, path="x/dolly.jsonl", lang="en").id == "dolly-7"
    with pytest.raises(DataError, match="headline"):
        document_from_row(STANCE, line=1, text="headline")


def test_a_translated_row_says_its_own_language() -> None:
    assert row_of(Document("12", "", "fr", meta=STANCE)) == {**STANCE, "language": "fr"}


def test_a_document_with_a_text_becomes_a_row_too() -> None:
    doc = Document("d", "Hallo", "de", labels={"topic": "x"}, meta={"title": "T"})
    assert row_of(doc) == {"id": "d", "text": "Hallo", "topic": "x", "title": "T"}


def test_a_bad_line_is_an_error_in_its_place(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text('{"a": "b"}\n[1]\n{"a"\n\n{"c": "d"}\n')
    lines = list(read_lines(path, "rows"))
    assert [(line.number, line.error.reason if line.error else "") for line in lines] == [
        (1, ""), (2, "not_an_object"), (3, "invalid_json"), (5, ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "fields", "as_row"),
    [
        (DOLLY, {"instruction", "context", "response"}, True),
        (DOLLY, {"instruction"}, False),  # its context is the text then
        ({"title": "x"}, {"title"}, True),
        ({"text": "x", "title": "y"}, {"title"}, False),
        ({"tokens": ["a"], "title": "y"}, {"title"}, False),
    ],
)
def test_rows_without_a_text_are_read_for_the_sake_of_named_fields(
    row: dict[str, Any], fields: set[str], as_row: bool, tmp_path: Path
) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps(row) + "\n")
    with open(path, "rb") as stream:
        (line,) = read_stream(stream, rows=frozenset(fields))
    assert isinstance(line.record, Document)
    assert (line.record.text == "") is as_row
    assert (line.record.meta == row) is as_row


def translated(tmp_path: Path, *args: str) -> list[dict[str, Any]]:
    """The rows of an input after `translate` and `export --to rows`."""
    pairs, out = tmp_path / "pairs.jsonl", tmp_path / "out.jsonl"
    for line in (["translate", *args, "-o", str(pairs)], ["export", str(pairs), "--to", "rows", "-o", str(out)]):  # fmt: skip
        assert main(line) == 0
    return rows_in(out)


def rows_in(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.apertium
@pytest.mark.parametrize("more", [[], ["--workers", "2", "--block-size", "2"]])
def test_alpaca_comes_back_in_its_own_shape(samples: Path, tmp_path: Path, more: list[str]) -> None:
    path = samples / "instructions.jsonl"
    made = translated(
        tmp_path, str(path), "--from", "en", "--to", "es", "--engine", "apertium",
        "--fields", "instruction,input,output", *more,
    )  # fmt: skip
    source = rows_in(path)
    assert [list(row) for row in made] == [list(row) for row in source]
    assert made[1]["input"] == source[1]["input"], "a code block is no text"
    assert made[0]["input"] == ""
    for here, there in zip(source, made, strict=True):
        assert here["output"] != there["output"]
        for part in ("{name}", "%(order)s", "$x = 2$", "`add`", "https://example.org/start?lang=en",
                     "help@example.org"):  # fmt: skip
            assert here["output"].count(part) == there["output"].count(part)
    assert "<b>" in made[5]["output"] and made[7]["output"].count("\n- ") == 1


@pytest.mark.apertium
def test_chats_keep_roles_code_and_formulas(samples: Path, tmp_path: Path) -> None:
    path = samples / "chats.jsonl"
    made = translated(
        tmp_path, str(path), "--to", "es", "--engine", "apertium",
        "--fields", "messages[].content,meta.title",
    )  # fmt: skip
    source = rows_in(path)
    for here, there in zip(source, made, strict=True):
        assert there["id"] == here["id"] and there["lang"] == "es"
        assert there["meta"]["topic"] == here["meta"]["topic"]
        assert there["meta"]["title"] != here["meta"]["title"]
        assert [m["role"] for m in there["messages"]] == [m["role"] for m in here["messages"]]
    assert "```\nls -l\n```" in made[0]["messages"][2]["content"]
    assert "$$\nA = \\pi r^2\n$$" in made[2]["messages"][1]["content"]


@pytest.mark.apertium
def test_a_field_that_is_nowhere_ends_the_run(
    samples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(
        ["translate", str(samples / "instructions.jsonl"), "--from", "en", "--to", "es",
         "--engine", "apertium", "--fields", "instruction,ouput"],
    )  # fmt: skip
    assert status == 2
    assert "'ouput' leads to no text in any of the 8 records" in capsys.readouterr().err
