"""Compilation of the numeric kernels, with their types kept.

numba's own decorator is untyped; these say that a function keeps its signature. Compiled code
is cached beside its module and releases the GIL.

numba compiles anew what it kept when the file of a kernel changes. But kernels of other files and
constants are compiled into it too, so the stamp that it keeps and compares holds them as well
(`_Stamp`).

A kernel that others call is compiled once more into each of them, and which of the copies runs
depends on what the process has loaded before. So its sums are never taken in an order of the
compiler's choice: each copy would round in its own way, and the first run on a machine would write
other numbers than the second.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any, ParamSpec, TypeVar

import numba
import numpy as np
from numba.core.dispatcher import Dispatcher
from numpy.typing import NDArray

Array = NDArray[Any]  # shapes and types are said where the arrays are made

PLAIN = (bool, int, float, str, np.generic)

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """The function compiled at its first call, for the types that it is called with."""
    made: Callable[P, R] = _stamped(numba.njit(cache=True, nogil=True)(function))
    return made


def compiled_finite(function: Callable[P, R]) -> Callable[P, R]:
    """As `compiled`, for numbers that are finite and zeros whose sign does not matter: with that
    more loops take several numbers at a time, and no result changes."""
    made: Callable[P, R] = _stamped(
        numba.njit(cache=True, nogil=True, fastmath={"nnan", "ninf", "nsz"})(function)
    )
    return made


def compiled_alone(function: Callable[P, R]) -> Callable[P, R]:
    """As `compiled_finite`, with sums in whichever order is quickest: for a kernel that no other
    calls."""
    made: Callable[P, R] = _stamped(numba.njit(cache=True, nogil=True, fastmath=True)(function))
    return made


class _Stamp:
    """What numba stores with compiled code and compares: numba's own stamp of a kernel's file, and
    the same of every kernel that it calls, with the constants that they take. Worked out when it
    is asked for, since a kernel may stand above those that it calls; stored as plain text.

    Args:
        kernel: whose stamp it is.
        own: the one that numba gave it.
    """

    def __init__(self, kernel: Dispatcher, own: object) -> None:
        self.kernel, self.own = kernel, own

    def __eq__(self, other: object) -> bool:
        return self.text() == other

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return str, (self.text(),)

    def text(self) -> str:
        """The stamp as it is stored."""
        found: dict[str, list[str]] = {}
        waiting = [self.kernel]
        while waiting:
            kernel = waiting.pop()
            name = f"{kernel.py_func.__module__}.{kernel.py_func.__qualname__}"
            if name in found:
                continue
            known = kernel.py_func.__globals__
            used = [(n, known[n]) for n in sorted(kernel.py_func.__code__.co_names) if n in known]
            found[name] = [repr(getattr(_stamp(kernel), "own", ""))]
            found[name] += [f"{n}={said}" for n, value in used if (said := _said(value))]
            waiting += [value for _, value in used if isinstance(value, Dispatcher)]
        return repr(sorted(found.items()))


def _stamped(kernel: Any) -> Any:
    """The kernel with our stamp; as it is where numba keeps its stamp at another place."""
    if _stamp(kernel) is not None:
        kernel._cache._cache_file._source_stamp = _Stamp(kernel, _stamp(kernel))
    return kernel


def _stamp(kernel: Any) -> Any:
    cache = getattr(getattr(kernel, "_cache", None), "_cache_file", None)
    return getattr(cache, "_source_stamp", None)


def _said(value: object) -> str:
    """What tells a global of a kernel from an earlier one; "" for what is not compiled into it."""
    if isinstance(value, np.ndarray):
        return sha256(value.tobytes()).hexdigest()
    if all(isinstance(one, PLAIN) for one in (value if isinstance(value, tuple) else [value])):
        return repr(value)
    # The fields of a named tuple, the members of an enumeration.
    members = getattr(value, "__members__", {}).items()
    said = [*getattr(value, "_fields", ()), *(f"{name}={one!r}" for name, one in members)]
    return " ".join(said)
