"""What is counted over records and read from what their runs noted."""

from __future__ import annotations

from pathlib import Path

import pytest

from projector.errors import DataError, UsageError
from projector.io.jsonl import write_records
from projector.publishing.facts import gather_facts, records_of
from projector.records import Document
from tests.publishing.conftest import NLLB, asked, pair


def test_both_sides_are_counted(silver):
    facts = gather_facts({"train": silver()})
    assert facts.records == 6
    assert facts.labels == {"PER": 6, "LOC": 4}
    assert (facts.overview.spans, facts.overview.projected) == (12, 10)
    assert facts.overview.reasons["no_links"].spans == 2
    assert facts.languages == {"pt": 6} and facts.source_languages == {"en": 6}
    assert facts.characters == 6 * len("Ana viu Roma.") and facts.tokens == 24
    assert facts.tasks == ["token-classification"]
    assert facts.rejected == {"too_long": 2}


def test_steps_come_from_the_records_and_from_the_run(silver):
    facts = gather_facts({"train": silver(step=NLLB)})
    assert [step.stage for step in facts.steps] == ["translate", "project", "annotate"]
    assert [(m.stage, m.licence) for m in facts.licences] == [
        ("translate", "CC-BY-NC-4.0"),
        ("annotate", "Apache-2.0"),
    ]
    assert [m.model for m in facts.non_commercial] == [NLLB.model]


def test_questions_and_labels_name_their_tasks(silver):
    facts = gather_facts({"train": silver(records=[asked(0)])})
    assert facts.tasks == ["question-answering"]  # its span is an answer
    labelled = [Document("a", "Bom.", "pt", labels={"topic": "x"})]
    assert gather_facts({"train": silver("l.jsonl", records=labelled)}).tasks == [
        "text-classification"
    ]
    assert gather_facts({"x": silver("n.jsonl", records=[Document("a", "Bom.", "pt")])}).tasks == [
        "translation"
    ]


def test_only_what_a_person_has_reviewed_counts_as_reviewed(silver):
    reviewed = [
        Document("a", "Bom.", "pt", meta={"corrected": True}),
        Document("b", "Bom.", "pt", meta={"corrected": False}),
        Document("c", "Bom.", "pt"),
    ]
    (split,) = gather_facts({"test": silver(records=reviewed)}).splits
    assert (split.records, split.reviewed) == (3, 1)


def test_shards_of_a_folder_are_read_in_order(tmp_path: Path):
    for n in (1, 0):
        write_records([pair(n)], tmp_path / f"part-{n}.jsonl")
    assert [record.id for record in records_of(str(tmp_path))] == ["r0", "r1"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError):
        list(records_of(str(tmp_path / "empty")))


def test_rejected_records_beside_the_shards_are_not_published(tmp_path: Path):
    for n in (0, 1):
        write_records([pair(n)], tmp_path / f"part-{n}.jsonl")
    write_records([pair(2)], tmp_path / "part-0.jsonl.rejected.jsonl")
    assert [record.id for record in records_of(str(tmp_path))] == ["r0", "r1"]
    assert [record.id for record in records_of(str(tmp_path / "part-?.jsonl"))] == ["r0", "r1"]


def test_odd_counts_of_a_run_are_passed_over(silver):
    path = silver()
    for odd in ('{"counts": 5}', '{"counts": {"rejected_by_reason": 5}}'):
        Path(f"{path}.run.json").write_text(odd)
        assert gather_facts({"train": path}).rejected == {}


def test_no_records_and_damaged_notes_are_errors(tmp_path: Path, silver):
    with pytest.raises(UsageError, match="found no records"):
        gather_facts({"train": silver(records=[])})
    path = silver("a.jsonl")
    Path(f"{path}.run.json").write_text("[1")
    with pytest.raises(DataError, match="no JSON object"):
        gather_facts({"train": path})
    Path(f"{path}.run.json").write_text('{"engines": 3}')
    with pytest.raises(DataError, match="something else than what a run writes"):
        gather_facts({"train": path})
