"""What a run did, in numbers: added up block by block, shown at the end, kept in OUT.run.json."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import PackageNotFoundError, version

from msgspec import field

from projector import __version__
from projector.json_values import JsonObject
from projector.pipeline.chain import Tally

# Packages whose version can change what a run writes; those that are not installed are left out.
NOTED = (
    "numpy",
    "lapx",
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


class Summary(Tally):
    """Totals of a run; ``records == written + rejected`` at the end."""

    wall_seconds: float = 0.0
    outputs: list[str] = field(default_factory=list)
    rejected_path: str = ""

    def plain(self) -> JsonObject:
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
