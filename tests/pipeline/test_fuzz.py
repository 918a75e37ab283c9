"""Odd and broken lines through the stages; `tests/benchmarks/fuzz.py` does ten thousand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "fuzz.py"


def fuzz(stages: str, records: int) -> str:
    words = [sys.executable, SCRIPT, "--records", records, "--seed", 5, "--stages", stages]
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout.count("adds up") == stages.count(",") + 1
    return done.stdout


def test_no_line_breaks_a_stage_and_the_counts_add_up():
    table = fuzz("align,project,filter", 300)
    for reason in ("invalid_json", "invalid_utf8", "bad_field", "not_a_pair"):
        assert reason in table


@pytest.mark.apertium
def test_no_line_breaks_the_translator_or_the_questions():
    fuzz("translate,qa", 200)
