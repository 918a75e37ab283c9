"""Whether what stands at an output is that of a finished run in which no record was written.

Such files hold nothing that could be lost: the corrected command may replace them without
``--force``.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from projector.io.shards import MANIFEST
from projector.pipeline.run.shards import file_digest


def nothing_written(target: str) -> bool:
    """Whether a run's notes beside the output say so, and its files are as that run left them."""
    output = Path(target.rstrip("/"))
    try:
        known = msgspec.json.decode(Path(f"{output}.run.json").read_bytes())
        if known["counts"]["written"]:
            return False
        digests = {Path(made["path"]).name: made["sha256"] for made in known["outputs"]}
        files = [output]
        if output.is_dir():
            files = [path for path in output.iterdir() if path.name != MANIFEST]
        return all(path.is_file() and digests.get(path.name) == file_digest(path) for path in files)
    except (OSError, msgspec.DecodeError, KeyError, TypeError, AttributeError):
        return False
