"""Writing a folder so that it is complete or absent, as `streams.open_write` does for a file."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from projector.errors import UsageError


@contextmanager
def write_folder(path: str, *, force: bool, ours: Callable[[str], bool]) -> Iterator[Path]:
    """A new folder beside the wanted one, renamed to it when the block ends well.

    Args:
        ours: says of a file name whether this format writes such files. A folder that holds
            others is never replaced, not even with ``force``.

    Raises:
        UsageError: it exists and ``force`` is off, is a file, or holds other files.
    """
    target = Path(path)
    if path == "-":
        raise UsageError("a folder cannot go to standard output: name it with -o FOLDER")
    if not target.parent.is_dir():
        raise UsageError(f"{path}: the folder {str(target.parent)!r} does not exist; create it")
    if target.exists() and not target.is_dir():
        raise UsageError(f"{path}: found a file, wanted a folder (or nothing) there")
    inside = [p for p in target.rglob("*") if p.is_file()] if target.exists() else []
    if inside and not force:
        raise UsageError(f"{path}: exists already; use --force to replace it")
    foreign = next((p for p in inside if not ours(p.name)), None)
    if foreign is not None:
        raise UsageError(
            f"{path}: found {foreign.name!r} in it, which is none of this format's files; such a "
            "folder is not replaced"
        )
    beside = target.with_name(f"{target.name}.{os.getpid()}.part")
    beside.mkdir()
    try:
        yield beside
        if target.exists():
            shutil.rmtree(target)
        os.replace(beside, target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
