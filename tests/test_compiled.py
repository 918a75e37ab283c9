"""Compiled code that was kept is not used when anything that is compiled into it has changed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

INNER = """
from projector.compiled import compiled
BASE = {base}

@compiled
def inner(x):
    return x + {added}
"""
MIDDLE = """
from inner import inner
from projector.compiled import compiled

@compiled
def middle(x):
    return below(x)

@compiled
def below(x):
    return inner(x)
"""
OUTER = """
from numba.core import event
from inner import BASE
from middle import middle
from projector.compiled import compiled

class Listener(event.Listener):
    count = 0
    def on_start(self, event): Listener.count += 1
    def on_end(self, event): pass

event.register("numba:compile", Listener())

@compiled
def outer(x):
    return middle(x) * 10 + BASE

print(outer(1), "compiled" if Listener.count else "kept")
"""


def said(folder: Path) -> str:
    environment = {"NUMBA_CACHE_DIR": str(folder / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "outer.py"],
        cwd=folder, env={**os.environ, **environment}, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout.strip()


def test_kernels_and_constants_of_other_files_are_seen(tmp_path: Path) -> None:
    inner = tmp_path / "inner.py"
    inner.write_text(INNER.format(base=10, added=1))
    (tmp_path / "middle.py").write_text(MIDDLE)
    (tmp_path / "outer.py").write_text(OUTER)
    assert said(tmp_path) == "30 compiled"
    assert said(tmp_path) == "30 kept"
    inner.write_text(INNER.format(base=10, added=2))
    assert said(tmp_path) == "40 compiled"
    inner.write_text(INNER.format(base=20, added=2))
    assert said(tmp_path) == "50 compiled"
    assert said(tmp_path) == "50 kept"
