"""The one-to-one matching of largest total value: the linear assignment problem.

Solved by the package `lap` (Jonker and Volgenant 1987, "A Shortest Augmenting Path Algorithm for
Dense and Sparse Linear Assignment Problems").
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def largest_matching(values: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns that belong together, as many pairs as the shorter side has.

    Args:
        values: finite numbers, [rows, columns].

    Returns:
        Numbers of rows, rising, and the column of each; both empty where a side is.
    """
    table = np.asarray(values, np.float64)
    if table.size == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    from lap import lapjvx

    rows, columns = lapjvx(-table, extend_cost=True, return_cost=False)
    order = np.argsort(rows, kind="stable")
    return np.asarray(rows, np.int64)[order], np.asarray(columns, np.int64)[order]
