"""Word vectors fitted to a corpus: a linear map that brings linked words nearer to each other.

Vectors that hardly know a language still put its words somewhere, and where the surest links lead
tells how these places belong together (Mikolov, Le & Sutskever 2013 map spaces of two languages
so). The map moves the source's vectors by ridge regression on what is missing, x + xW = y, each
linked pair weighing what it was counted, so that without links it moves nothing.
"""

from __future__ import annotations

import numpy as np

from projector.alignment.hmm.table import Floats, Table
from projector.models.blas import one_blas_thread
from projector.models.vectors.base import unit_rows

LINKED = 0.5  # of the occurrences of the rarer unit, from which a pair counts as linked
MOST_COUNTED = 3.0  # so that a few frequent words do not decide
FEWEST = 20  # linked pairs
RIDGE = 2.0  # pull to moving nothing, in pairs
# Mean cosine of linked pairs from which vectors know both languages: wrong links would teach them
# more there than right ones.
KNOWN = 0.65


def adapted(source: Floats, target: Floats, table: Table, count: Floats) -> Floats | None:
    """The source units' vectors moved towards those of what they are linked to, at length 1; None
    where there are too few links, or vectors that agree with them as it is.

    Args:
        source, target: a vector of length 1 (or 0) for each unit of either side.
        count: the expected count of each entry of the table.
    """
    often_s, often_t = table.sums(count, len(target))
    rows = table.rows
    rarer = np.minimum(often_s[rows], often_t[table.column])
    has_s, has_t = np.asarray(source.any(1)), np.asarray(target.any(1))
    sure = (count >= LINKED * rarer) & (count >= LINKED)
    linked = np.flatnonzero(sure & has_s[rows] & has_t[table.column])
    if len(linked) < FEWEST:
        return None
    x = source[rows[linked]].astype(np.float64)
    y = target[table.column[linked]].astype(np.float64)
    if np.einsum("ij,ij->i", x, y).mean() >= KNOWN:
        return None
    weight = np.minimum(count[linked], MOST_COUNTED).astype(np.float64)
    with one_blas_thread():
        weighed = x.T * weight
        pull = RIDGE * np.eye(x.shape[1])
        step = np.linalg.solve(weighed @ x + pull, weighed @ (y - x))
        return unit_rows(source + (source @ step).astype(np.float32))
