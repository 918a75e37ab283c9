"""Compilation of the numeric kernels, with their types kept.

numba's own decorator is untyped; these say that a function keeps its signature. Compiled code
is cached beside its module and releases the GIL.
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


def compiled_fast(function: Callable[P, R]) -> Callable[P, R]:
    """As `compiled`, with sums taken in whichever order is quickest: fixed when it is compiled, and
    not always that in which they are written. Numbers must be finite."""
    made: Callable[P, R] = numba.njit(cache=True, nogil=True, fastmath=True)(function)
    return made


def compiled_within(function: Callable[P, R]) -> Callable[P, R]:
    """As `compiled_fast`, for what kernels share: it becomes part of each kernel that calls it.

    As a function of its own, each kernel's machine code would hold a copy of it, optimised apart,
    and the loader takes whichever copy comes first: the run that compiles would give other last
    digits than those that find the code compiled.
    """
    made: Callable[P, R] = numba.njit(cache=True, nogil=True, fastmath=True, inline="always")(
        function
    )
    return made
