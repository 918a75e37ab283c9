"""Paths to the texts of a record: what they find, what they refuse, and putting texts back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.errors import DataError, UsageError
from projector.records import Document
from projector.translation.field_paths import Place, Unmatched, read_path, replaced

ROW: dict[str, Any] = {
    "instruction": "Say it.",
    "input": "",
    "messages": [
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": None},
        {"role": "assistant", "content": "Bye", "tags": ["a", "b"]},
    ],
    "answers": {"text": ["one", "two"], "answer_start": [0, 4]},
    "meta": {"title": "A title"},
    "n": 3,
}


def doc(meta: dict[str, Any] = ROW, labels: dict[str, Any] | None = None) -> Document:
    return Document("d", "", "en", meta=meta, labels=labels or {})


@pytest.mark.parametrize(
    ("path", "texts"),
    [
        ("instruction", ["Say it."]),
        ("input", [""]),
        ("messages[].content", ["Hello", "Bye"]),
        ("messages[0].content", ["Hello"]),
        ("messages[2].tags", ["a", "b"]),
        ("messages[].tags[]", ["a", "b"]),
        ("answers.text[]", ["one", "two"]),
        ("answers.text", ["one", "two"]),
        ("answers.text[1]", ["two"]),
        ("meta.title", ["A title"]),
        ("meta.instruction", ["Say it."]),
        ("labels.topic", ["sea"]),
        ("messages[7].content", []),
        ("instruction.nothing", []),
        ("nothing", []),
    ],
)
def test_a_path_leads_to_its_texts(path: str, texts: list[str]) -> None:
    found = read_path(path).texts(doc(labels={"topic": "sea"}))
    assert [text for _, text in found] == texts


@pytest.mark.parametrize(
    "path",
    ["", ".", "a.", ".a", "a..b", "a[", "a[x]", "a[]b", "meta", "labels", "[]", "a." * 40 + "a"],
)
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(UsageError, match="--fields"):
        read_path(path)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("messages", r"a list that holds an object.*e\.g\. messages\[\]\.content"),
        ("answers", "an object"),
        ("n", "a number"),
        ("answers.answer_start", "a list that holds a number"),
    ],
)
def test_what_is_no_text_is_an_error_with_a_suggestion(path: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        read_path(path).texts(doc())


def test_texts_are_put_back_where_they_were_and_nothing_else_changes() -> None:
    given_ = doc(labels={"topic": "sea"})
    places: dict[Place, str] = {}
    for path in ("messages[].content", "answers.text[]", "labels.topic", "meta.title"):
        places |= {place: text.upper() for place, text in read_path(path).texts(given_)}
    meta, labels = replaced(given_, places)
    assert labels == {"topic": "SEA"}
    assert meta["meta"] == {"title": "A TITLE"}
    assert [m["content"] for m in meta["messages"]] == ["HELLO", None, "BYE"]
    assert meta["messages"][2]["tags"] == ["a", "b"]
    assert meta["answers"] == {"text": ["ONE", "TWO"], "answer_start": [0, 4]}
    assert list(meta) == list(ROW)
    assert given_.meta["messages"][0]["content"] == "Hello", "the source is untouched"


_values = st.recursive(
    st.none() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=12,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from("abc"), _values, max_size=3))
def test_putting_the_same_texts_back_gives_the_same_record(meta: dict[str, Any]) -> None:
    given_ = doc(meta)
    for name in ("a", "a.b", "a[]", "a[].b", "b[][]", "a.b[].c"):
        try:
            found = read_path(name).texts(given_)
        except DataError:
            continue
        if found:
            assert replaced(given_, dict(found)) == (meta, {})


def test_a_path_found_nowhere_is_named_with_its_nearest_neighbour() -> None:
    unmatched = Unmatched([read_path("instruction"), read_path("instuction")])
    unmatched.look([doc(), doc()])
    with pytest.raises(UsageError, match=r"'instuction'.*2 records.*'instruction'"):
        unmatched.raise_if_any()


def test_a_path_that_one_record_has_is_enough_and_no_record_is_read_beyond_it() -> None:
    read: list[int] = []

    def records() -> Any:
        for n, meta in enumerate([{}, ROW, ROW]):
            read.append(n)
            yield doc(meta)

    unmatched = Unmatched([read_path("instruction")])
    unmatched.look(records())
    unmatched.raise_if_any()
    assert read == [0, 1]
