"""`doctor --compile` leaves nothing to compile for `align` and `project`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from projector.cli import compiling
from projector.errors import EngineError

COUNT = """
import sys
from numba.core import event
class Listener(event.Listener):
    count = 0
    def on_start(self, event): Listener.count += 1
    def on_end(self, event): pass
event.register("numba:compile", Listener())
from projector.cli.main import main
assert main(sys.argv[1:]) == 0
print(Listener.count, file=sys.stderr)
"""


def compiled_by(args: list[str], cache: Path) -> int:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache)}
    done = subprocess.run(
        [sys.executable, "-c", COUNT, *args], env=environment, capture_output=True, timeout=500
    )
    assert done.returncode == 0, done.stderr.decode()
    return int(done.stderr.decode().split()[-1])


@pytest.mark.slow
def test_nothing_is_left_to_compile(samples: Path, tmp_path: Path) -> None:
    if not os.environ.get("XPROJECT_SLOW_TESTS"):
        pytest.skip("compiles everything anew; XPROJECT_SLOW_TESTS=1 runs it")
    cache = tmp_path / "cache"
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache)}
    subprocess.run(
        [sys.executable, "-m", "projector", "doctor", "--compile"], env=environment, check=True
    )
    linked, out = tmp_path / "linked.jsonl", tmp_path / "out.jsonl"
    source = samples / "subtitles.en-es.jsonl"
    assert compiled_by(["align", str(source), "--engine", "hmm", "-o", str(linked)], cache) == 0
    assert compiled_by(["project", str(linked), "-o", str(out)], cache) == 0


def test_what_an_engine_compiles_with_is_real_work() -> None:
    pairs = [compiling._linked(pair) for pair in compiling._pairs()]
    assert len(pairs) > 10
    assert all(pair.alignment and pair.source.spans for pair in pairs)


def test_a_failure_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling, "ENGINES", {"nothing": lambda: None})
    with pytest.raises(EngineError, match="compiling nothing failed"):
        compiling.compile_all()
