"""The table of stages: name -> "module:Class"; other packages join through ``xproject.stages``.

A stage class has ``Options`` (a frozen msgspec.Struct that forbids unknown fields) and
``__init__(self, options)``; see `projector.stage`.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from projector.engines import missing
from projector.errors import EngineError, UsageError, near_miss

STAGES: dict[str, str] = {
    "translate": "projector.translation.stage:TranslateStage",
    "align": "projector.alignment.stage:AlignStage",
    "project": "projector.projection.stage:ProjectStage",
    "qa": "projector.qa.stage:QaStage",
    "filter": "projector.quality.filters:FilterStage",
    "annotate": "projector.annotation.stage:AnnotateStage",
    "calibrate": "projector.quality.recalibration:CalibrateStage",
    "join": "projector.augment.joining:JoinStage",
    "split": "projector.augment.joining:SplitStage",
    "backtranslate": "projector.augment.backtranslation:BackTranslateStage",
    "swap": "projector.augment.swap:SwapStage",
    "codeswitch": "projector.augment.codeswitch:CodeSwitchStage",
}


def stage_names() -> dict[str, str]:
    """All stages with where they live, those of other packages included."""
    found = dict(STAGES)
    for entry in entry_points(group="xproject.stages"):
        found.setdefault(entry.name, entry.value)
    return found


def stage_class(name: str) -> Any:
    """The class of a stage.

    Raises:
        UsageError: no stage of that name; the message names the nearest one and all of them.
        EngineError: it exists but what it needs is not installed.
    """
    names = stage_names()
    if name not in names:
        raise UsageError(f"no stage is called {name!r}" + near_miss(name, names))
    module, _, attribute = names[name].partition(":")
    try:
        return getattr(import_module(module), attribute)
    except ModuleNotFoundError as error:
        raise EngineError(missing(name, error.name or module)) from error
