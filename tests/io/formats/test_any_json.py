"""Any JSON value in any field of any JSON format gives a record or a reason, never an exception."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projector.errors import DataError
from projector.io.formats import read_lines

DOC: dict[str, Any] = {
    "id": "d1",
    "lang": "en",
    "text": "Ana met Bo.",
    "tokens": [[0, 3], [4, 7], [8, 10], [10, 11]],
    "tags": {"upos": ["A", "B", "C", "D"]},
    "spans": [
        {"id": "s0", "start": 0, "end": 3, "label": "P", "score": 0.5, "attributes": {}},
        {"id": "s1", "start": 0, "end": 10, "pieces": [[0, 3], [8, 10]]},
    ],
    "relations": [{"label": "m", "head": "s0", "tail": "s1", "id": "r", "attributes": {}}],
    "clusters": [["s0", "s1"]],
    "questions": [
        {
            "id": "q",
            "text": "?",
            "lang": "en",
            "answers": ["s0"],
            "is_impossible": False,
            "score": 0.1,
            "meta": {},
        }
    ],
    "labels": {"t": "x"},
    "meta": {"a": 1},
    "zz": 1,
}
SEEDS: dict[str, list[Any]] = {
    "jsonl": [
        DOC,
        {
            "id": "p",
            "source": DOC,
            "target": DOC,
            "alignment": [[0, 0, 0.5], [1, 1]],
            "segments": [[0, 1, 0, 1]],
            "steps": [{"stage": "t", "engine": "x"}],
            "dropped": [{"reason": "x"}],
            "meta": {"a": 1},
            "zz": 1,
        },
        {
            "id": "w",
            "tokens": ["a", "b"],
            "ner_tags": ["B-X", "O"],
            "pos_tags": ["A", "B"],
            "tags": {"a": ["x", "y"]},
            "text": "a b",
            "meta": {},
            "zz": 1,
            "label": "x",
        },
        {"id": "w", "words": ["a", "b"], "tags": ["B-X", "O"]},
        {"id": "w", "tokens": ["a"], "labels": ["B-X"], "spans": []},
        {
            "id": "s",
            "context": "abc",
            "question": "?",
            "answers": {"text": ["a"], "answer_start": [0]},
            "is_impossible": False,
            "spans": [],
            "questions": [],
            "meta": {},
            "zz": 3,
        },
        {
            "id": "s",
            "context": "abc",
            "question": "?",
            "answers": [{"text": "a", "answer_start": 0}],
        },
        {
            "text": "abc",
            "entities": [[0, 3, "P"]],
            "spans": [{"start": 0, "end": 3, "label": "P", "token_start": 0, "token_end": 1}],
            "tokens": [{"text": "abc", "start": 0, "end": 3, "id": 0}],
        },
        {"text": "abc", "entities": [{"start": 0, "end": 2, "label": "x"}]},
    ],
    "squad": [
        {
            "version": "1",
            "data": [
                {
                    "title": "t",
                    "paragraphs": [
                        {
                            "context": "abc",
                            "qas": [
                                {
                                    "id": "q",
                                    "question": "?",
                                    "is_impossible": False,
                                    "answers": [{"text": "a", "answer_start": 0}],
                                }
                            ],
                        }
                    ],
                }
            ],
        }
    ],
    "labelstudio": [
        [
            {
                "id": 1,
                "data": {"text": "abc def", "id": "x", "lang": "en"},
                "annotations": [
                    {
                        "updated_at": "x",
                        "ground_truth": True,
                        "was_cancelled": False,
                        "result": [
                            {
                                "id": "a",
                                "type": "labels",
                                "from_name": "l",
                                "value": {"start": 0, "end": 3, "text": "abc", "labels": ["X"]},
                                "score": 0.5,
                            },
                            {
                                "id": "b",
                                "type": "labels",
                                "value": {"start": 4, "end": 7, "labels": ["X"]},
                            },
                            {
                                "type": "relation",
                                "from_id": "a",
                                "to_id": "b",
                                "direction": "left",
                                "labels": ["r"],
                                "id": "q",
                            },
                            {"type": "choices", "from_name": "t", "value": {"choices": ["z"]}},
                        ],
                    }
                ],
                "predictions": [{"result": []}],
            }
        ]
    ],
    "doccano": [
        {
            "id": 1,
            "record_id": "x",
            "text": "abc",
            "lang": "en",
            "entities": [
                {"id": 1, "start_offset": 0, "end_offset": 2, "label": "x"},
                {"id": 2, "start_offset": 0, "end_offset": 2, "label": "x"},
            ],
            "relations": [{"from_id": 1, "to_id": 2, "type": "r"}],
            "label": [[0, 1, "z"], "q"],
        },
        {"text": "abc", "labels": ["a", [0, 1, "x"]]},
    ],
    "coref": [
        {
            "doc_key": "d",
            "sentences": [["a", "b"], ["c"]],
            "clusters": [[[0, 0], [1, 2]]],
            "speakers": [[]],
            "subtoken_map": [0, 1, 2],
            "tokens": ["a", "b", "c"],
        },
        {"doc_key": "d", "sentences": [["a", "b"], ["c"]], "clusters": [[[0, 0], [1, 2]]]},
    ],
    "slots": [
        {
            "id": "0",
            "locale": "en-US",
            "partition": "x",
            "intent": "i",
            "scenario": "s",
            "utt": "wake me at nine",
            "annot_utt": "wake me at [time : nine]",
        }
    ],
    "tokens": [{"id": "w", "tokens": ["a", "b"], "ner_tags": ["B-X", "O"], "upos": ["A", "B"]}],
}

WRONG: list[Any] = [
    None, True, 0, -1, 5, 10**30, 1.5, "x", "", [], [None], [[]], ["a"], [1], [[0, 1]], [["a"]],
    {}, {"x": 1}, {"a": []}, [{}], [{"id": 1}], {"text": 5}, {"id": []},
]  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value inside a JSON value."""
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, inner in items:
        yield (*path, key)
        yield from places(inner, (*path, key))


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    value = copy.deepcopy(value)
    inner = value
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = new
    return value


