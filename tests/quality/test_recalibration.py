"""The correction loop's last part: corrected records teach what scores are worth."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import pytest

from projector.cli.main import main
from projector.errors import DataError
from projector.io.formats.shared.corrections import unreviewed
from projector.io.jsonl import read_records, write_records
from projector.pipeline.recipe import load_recipe
from projector.pipeline.run.runner import run
from projector.quality.calibration import expected_calibration_error
from projector.quality.recalibration import (
    Calibration,
    _rising_blocks,
    fit_calibration,
    judged,
    load_calibration,
    save_calibration,
)
from projector.records import Document, Pair, Span


def overconfident(count: int, seed: int) -> tuple[list[float], list[bool]]:
    """Scores whose spans are right far less often than they say."""
    draw = random.Random(seed)
    scores = [round(draw.random(), 3) for _ in range(count)]
    return scores, [draw.random() < score**3 for score in scores]


def test_held_out_scores_mean_more_afterwards() -> None:
    made = fit_calibration(*overconfident(3000, 1))
    scores, right = overconfident(3000, 2)
    before = expected_calibration_error(scores, right)
    after = expected_calibration_error(made.apply(scores), right)
    assert before > 0.2
    assert after < 0.04
    assert made.before == pytest.approx(before, abs=0.03)


def test_the_order_of_scores_stays() -> None:
    made = fit_calibration(*overconfident(200, 3))
    new = made.apply([n / 100 for n in range(101)])
    assert new == sorted(new)
    assert new[0] > 0
    assert new[-1] < 1


def test_too_few_spans_are_said() -> None:
    with pytest.raises(DataError, match="at least 50"):
        fit_calibration([0.5] * 49, [True] * 49)


def documents(count: int) -> tuple[list[Pair], list[Document]]:
    """Silver pairs that score 0.9 throughout, and gold in which every second span is another."""
    silver, gold = [], []
    for n in range(count):
        target = Document(f"d{n}", "uno dos", "es", spans=[Span("s", 0, 3, "X", score=0.9)])
        silver.append(Pair(f"d{n}", Document(f"d{n}", "one two", "en"), target))
        end = 3 if n % 2 else 7
        gold.append(Document(f"d{n}", "uno dos", "es", spans=[Span("s", 0, end, "X")]))
    return silver, gold


def test_judged_by_stretch_and_label() -> None:
    silver, gold = documents(4)
    assert judged(silver, gold) == ([0.9] * 4, [False, True, False, True], 4, 4)


def test_records_that_nobody_corrected_teach_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    silver, gold = documents(100)
    mixed = [unreviewed(pair) if n % 4 == 0 else gold[n] for n, pair in enumerate(silver)]
    assert judged(silver, mixed).reviewed == 75
    write_records(silver, tmp_path / "silver.jsonl")
    write_records(mixed, tmp_path / "gold.jsonl")
    words = ["calibrate", str(tmp_path / "silver.jsonl"), "-o", str(tmp_path / "map.json")]
    assert main([*words, "--gold", str(tmp_path / "gold.jsonl")]) == 0
    assert "75 of 100 reviewed" in capsys.readouterr().err
    write_records([unreviewed(pair) for pair in silver], tmp_path / "none.jsonl")
    assert main([*words, "--gold", str(tmp_path / "none.jsonl"), "--force"]) == 3
    assert "0 of 100 records reviewed" in capsys.readouterr().err


def test_from_files_to_a_stage_in_a_recipe(tmp_path: Path) -> None:
    silver, gold = documents(100)
    write_records(silver, tmp_path / "silver.jsonl")
    write_records(gold, tmp_path / "gold.jsonl")
    file = tmp_path / "map.json"
    words = ["calibrate", str(tmp_path / "silver.jsonl"), "--gold", str(tmp_path / "gold.jsonl")]
    assert main([*words, "-o", str(file)]) == 0
    assert main([*words, "-o", str(file)]) == 2  # it exists
    recipe = tmp_path / "r.yaml"
    recipe.write_text(f"stages:\n- {{stage: calibrate, file: {file}}}\n")
    out = tmp_path / "out.jsonl"
    run(load_recipe(recipe), input=str(tmp_path / "silver.jsonl"), output=str(out))
    first = next(iter(read_records(out)))
    assert isinstance(first, Pair)
    assert first.target.spans[0].score == pytest.approx(0.5, abs=0.02)
    assert first.steps[-1].stage == "calibrate"


def test_files_are_checked(tmp_path: Path) -> None:
    file = tmp_path / "map.json"
    save_calibration(Calibration([(0.1, 0.2), (0.9, 0.8)], 60, 0.1, 0.0), str(file))
    assert load_calibration(file).apply([0.0, 0.5, 1.0]) == [0.2, 0.5, 0.8]
    file.write_text('{"knots": [[0.1, 3]]}')
    with pytest.raises(DataError, match="calibrate"):
        load_calibration(file)


def test_blocks_are_those_of_isotonic_regression() -> None:
    optimize = pytest.importorskip("scipy.optimize", reason="the extra dev is not installed")
    draw = random.Random(3)
    for size in (1, 2, 7, 60):
        values = [round(draw.random(), 1) for _ in range(size)]
        weights = [float(draw.randint(1, 4)) for _ in range(size)]
        edges = optimize.isotonic_regression(values, weights=weights).blocks
        assert _rising_blocks(values, weights) == list(itertools.pairwise(edges))
