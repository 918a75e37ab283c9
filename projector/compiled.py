"""Compilation of the numeric kernels, with their types kept.

numba's own decorator is untyped; these say that a function keeps its signature. Compiled code
is cached beside its module and releases the GIL.

A kernel that others call is compiled once more into each of them, and which of the copies runs
depends on what the process has loaded before. So its sums are never taken in an order of the
compiler's choice: each copy would round in its own way, and the first run on a machine would write
other numbers than the second.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import numba
from numpy.typing import NDArray

Array = NDArray[Any]  # shapes and types are said where the arrays are made

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """The function compiled at its first call, for the types that it is called with."""
    made: Callable[P, R] = numba.njit(cache=True, nogil=True)(function)
    return made


def compiled_finite(function: Callable[P, R]) -> Callable[P, R]:
    """As `compiled`, for numbers that are finite and zeros whose sign does not matter: with that
    more loops take several numbers at a time, and no result changes."""
    made: Callable[P, R] = numba.njit(cache=True, nogil=True, fastmath={"nnan", "ninf", "nsz"})(
        function
    )
    return made


def compiled_alone(function: Callable[P, R]) -> Callable[P, R]:
    """As `compiled_finite`, with sums in whichever order is quickest: for a kernel that no other
    calls."""
    made: Callable[P, R] = numba.njit(cache=True, nogil=True, fastmath=True)(function)
    return made
