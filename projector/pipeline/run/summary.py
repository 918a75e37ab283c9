"""What a run did, in numbers: added up block by block, shown at the end, kept in OUT.run.json."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from msgspec import Struct, field

from projector import __version__
from projector.pipeline.chain import Tally, add_counts

# Packages whose version can change what a run writes; those that are not installed are left out.
NOTED = (
    "numpy",
    "scipy",
    "numba",
    "msgspec",
    "sacremoses",
    "PyStemmer",
    "regex",
    "torch",
    "transformers",
    "ctranslate2",
    "onnxruntime",
    "simalign",
    "spacy",
    "stanza",
    "ray",
)


class Summary(Struct):
    """Totals of a run; ``records == written + rejected`` at the end."""

    records: int = 0
    written: int = 0
    rejected: int = 0
    spans: int = 0
    projected: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    cost: dict[str, dict[str, float]] = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)
    wall_seconds: float = 0.0
    outputs: list[str] = field(default_factory=list)
    rejected_path: str = ""

    def add(self, tally: Tally, *, first: bool = True, last: bool = True) -> None:
        """Add one block.

        Args:
            first: the block was read from the user's input (not from an earlier part).
            last: what it wrote is the run's output (not for a later part).
        """
        if first:
            self.records += tally.records
        if last:
            self.written += tally.written
            self.spans += tally.spans
            self.projected += tally.projected
            add_counts(self.dropped, tally.dropped)
        self.rejected += tally.rejected
        add_counts(self.reasons, tally.reasons)
        add_counts(self.seconds, tally.seconds)
        for stage, spent in tally.cost.items():
            add_counts(self.cost.setdefault(stage, {}), spent)

    def plain(self) -> dict[str, Any]:
        """The numbers for OUT.run.json."""
        return {
            "records": self.records,
            "written": self.written,
            "rejected": self.rejected,
            "rejected_by_reason": dict(sorted(self.reasons.items())),
            "spans": self.spans,
            "spans_projected": self.projected,
            "spans_dropped_by_reason": dict(sorted(self.dropped.items())),
            "stage_seconds": {k: round(v, 3) for k, v in self.seconds.items()},
            "wall_seconds": round(self.wall_seconds, 3),
            "cost": self.cost,
        }


def versions() -> dict[str, str]:
    """Ours, Python's and those of the packages that matter, for OUT.run.json."""
    found = {"xproject": __version__, "python": platform.python_version(), "os": sys.platform}
    for name in NOTED:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
