"""How often Python looks for circular garbage, for processes that are ours from start to end."""

from __future__ import annotations

import gc

THRESHOLDS = 100_000, 20, 100


def collect_seldom() -> None:
    """Look for circles less often than Python does by default (every 700 new objects).

    A block of records is a hundred thousand small objects and no circle; looking through them
    again and again took a quarter of the time. Called by the command line and by workers, not on
    import: what a program that uses the package does with its memory is its own affair.
    """
    gc.set_threshold(*THRESHOLDS)