def accepts_or_says(path: Path, values: list[Any], name: str) -> None:
    path.write_text("".join(json.dumps(value) + "\n" for value in values))
    for line in read_lines(path, name):
        assert (line.record is None) != (line.error is None)


@pytest.mark.parametrize("name", ["jsonl", "doccano", "coref", "slots", "tokens"])
def test_each_wrong_value_in_each_field_of_json_lines(tmp_path: Path, name: str) -> None:
    values = [
        changed(seed, path, wrong)
        for seed in SEEDS[name]
        for path in places(seed)
        for wrong in WRONG
    ]
    assert len(values) > 150
    accepts_or_says(tmp_path / "in.jsonl", values, name)


def test_each_wrong_value_in_each_task(tmp_path: Path) -> None:
    (seed,) = SEEDS["labelstudio"]
    tasks = [changed(seed, path, w)[0] for path in places(seed) if path != (0,) for w in WRONG]
    (tmp_path / "in.json").write_text(json.dumps(tasks))
    lines = list(read_lines(tmp_path / "in.json", "labelstudio"))
    assert len(lines) == len(tasks)


def test_each_wrong_value_in_a_squad_file(tmp_path: Path) -> None:
    (seed,) = SEEDS["squad"]
    for path in places(seed):
        for wrong in WRONG:
            try:
                accepts_or_says(tmp_path / "in.json", [changed(seed, path, wrong)], "squad")
            except DataError as error:  # the file as a whole
                assert error.path


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "text", "start", "end", "label", "a"]) | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_value_anywhere(tmp_path: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["jsonl", "doccano", "coref", "slots", "tokens"]))
    seed = data.draw(st.sampled_from(SEEDS[name]))
    place = data.draw(st.sampled_from(list(places(seed))))
    accepts_or_says(tmp_path / "in.jsonl", [changed(seed, place, data.draw(ANY))], name)
