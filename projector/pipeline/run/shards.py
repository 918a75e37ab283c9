"""Which files a run reads and writes: one and one, or a folder of shards and a folder of outputs.

Sharded input is a folder or a pattern (``in/*.jsonl.zst``); each shard has its own output of the
same name in the output folder, which also gets ``manifest.json``.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from projector.errors import UsageError
from projector.io.shards import COMPRESSED, JSON_LINES, input_files
from projector.io.streams import check_writable, refuse_same_file

BESIDE = ("rejected.jsonl", "run.json")  # files that a run writes beside its output


class Shard(Struct, frozen=True):
    """One input and its output; either may be ``-``."""

    source: str
    target: str


class RunFiles(Struct, frozen=True):
    """All inputs and outputs of a run, and where what stands beside the output goes.

    ``base`` is the output's name (a folder's without the slash), or "" for a stream: then there
    is nothing beside it, and the run cannot be resumed.
    """

    shards: list[Shard]
    base: str
    sharded: bool = False

    def beside(self, suffix: str) -> Path:
        """OUT.run.json, OUT.rejected.jsonl, OUT.work: what stands beside the output."""
        return Path(f"{self.base}.{suffix}")


def real_target(target: str) -> str:
    """The file that an output names: what a symbolic link points to, so that the link stays."""
    if not os.path.islink(target) or (os.path.exists(target) and not os.path.isfile(target)):
        return target  # as it is: also a link to a pipe or a device
    return os.path.realpath(target)


def plan_files(
    source: str,
    target: str,
    read: Sequence[str] = (),
    *,
    force: bool = False,
    resume: bool = False,
) -> RunFiles:
    """Find the shards and refuse early what could only fail later.

    ``read`` names further files that the run reads, and so must not write.

    Raises:
        DataError: no such input.
        UsageError: an output that exists, that is an input too, or that does not fit the input.
    """
    sources = input_files(source)
    sharded = sources != [source]
    plan = _plan(source, sources, target, sharded, force=force or resume)
    outputs = [shard.target for shard in plan.shards]
    beside = [str(plan.beside(suffix)) for suffix in BESIDE] if plan.base else []
    refuse_same_file([*sources, *read], outputs + beside)
    if plan.base and not sharded:
        check_writable(plan.base, force=force or resume)
    return plan


def _plan(source: str, sources: list[str], target: str, sharded: bool, *, force: bool) -> RunFiles:
    if target == "-" or (Path(target).exists() and not Path(target).is_file() and not sharded):
        if target != "-" and Path(target).is_dir():
            raise UsageError(f"{target}: found a directory, wanted a file name to write to")
        return RunFiles([Shard(name, target) for name in sources], "", sharded)
    if not sharded:
        return RunFiles([Shard(source, target)], target)
    folder = Path(target)
    if folder.suffix and not folder.is_dir() and not target.endswith("/"):
        raise UsageError(
            f"{target}: found a file name, wanted a folder (such as {folder.stem}/): "
            f"{source} is {len(sources)} files, and each has its own output"
        )
    names = [_output_name(name) for name in sources]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(f"{source}: found two files that would both be written to {twice}")
    refuse_same_file(sources, [str(folder / name) for name in names])
    if folder.is_dir() and any(folder.iterdir()) and not force:
        raise UsageError(f"{target}: exists already and is not empty; use --force to replace it")
    folder.mkdir(parents=True, exist_ok=True)
    shards = [Shard(s, str(folder / name)) for s, name in zip(sources, names, strict=True)]
    return RunFiles(shards, str(folder), True)


def _output_name(source: str) -> str:
    """``in/a.json.zst`` -> ``a.jsonl.zst``: the same compression, always JSON Lines."""
    name = Path(source).name
    tail = next((c for c in COMPRESSED if c and name.endswith(c)), "")
    stem = name.removesuffix(tail)
    stem = next((stem.removesuffix(s) for s in JSON_LINES if stem.endswith(s)), stem)
    return f"{stem}.jsonl{tail}"


def file_digest(path: str | Path) -> str:
    """SHA-256 of a file's bytes."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def content_mark(value: object) -> object:
    """What identifies the files that an option names, so that a changed one is noticed.

    A file is its digest, a folder (a model) the names and sizes in it; anything else is None.
    """
    if isinstance(value, dict):
        marks = {str(k): content_mark(v) for k, v in value.items()}
        return {k: v for k, v in marks.items() if v} or None
    if isinstance(value, list):
        return [mark for mark in map(content_mark, value) if mark] or None
    if not isinstance(value, str) or not value or len(value) > 1000 or "\0" in value:
        return None
    path = Path(value)
    try:
        if path.is_file():
            return f"{path.stat().st_size}:{file_digest(path)[:16]}"
        if path.is_dir():
            inside = sorted(
                f"{p.relative_to(path)}:{p.stat().st_size}"
                for p in path.rglob("*")
                if p.is_file() and not any(part.startswith(".") for part in p.parts)
            )
            return hashlib.sha256("\n".join(inside).encode()).hexdigest()[:16]
    except OSError:
        return None
    return None


def named_files(value: object) -> list[str]:
    """The files that an option names, or that stand anywhere in a structure of options."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [name for inner in value for name in named_files(inner)]
    if not isinstance(value, str) or not 0 < len(value) <= 1000 or "\0" in value:
        return []
    return [value] if os.path.isfile(value) else []
