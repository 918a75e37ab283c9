"""Stages by name (the table is `projector.engines.STAGES`).

A stage class has ``Options`` (a frozen msgspec.Struct that forbids unknown fields) and
``__init__(self, options)``; see `projector.stage`.
"""

from __future__ import annotations

from typing import Any

from projector.engines import engine_class


def stage_class(name: str) -> Any:
    """The class of a stage.

    Raises:
        UsageError: no stage of that name; the message names the nearest one and all of them.
        EngineError: it exists but what it needs is not installed.
    """
    return engine_class("stages", name)
