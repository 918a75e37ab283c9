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
            options = {k.arg for d in node.decorator_list for k in getattr(d, "keywords", ())}
            calls = {c.func.id for c in ast.walk(node) if isinstance(c, ast.Call)
                     and isinstance(c.func, ast.Name)}  # fmt: skip
            found[node.name] = (options, calls)
    reordered = {name for name, (options, _) in found.items() if "fastmath" in options}
    inlined = {name for name, (options, _) in found.items() if "inline" in options}
    assert {"rounded", "self_attention", "best_of_lists"} <= reordered
    for name in reordered:
        called = found[name][1] & reordered
        assert called <= inlined, f"{name} calls {called - inlined}"
