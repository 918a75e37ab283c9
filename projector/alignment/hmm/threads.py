"""Work in a fixed number of parts on threads; the compiled kernels release the GIL.

Threads of our own rather than numba's: they start no pool that a forked worker would trip over,
and kernels without ``parallel=True`` compile several times faster.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def in_parts(parts: int, threads: int, work: Callable[[int], object]) -> None:
    """Call ``work(0)`` .. ``work(parts - 1)`` on up to ``threads`` threads; errors are raised."""
    if threads < 2 or parts < 2:
        for part in range(parts):
            work(part)
        return
    with ThreadPoolExecutor(min(parts, threads)) as pool:
        for _ in pool.map(work, range(parts)):
            pass


def in_order(jobs: Iterable[Callable[[], T]], threads: int) -> Iterator[T]:
    """The results of jobs, in order; while some run on threads, the next ones are made ready."""
    if threads < 2:
        for job in jobs:
            yield job()
        return
    with ThreadPoolExecutor(threads) as pool:
        for future in [pool.submit(job) for job in jobs]:
            yield future.result()
