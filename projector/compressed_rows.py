"""Sparse tables in compressed rows: row s has the columns ``column[start[s]:start[s + 1]]``,
ascending."""

from __future__ import annotations

from projector.compiled import Array, compiled


@compiled
def find(start: Array, column: Array, s: int, t: int) -> int:
    """The entry of row ``s`` and column ``t``, or -1."""
    # Columns ascend from 0 on, so column t cannot stand beyond place t: frequent words, which have
    # low numbers, are found in a few steps however long the row.
    low: int = start[s]
    high = min(start[s + 1], low + t + 1)
    while low < high:
        middle = (low + high) // 2
        if column[middle] < t:
            low = middle + 1
        else:
            high = middle
    if low < start[s + 1] and column[low] == t:
        return low
    return -1
