"""What a stage is shown of the corpus before its first record."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from projector.pipeline.phases import THINNED, Input, corpus, fit

BLOCK = 256


@pytest.fixture
def inputs(tmp_path: Path) -> list[Input]:
    """Two files, 6,000 documents, one bad line in each."""
    made = []
    for part in range(2):
        path = tmp_path / f"{part}.jsonl"
        with open(path, "w") as stream:
            for n in range(3000):
                stream.write(json.dumps({"id": f"{part}-{n}", "text": "x"}) + "\n")
            stream.write("{bad\n")
        made.append(Input(str(path), path.name))
    return made


def test_all_good_records_are_shown(inputs: list[Input]) -> None:
    shown = [record.id for record in corpus(inputs, None)]
    assert shown == [f"{part}-{n}" for part in range(2) for n in range(3000)]


def test_after_enough_of_them_a_tenth_is_shown_over_all_files(inputs: list[Input]) -> None:
    shown = [record.id for record in corpus(inputs, None, enough=1000)]
    first = BLOCK * 4  # whole blocks
    assert shown[:first] == [f"0-{n}" for n in range(first)]
    rest = shown[first:]
    assert len(rest) == pytest.approx((6000 - first) / THINNED, abs=2 * BLOCK)
    assert "1" in {name[0] for name in rest}  # the second file is not left out
    assert shown == [record.id for record in corpus(inputs, None, enough=1000)]


def test_a_stage_says_how_much_is_enough(inputs: list[Input]) -> None:
    class Counting:
        enough = 500
        seen = 0

        def fit(self, records):
            self.seen = sum(1 for _ in records)

    stage = Counting()
    fit(stage, inputs, None)
    assert 500 <= stage.seen < 2000
    stage.enough = 0
    fit(stage, inputs, None)
    assert stage.seen == 6000
