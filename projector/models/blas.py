"""Matrix products that give the same bits on any number of threads.

A BLAS cuts a product into pieces by the threads that it may use, and sums round otherwise at other
cuts: a run on two cores would write other numbers than the same run on one. On one thread there is
nothing to cut by; work on several is split by the caller, in blocks of a fixed size.
"""

from __future__ import annotations

from contextlib import AbstractContextManager


def one_blas_thread() -> AbstractContextManager[object]:
    """Within it every product of this process, on whichever thread, is one thread's work."""
    from threadpoolctl import threadpool_limits

    limited: AbstractContextManager[object] = threadpool_limits(1, "blas")
    return limited
