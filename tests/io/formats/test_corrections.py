"""Silver data out to Label Studio and doccano, corrected there, and back into the pairs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from projector.cli.main import main
from projector.errors import DataError
from projector.io.formats import read, read_lines, write
from projector.io.formats.shared.corrections import unreviewed
from projector.io.formats.shared.guess import guess
from projector.io.jsonl import read_records, write_records
from projector.io.utf16 import to_code_points, to_utf16
from projector.records import Document, Dropped, Pair, Question, Relation, Span

TEXT = "👩 Ana vive en Nueva York desde mayo."
TARGET = Document(
    "p1",
    TEXT,
    "es",
    spans=[
        Span("s0", 2, 5, "PER", score=0.9, attributes={"note": "x"}),
        Span("s1", 14, 24, "LOC", score=0.4),
        Span("s2", 31, 35, "DATE", score=0.2),
    ],
    relations=[Relation("lives", "s0", "s1", "r1")],
    clusters=[["s0", "s1"]],
    questions=[Question("q0", "¿Cuándo?", answers=["s2"])],
    labels={"topic": "people"},
)
PAIRS = [
    Pair(
        "p1",
        replace(TARGET, text=TEXT.upper(), lang="en"),
        TARGET,
        dropped=[Dropped("low", span="s9")],
    ),
    Pair("p2", Document("p2", "Hi", "en"), Document("p2", "Hola", "es")),
]


def tasks_of(tmp_path: Path, **options: Any) -> list[dict[str, Any]]:
    write(PAIRS, tmp_path / "tasks.json", "labelstudio", options)
    return json.loads((tmp_path / "tasks.json").read_text())  # type: ignore[no-any-return]


def corrected(tmp_path: Path, change: Any, **options: Any) -> list[Any]:
    """Export, let ``change`` edit the result of the first task, import onto the pairs."""
    tasks = tasks_of(tmp_path, **options)
    result = tasks[0]["predictions"][0]["result"]
    change(result)
    tasks[0]["annotations"] = [
        {"result": [], "was_cancelled": True, "updated_at": "2026-03-01"},
        {"result": [], "updated_at": "2026-01-01"},
        {"result": result, "updated_at": "2026-02-01"},
    ]
    (tmp_path / "export.json").write_text(json.dumps(tasks))
    write_records(PAIRS, tmp_path / "silver.jsonl", force=True)
    return list(read(tmp_path / "export.json", options={"base": str(tmp_path / "silver.jsonl")}))


def test_tasks_show_both_texts_and_the_weakest_score(tmp_path: Path) -> None:
    first, second = tasks_of(tmp_path)
    assert first["data"] == {"id": "p1", "text": TEXT, "lang": "es", "source_text": TEXT.upper()}
    assert first["predictions"][0]["score"] == 0.2
    region = first["predictions"][0]["result"][1]
    assert region["value"] == {"start": 14, "end": 24, "text": "Nueva York", "labels": ["LOC"]}
    assert second["predictions"][0]["result"] == []
    config = (tmp_path / "tasks.config.xml").read_text()
    assert '<Label value="DATE"/>' in config
    assert '<Relation value="lives"/>' in config
    assert 'value="$source_text"' in config
    assert guess(str(tmp_path / "tasks.json")) == "labelstudio"


def test_nothing_changed_keeps_everything_and_scores_one(tmp_path: Path) -> None:
    first, second = corrected(tmp_path, lambda result: None)
    assert second == unreviewed(PAIRS[1])
    assert first.source == PAIRS[0].source
    assert first.target == replace(TARGET, spans=[replace(s, score=1.0) for s in TARGET.spans])
    assert first.meta == {"corrected": {"kept": ["s0", "s1", "s2"]}}
    assert first.dropped == PAIRS[0].dropped


def test_moved_relabelled_removed_and_added(tmp_path: Path) -> None:
    def change(result: list[dict[str, Any]]) -> None:
        by_id = {entry.get("id"): entry for entry in result}
        by_id["s0"]["value"]["labels"] = ["ORG"]
        by_id["s1"]["value"].update(start=20, text="York")
        result.remove(by_id["s2"])
        value = {"start": 6, "end": 10, "text": "vive", "labels": ["VERB"]}
        result.append({"id": "s2", "type": "labels", "from_name": "label", "value": value})

    def change_id(result: list[dict[str, Any]]) -> None:
        change(result)
        result[-1]["id"] = "aBcDeF"

    first, _ = corrected(tmp_path, change_id)
    spans = {s.id: (s.start, s.end, s.label, s.score) for s in first.target.spans}
    assert spans == {
        "s0": (2, 5, "ORG", 1.0),
        "s1": (20, 24, "LOC", 1.0),
        "aBcDeF": (6, 10, "VERB", 1.0),
    }
    assert first.meta["corrected"] == {
        "relabelled": ["s0"],
        "moved": ["s1"],
        "added": ["aBcDeF"],
        "removed": ["s2"],
    }
    assert first.target.questions[0].answers == []
    assert first.dropped[-1] == Dropped("removed_by_hand", span="s2")
    assert first.target.relations == TARGET.relations
    assert first.target.spans[0].attributes == {"note": "x"}


def test_relations_and_chains_drawn_by_hand(tmp_path: Path) -> None:
    def change(result: list[dict[str, Any]]) -> None:
        result[:] = [entry for entry in result if entry["type"] != "relation"]
        for label, a, b, direction in (
            ("met", "s0", "s1", "left"),
            ("[coref]", "s0", "s2", "right"),
        ):
            result.append(
                {
                    "type": "relation",
                    "from_id": a,
                    "to_id": b,
                    "direction": direction,
                    "labels": [label],
                }
            )

    first, _ = corrected(tmp_path, change)
    assert [(r.label, r.head, r.tail) for r in first.target.relations] == [("met", "s1", "s0")]
    assert first.target.clusters == [["s0", "s2"]]


def test_offsets_in_utf16_are_understood(tmp_path: Path) -> None:
    first, _ = corrected(tmp_path, lambda result: None, offsets="utf16")
    assert [s.surface(TEXT) for s in first.target.spans] == ["Ana", "Nueva York", "mayo"]
    assert (
        json.loads((tmp_path / "tasks.json").read_text())[0]["predictions"][0]["result"][0][
            "value"
        ]["start"]
        == 3
    )


def test_wrong_offsets_other_texts_and_unknown_ids_are_errors(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="wanted 'Ana'"):
        corrected(tmp_path, lambda result: result[0]["value"].update(start=9, end=12))
    for change, said in (({"text": "Other"}, "another text"), ({"id": "p9"}, "'p9'")):
        tasks = json.loads((tmp_path / "export.json").read_text())
        tasks[0]["data"].update(change)
        tasks[0]["annotations"] = [{"result": []}]
        (tmp_path / "bad.json").write_text(json.dumps(tasks))
        with pytest.raises(DataError, match=said):
            list(read(tmp_path / "bad.json", options={"base": str(tmp_path / "silver.jsonl")}))


def test_the_loop_at_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    silver, tasks, out = tmp_path / "silver.jsonl", tmp_path / "tasks.json", tmp_path / "out.jsonl"
    write_records(PAIRS, silver)
    assert main(["convert", str(silver), "--to", "labelstudio", "-o", str(tasks)]) == 0
    exported = json.loads(tasks.read_text())
    exported[0]["annotations"] = [{"result": exported[0]["predictions"][0]["result"][:1]}]
    tasks.write_text(json.dumps(exported))
    words = ["convert", str(tasks), "--from", "labelstudio", "--base", str(silver), "-o", str(out)]
    assert main(words) == 0
    first, second = read_records(out)
    assert isinstance(first, Pair)
    assert [s.id for s in first.target.spans] == ["s0"]
    assert second == unreviewed(PAIRS[1])
    capsys.readouterr()
    assert main(["evaluate", str(silver), "--gold", str(out), "--kind", "spans", "--json"]) == 0
    shown = capsys.readouterr()
    assert "1 of 2 reviewed" in shown.err
    strict = json.loads(shown.out)["spans"]["strict"]
    assert (strict["correct"], strict["predicted"], strict["gold"]) == (1, 3, 1)


def test_silver_that_nobody_looked_at_is_no_gold(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    silver, tasks, out = tmp_path / "silver.jsonl", tmp_path / "tasks.json", tmp_path / "out.jsonl"
    write_records(PAIRS, silver)
    assert main(["convert", str(silver), "--to", "labelstudio", "-o", str(tasks)]) == 0
    words = ["convert", str(tasks), "--from", "labelstudio", "--base", str(silver), "-o", str(out)]
    assert main(words) == 0
    for gold in (tasks, out):  # the export itself, and put back into the records
        assert main(["evaluate", str(silver), "--gold", str(gold), "--kind", "spans"]) == 3
        assert "0 of 2 records reviewed" in capsys.readouterr().err
    (tmp_path / "empty.jsonl").write_text("")
    words = ["convert", str(tmp_path / "empty.jsonl"), "--from", "doccano", "--base", str(silver)]
    assert main([*words, "-o", str(out), "--force"]) == 0
    assert main(["evaluate", str(silver), "--gold", str(out)]) == 3


def test_exports_without_base_are_documents(tmp_path: Path) -> None:
    write([TARGET], tmp_path / "x.json", "labelstudio")
    (doc,) = read(tmp_path / "x.json")
    assert doc == unreviewed(expected())


def expected() -> Document:
    return replace(
        TARGET,
        spans=[replace(s, attributes={}) for s in TARGET.spans],
        relations=[Relation("lives", "s0", "s1")],
        questions=[],
    )


def test_discontinuous_spans_come_back(tmp_path: Path) -> None:
    doc = Document("d", "ab cd ef", spans=[Span("s", 0, 8, "X", pieces=[(0, 2), (6, 8)])])
    write([doc], tmp_path / "x.json", "labelstudio")
    assert list(read(tmp_path / "x.json")) == [unreviewed(doc)]


@pytest.mark.parametrize(
    "value",
    [3, {}, {"data": 3}, {"data": {"text": 3}}, {"data": {"text": "a"}, "annotations": [{"result": [3]}]},
     {"data": {"text": "a"}, "annotations": [{"result": [{"value": {"start": "x", "end": 1}}]}]},
     {"data": {"text": "a"}, "annotations": [{"result": [{"value": {"start": 0, "end": 9}}]}]},
     {"data": {"text": "a"}, "annotations": [{"result": [{"type": "relation"}]}]}],
)  # fmt: skip
def test_malformed_tasks(tmp_path: Path, value: Any) -> None:
    (tmp_path / "x.json").write_text(json.dumps([value]))
    (line,) = read_lines(tmp_path / "x.json", "labelstudio")
    assert line.error is not None


def test_doccano_there_and_back(tmp_path: Path) -> None:
    write_records(PAIRS, tmp_path / "silver.jsonl")
    write([p.target for p in PAIRS], tmp_path / "rows.jsonl", "doccano")
    rows = [json.loads(line) for line in (tmp_path / "rows.jsonl").read_text().splitlines()]
    assert rows[0]["entities"][1] == {"id": 2, "start_offset": 14, "end_offset": 24, "label": "LOC"}
    for number, row in enumerate(rows):
        row["id"] = 500 + number  # doccano's own
    rows[0]["entities"][1]["start_offset"] = 20
    del rows[0]["entities"][2]
    (tmp_path / "back.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    first, _ = read(tmp_path / "back.jsonl", "doccano", {"base": str(tmp_path / "silver.jsonl")})
    assert isinstance(first, Pair)
    assert [(s.id, s.start, s.score) for s in first.target.spans] == [
        ("s0", 2, 1.0),
        ("s1", 20, 1.0),
    ]
    assert first.target.relations == TARGET.relations
    assert first.target.clusters == [["s0", "s1"]]
    assert first.target.labels == TARGET.labels


def test_doccano_plain_labels(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text(
        '{"id":3,"text":"ab","label":[[0,1,"X"]]}\n{"text":"ab","label":["pos"]}\n'
    )
    first, second = read(tmp_path / "x.jsonl", "doccano")
    assert isinstance(first, Document)
    assert isinstance(second, Document)
    assert (first.id, first.spans) == ("3", [Span("s0", 0, 1, "X")])
    assert (second.id, second.labels) == ("x-2", {"label": "pos"})


@given(st.text(max_size=20), st.integers(0, 20))
def test_utf16_offsets(text: str, offset: int) -> None:
    offset = min(offset, len(text))
    units = to_utf16(text, offset)
    assert units == len(text[:offset].encode("utf-16-le", "surrogatepass")) // 2
    assert to_code_points(text, units) == offset


SPANS = st.lists(
    st.tuples(st.integers(0, 8), st.integers(1, 9), st.sampled_from("AB")).filter(
        lambda t: t[0] < t[1]
    ),
    max_size=4,
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None
)
@given(before=SPANS, after=SPANS, same_ids=st.booleans())
def test_any_correction_gives_its_spans_with_unique_ids(
    tmp_path: Path,
    before: list[tuple[int, int, str]],
    after: list[tuple[int, int, str]],
    same_ids: bool,
) -> None:
    from projector.io.formats.shared.corrections import with_correction

    old = Document("d", "123456789", spans=[Span(f"s{n}", *span) for n, span in enumerate(before)])
    prefix = "s" if same_ids else "z"
    new = Document(
        "d", "123456789", spans=[Span(f"{prefix}{n}", *span) for n, span in enumerate(after)]
    )
    found = with_correction(old, new)
    assert isinstance(found, Document)
    assert [(s.start, s.end, s.label) for s in found.spans] == [tuple(span) for span in after]
    note = found.meta["corrected"]
    named = [name for key in ("kept", "relabelled", "moved", "added") for name in note.get(key, [])]
    assert sorted(named) == sorted(s.id for s in found.spans)
    assert set(note.get("removed", [])).isdisjoint(named)


@pytest.mark.parametrize("fmt", ["doccano", "labelstudio"])
@pytest.mark.parametrize("shape", ["list", "lines"])
@pytest.mark.parametrize("name", ["export.json", "export.jsonl"])
def test_a_list_and_lines_are_read_whatever_the_file_is_called(
    tmp_path: Path, fmt: str, shape: str, name: str
) -> None:
    write(PAIRS if fmt == "labelstudio" else [TARGET], tmp_path / "out", fmt, {})
    text = (tmp_path / "out").read_text()
    rows = json.loads(text) if fmt == "labelstudio" else [*map(json.loads, text.splitlines())]
    text = json.dumps(rows, indent=1) if shape == "list" else "\n".join(map(json.dumps, rows))
    (tmp_path / name).write_text("\n \n" + text)
    assert len(list(read(tmp_path / name, fmt))) == len(rows)
