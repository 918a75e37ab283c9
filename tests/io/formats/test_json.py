"""JSON files that hold one list of records."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from projector.errors import DataError
from projector.io.formats import read, read_lines, write
from projector.io.formats.shared.guess import guess
from projector.records import Document, Pair, Span

ROW = {"text": "Ana sings", "entities": [[0, 3, "PER"]]}
DOC = Document("a-1", "Ana sings", spans=[Span("s0", 0, 3, "PER")])


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize(
    "value",
    [[ROW], {"rows": [ROW]}, {"version": "1", "examples": [ROW]}, {"n": 1, "rows": [ROW], "b": {}}],
    ids=["list", "object", "with others", "with more"],
)
def test_a_list_of_rows_is_read_wherever_it_stands(
    tmp_path: Path, value: object, indent: int | None
) -> None:
    (tmp_path / "a.json").write_text(json.dumps(value, indent=indent))
    assert guess(str(tmp_path / "a.json")) == "json"
    assert list(read(tmp_path / "a.json")) == [DOC]


def test_one_record_alone_and_a_list_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(ROW, indent=2))
    assert list(read(tmp_path / "a.json")) == [DOC]
    (tmp_path / "a.json").write_text(json.dumps({"train": [ROW], "test": []}))
    with pytest.raises(DataError, match="train, test; wanted one list"):
        list(read(tmp_path / "a.json", "json"))
    assert list(read(tmp_path / "a.json", "json", {"field": "train"})) == [DOC]


def test_a_bad_item_is_an_error_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps([ROW, 5, {"text": 5}, ROW]))
    lines = list(read_lines(tmp_path / "a.json"))
    reasons = [line.error.reason if line.error else "" for line in lines]
    assert reasons == ["", "not_an_object", "bad_field", ""]
    for text in ("[1,", "3", '{"a": 1}'):
        (tmp_path / "b.json").write_text(text)
        with pytest.raises(DataError):
            list(read(tmp_path / "b.json", "json"))


def test_whatever_a_record_holds_comes_back(tmp_path: Path) -> None:
    pair = Pair("p", Document("p", "a b", "en", [(0, 1)]), Document("p", "c", "es", [(0, 1)]), [])
    write([DOC, pair], tmp_path / "a.json", "json")
    assert guess(str(tmp_path / "a.json")) == "json"
    assert list(read(tmp_path / "a.json")) == [DOC, pair]
