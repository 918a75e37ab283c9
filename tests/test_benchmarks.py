"""The benchmarks, which the tests do not run, still find what they import from the package."""

from __future__ import annotations

import ast
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

SCRIPTS = sorted((Path(__file__).parent / "benchmarks").glob("*.py"))


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
