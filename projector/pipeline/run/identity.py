"""What makes two runs the same run: stages, options, files that options name, engine versions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import msgspec

import projector
from projector import __version__
from projector.json_values import JsonObject
from projector.pipeline.recipe import ConfiguredStage
from projector.pipeline.run.shards import RunFiles, content_mark
from projector.redact import redacted_options
from projector.stage import Stage


def identity(
    configured: Sequence[ConfiguredStage],
    stages: Sequence[Stage],
    plan: RunFiles,
    limit: int | None,
) -> JsonObject:
    """Plain values that must agree when a run is resumed.

    Not in it: the input (its blocks have checksums), and everything in `Job` that cannot change
    a byte of the output. ``configured`` is empty for stages that were made elsewhere.
    """
    described: list[JsonObject] = []
    for n, stage in enumerate(stages):
        options = configured[n].plain() if configured else {"stage": stage.name}
        options.pop("resources", None)
        described.append(
            {
                "options": redacted_options(options),  # kept in files
                "engine": msgspec.to_builtins(stage.step()),
                "files": content_mark({k: v for k, v in options.items() if k != "cache"}),
            }
        )
    plain = {
        "xproject": __version__,
        "program": program(),
        "stages": described,
        "limit": limit,
        "outputs": [shard.target for shard in plan.shards] if plan.sharded else 1,
    }
    # As it will come back from the file.
    return msgspec.json.decode(msgspec.json.encode(plain), type=JsonObject)


@cache
def program() -> str:
    """A digest of our own source and weights: a version number says nothing while somebody works
    on it."""
    digest = hashlib.sha256()
    root = Path(projector.__file__).parent
    for path in sorted([*root.rglob("*.py"), *root.rglob("*.json")]):
        digest.update(f"{path.relative_to(root)}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def differences(was: object, now: object) -> list[str]:
    """``["stages[0].options.to: was 'es', is now 'fr'", ...]``; empty when they agree."""
    return [
        f"{place}: was {old!r}, is now {new!r}" for place, old, new in _walk(was, now, "") if place
    ]


_ABSENT = "(nothing)"


def _walk(was: object, now: object, place: str) -> Iterator[tuple[str, object, object]]:
    if isinstance(was, dict) and isinstance(now, dict):
        for key in sorted({*was, *now}):
            yield from _walk(
                was.get(key, _ABSENT), now.get(key, _ABSENT), f"{place}.{key}".lstrip(".")
            )
    elif isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        for n, (old, new) in enumerate(zip(was, now, strict=True)):
            yield from _walk(old, new, f"{place}[{n}]")
    elif was != now:
        yield place or "run", was, now
