"""Writing a folder so that it is complete or absent, as `streams.open_write` does for a file."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import filterfalse
from pathlib import Path

from projector.errors import UsageError


@contextmanager
def write_folder(path: str, *, force: bool, ours: Callable[[str], bool]) -> Iterator[Path]:
    """A new folder beside the wanted one, renamed to it when the block ends well.

    Args:
        ours: says of a file name whether this format writes such files. A folder that holds
            others (links and pipes too) is never replaced, not even with ``force``.

    Raises:
        UsageError: it exists and ``force`` is off, is a file, or holds other files.
    """
    if path == "-":
        raise UsageError("a folder cannot go to standard output: name it with -o FOLDER")
    target = Path(os.path.realpath(path))  # a link stays, the folder that it points to is written
    if not target.parent.is_dir():
        raise UsageError(f"{path}: the folder {str(target.parent)!r} does not exist; create it")
    if target.exists() and not target.is_dir():
        raise UsageError(f"{path}: found a file, wanted a folder (or nothing) there")
    if not force and next(_files_in(target), None) is not None:
        raise UsageError(f"{path}: exists already; use --force to replace it")
    foreign = next(filterfalse(lambda p: _is_file(p) and ours(p.name), _files_in(target)), None)
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


def _files_in(folder: Path) -> Iterator[Path]:
    """All that a folder holds, at any depth, but for the folders themselves."""
    for place, folders, files in os.walk(folder):
        yield from (Path(place, name) for name in files)
        yield from filter(Path.is_symlink, (Path(place, name) for name in folders))


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()
