"""Settings of the process itself: the garbage collector's thresholds, the user's cache folder."""

from __future__ import annotations

import gc
import os
from pathlib import Path

THRESHOLDS = 100_000, 20, 100


def relax_gc() -> None:
    """Collect circular garbage less often than Python does by default (every 700 new objects).

    A block of records is a hundred thousand small objects and no circle; looking through them
    again and again took a quarter of the time. Called by the command line and by workers, not on
    import: what a program that uses the package does with its memory is its own affair.
    """
    gc.set_threshold(*THRESHOLDS)


def cache_folder(*parts: str) -> Path:
    """The user's cache folder for xproject, or a folder below it (made if it is not there).

    ``XPROJECT_CACHE`` names another place.
    """
    base = os.environ.get("XPROJECT_CACHE")
    if not base:
        home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        base = str(Path(home) / "xproject")
    folder = Path(base).expanduser().joinpath(*parts)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
