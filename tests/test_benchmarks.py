"""The benchmarks, which the tests do not run, still find what they import from the package."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent / "benchmarks"
SCRIPTS = sorted(BENCHMARKS.glob("*.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_what_a_benchmark_imports_is_there(script: Path) -> None:
    for node in ast.walk(ast.parse(script.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("projector"):
            continue
        assert node.module is not None
        try:
            module = import_module(node.module)
        except ModuleNotFoundError as error:
            if (error.name or "").startswith("projector"):
                raise
            pytest.skip(f"needs the package {error.name!r}")
        for name in node.names:
            inside = f"{node.module}.{name.name}"
            is_package = hasattr(module, "__path__")
            assert hasattr(module, name.name) or (is_package and find_spec(inside)), inside


def test_a_page_of_results_is_printed_anew_and_keeps_what_a_person_wrote(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    echo, fail = (
        "python -c 'import sys; print(sys.argv[1])' DATA",
        "python -c 'raise SystemExit(3)'",
    )
    good = f"<!-- printed by: {echo} -->\nstale\n<!-- end -->\n"
    bad = f"<!-- printed by: {fail} -->\nstays\n<!-- end -->\n"
    page.write_text(f"# Mine\n{good}between\n{bad}after\n", encoding="utf-8")
    script = [sys.executable, str(BENCHMARKS / "results.py"), "--page", str(page)]
    done = subprocess.run([*script, "--data", "gold"], capture_output=True, text=True)
    text = page.read_text(encoding="utf-8")
    assert done.returncode == 1
    assert "failed, its block stays" in done.stderr
    assert "```text\ngold\n```\n<!-- end -->\nbetween\n" in text
    assert "Commit " in text
    assert "stale" not in text
    assert text.startswith("# Mine\n")
    assert text.endswith("stays\n<!-- end -->\nafter\n")
