"""What holds for all compiled kernels of the package."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

from numba.core.dispatcher import Dispatcher

import projector

# What leaves every result as it is; with more, sums are reordered and products contracted.
SAFE = {"nnan", "ninf", "nsz"}


def kernels() -> Iterator[tuple[str, Dispatcher]]:
    for found in pkgutil.walk_packages(projector.__path__, "projector."):
        source = found.module_finder.find_spec(found.name, None)  # type: ignore[union-attr, call-arg]
        assert source is not None and source.origin is not None
        with open(source.origin, encoding="utf-8") as file:
            if "@compiled" not in file.read():
                continue
        module = importlib.import_module(found.name)
        for name, value in vars(module).items():
            if isinstance(value, Dispatcher) and value.py_func.__module__ == found.name:
                yield f"{found.name}.{name}", value


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
