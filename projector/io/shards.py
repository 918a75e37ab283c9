"""Shards: the files that one input stands for, be it a file, a folder or a pattern.

``out/`` and ``out-*-of-00004.jsonl.zst`` are as good an input as ``out.jsonl``; shards are read in
the order of their names.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from pathlib import Path

from projector.errors import DataError

JSON_LINES = (".jsonl", ".json", ".ndjson")
COMPRESSED = ("", ".gz", ".zst")
PATTERN = frozenset("*?[")
MANIFEST = "manifest.json"  # in a folder of shards: what each holds
# What a run writes beside its records.
NO_RECORDS = (MANIFEST, ".rejected.jsonl", ".run.json")


def is_sharded(source: str) -> bool:
    """Whether a name stands for several files: a folder, or a pattern that is no file's name."""
    return os.path.isdir(source) or (bool(PATTERN & set(source)) and not os.path.exists(source))


def input_files(source: str, suffixes: Sequence[str] = JSON_LINES) -> list[str]:
    """The files that an input stands for, in the order of their names.

    Args:
        source: a file, ``-``, a folder, or a pattern as of a shell (``**`` for folders inside).
        suffixes: in a folder, the files that are called so (compressed ones too); if there are
            none, all files.

    Raises:
        DataError: a folder or pattern without any.
    """
    if source == "-" or not is_sharded(source):
        return [source]
    path = Path(source)
    if path.is_dir():
        endings = tuple(s + c for s in suffixes for c in COMPRESSED)
        found = sorted(
            str(p)
            for p in path.iterdir()
            if p.is_file()
            and (p.name.endswith(endings) if endings else not p.name.startswith("."))
            and not p.name.endswith(NO_RECORDS)
        )
        if not found:
            wanted = suffixes[0] if suffixes else "any"
            raise DataError(
                f"found a directory without {wanted} files, wanted a file or shards",
                reason="unreadable",
                path=source,
            )
        return found
    found = sorted(p for p in glob.glob(source, recursive=True) if Path(p).is_file())
    if not found:
        raise DataError("found no file of this pattern", reason="unreadable", path=source)
    return found
