"""What holds for all compiled kernels of the package."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

from numba.core.dispatcher import Dispatcher

import projector

# What leaves every result as it is; with more, sums are reordered and products contracted.
SAFE = {"nnan", "ninf", "nsz"}


def kernels() -> Iterator[tuple[str, Dispatcher]]:
    root = Path(projector.__file__).parent
    for file in sorted(root.rglob("*.py")):
        if "@compiled" not in file.read_text("utf-8"):
            continue
        place = ".".join(("projector", *file.relative_to(root).with_suffix("").parts))
        module = importlib.import_module(place)
        for name, value in vars(module).items():
            if isinstance(value, Dispatcher) and value.py_func.__module__ == place:
                yield f"{place}.{name}", value


def test_no_kernel_rounds_as_the_compiler_pleases() -> None:
    """A kernel that others call has several compiled copies, and which of them runs depends on
    what the process loaded before: all must give the same bits."""
    found = dict(kernels())
    assert len(found) > 30
    named = {name for kernel in found.values() for name in kernel.py_func.__code__.co_names}
    free = {name for name, kernel in found.items() if not flags(kernel) <= SAFE}
    assert not {name for name in free if name.rpartition(".")[2] in named}


def flags(kernel: Dispatcher) -> set[str]:
    given = kernel.targetoptions.get("fastmath", False)
    return {"fast"} if given is True else set(given or ())
