"""The machine code of a student's kernels is the same however they came: compiled now, or kept."""

from __future__ import annotations

import ast
from pathlib import Path

from projector.models.marian import kernels

FILE = Path(kernels.__file__)


def test_kernels_of_reordered_sums_call_only_what_is_inlined() -> None:
    """A callee that is not inlined is copied into each caller's code, where another copy may win.

    Then the run that compiles gives other last digits than those after it.
    """
    found = {}
    for node in ast.parse(FILE.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            how = {ast.unparse(decorator) for decorator in node.decorator_list}
            calls = {c.func.id for c in ast.walk(node) if isinstance(c, ast.Call)
                     and isinstance(c.func, ast.Name)}  # fmt: skip
            found[node.name] = (how, calls)
    inlined = {name for name, (how, _) in found.items() if "compiled_within" in how}
    reordered = inlined | {name for name, (how, _) in found.items() if "compiled_fast" in how}
    assert {"rounded", "self_attention", "best_of_lists"} <= reordered
    for name in reordered:
        called = found[name][1] & reordered
        assert called <= inlined, f"{name} calls {called - inlined}"
