"""The training data of a span generator: prompts as `candidates` asks them, and their answers."""

from __future__ import annotations

import json
from pathlib import Path

from projector.cli.main import main
from projector.io.formats import write
from projector.io.formats.shared.notes import Notes
from projector.io.jsonl import write_records
from projector.records import Document, Span
from projector.text.label_slots import by_label

DOC = Document(
    "d",
    "Ana saw\nRome and Eva.",
    "en",
    spans=[Span("b", 8, 12, "LOC"), Span("a", 0, 3, "PER"), Span("c", 17, 20, "PER")],
)


def written(tmp_path: Path, *docs: Document) -> tuple[list[dict], Notes]:
    notes = Notes()
    assert write(docs, tmp_path / "out.jsonl", "t-projection", notes=notes) == len(docs)
    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines], notes


def test_spans_fill_their_slots_in_the_order_of_the_text(tmp_path) -> None:
    (row,), _ = written(tmp_path, DOC)
    assert row == {
        "id": "d",
        "source": "Ana saw Rome and Eva. <PER>[None]</PER><LOC>[None]</LOC><PER>[None]</PER>",
        "target": "<PER>Ana</PER><LOC>Rome</LOC><PER>Eva</PER>",
    }
    assert by_label([row["target"]], DOC.text) == {"PER": ["Ana", "Eva"], "LOC": ["Rome"]}


def test_what_has_no_slot_is_counted(tmp_path) -> None:
    odd = Document(
        "o",
        "a b c",
        spans=[
            Span("a", 0, 5, "X", pieces=[(0, 1), (4, 5)]),
            Span("b", 0, 1),
            Span("c", 2, 3, "</X>"),
        ],
    )
    rows, notes = written(tmp_path, odd, Document("e", "Nobody."), DOC)
    assert [row["id"] for row in rows] == ["d"]
    assert notes.lost["spans"] == {"discontinuous": 1, "without a label that can name a slot": 2}
    assert notes.notices() == [
        "documents without spans were left out: there is nothing to generate (2x)"
    ]


def test_export_writes_it(tmp_path) -> None:
    write_records([DOC], tmp_path / "gold.jsonl")
    out = tmp_path / "train.jsonl"
    assert (
        main(["export", str(tmp_path / "gold.jsonl"), "--to", "t-projection", "-o", str(out)]) == 0
    )
    assert json.loads(out.read_text())["target"].startswith("<PER>Ana</PER>")
