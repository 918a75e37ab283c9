"""Scores with their verdicts, right or wrong, counted instead of kept: memory stays flat.

Scores count as equal from four decimals on, which is what `project` and `align` write.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

DECIMALS = 4


class Verdicts:
    """How often each score was right and wrong."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[float, bool]] = Counter()

    def __len__(self) -> int:
        return self._counts.total()

    def add(self, score: float, right: bool) -> None:
        self._counts[round(score, DECIMALS), right] += 1

    def differ(self) -> bool:
        """Whether there is more than one score."""
        return len({score for score, _ in self._counts}) > 1

    def arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Score, verdict (0 or 1) and how often, by score; three arrays of one length."""
        rows = sorted(self._counts.items())
        return (
            np.array([score for (score, _), _ in rows], np.float64),
            np.array([right for (_, right), _ in rows], np.float64),
            np.array([count for _, count in rows], np.float64),
        )
