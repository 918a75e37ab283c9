"""The YAML file of a recipe: plain values and the line of each key, files that it extends included.

Read with the safe loader (no tags, no code) and bounded: in bytes, in values once aliases are
written out, in depth, and in how many files extend one another. Values come out as JSON has them:
a date is its text, and what JSON cannot hold (infinities, keys that are no text) is refused.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import cast

import msgspec
import yaml

from projector.errors import UsageError
from projector.json_values import JsonObject

MAX_BYTES = 200_000
MAX_VALUES = 20_000
MAX_DEPTH = 40
MAX_EXTENDS = 20
_TEXT, _MERGE = "tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"

Lines = dict[tuple[str | int, ...], str]  # ("input",) or ("stages", 3) -> "recipe.yaml:7"


def read_recipe_file(path: Path, before: tuple[Path, ...] = ()) -> tuple[JsonObject, Lines]:
    """Keys of a file over those of the files that it extends, with the line of each.

    Raises:
        UsageError: with the file and, where there is one, the line.
    """
    if path.resolve() in before:
        raise UsageError(f"{path}: extends itself, through {' -> '.join(map(str, before))}")
    if len(before) >= MAX_EXTENDS:
        raise UsageError(f"{path}: found more than {MAX_EXTENDS} recipes that extend one another")
    if before and path.exists() and not path.is_file():
        raise UsageError(f"{path}: found no plain file, wanted a recipe to extend")
    plain, lines = _read(path)
    base_name = plain.pop("extends", None)
    if base_name is None:
        return plain, lines
    if not isinstance(base_name, str) or not base_name or "\0" in base_name:
        raise UsageError(f"{lines[('extends',)]}: extends: wanted the name of a recipe")
    base, base_lines = read_recipe_file(path.parent / base_name, (*before, path.resolve()))
    stages, stage_lines = _merge_stages(
        cast(list[object], base.get("stages", [])),
        base_lines,
        cast(list[object], plain.pop("stages", [])),
        lines,
    )
    return {**base, **plain, "stages": stages}, {**base_lines, **lines, **stage_lines}


def _merge_stages(
    base: list[object], base_lines: Lines, changes: list[object], lines: Lines
) -> tuple[list[object], Lines]:
    merged = list(base)
    where: Lines = {("stages", n): base_lines[("stages", n)] for n in range(len(base))}
    places = {_name(entry): n for n, entry in reversed(list(enumerate(base)))}
    for n, change in enumerate(changes):
        name = _name(change)
        at = places.get(name, len(merged)) if name else len(merged)
        if at == len(merged):
            merged.append(change)
            places.setdefault(name, at)
        else:
            merged[at] = {**_as_mapping(merged[at]), **_as_mapping(change)}
        where[("stages", at)] = lines[("stages", n)]
    return merged, where


def _name(entry: object) -> str:
    """The stage that an entry of ``stages`` names, "" if it names none."""
    name = entry.get("stage") if isinstance(entry, dict) else entry
    return name if isinstance(name, str) else ""


def _as_mapping(entry: object) -> JsonObject:
    return entry if isinstance(entry, dict) else {"stage": entry}


def _read(path: Path) -> tuple[JsonObject, Lines]:
    """The file's mapping and where each key and stage stands."""
    text = _text(path)
    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        if node is not None:
            _check_size(node, str(path))
        plain = loader.construct_document(node) if node is not None else None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or " ".join(str(error).split())[:200]
        raise UsageError(f"{path}{line}: found no valid YAML ({problem})") from error
    if not isinstance(node, yaml.MappingNode) or not isinstance(plain, dict):
        raise UsageError(f"{path}: found no mapping, wanted keys such as 'stages:'")
    _check_keys(node, str(path))
    lines: Lines = {(key,): str(path) for key in plain}  # a key that is merged in has no line
    for key, _ in node.value:
        lines[(key.value,)] = f"{path}:{key.start_mark.line + 1}"
    stages = plain.get("stages", [])
    if not isinstance(stages, list):
        raise UsageError(f"{lines[('stages',)]}: stages: wanted a list of {{stage: NAME, ...}}")
    lines.update({("stages", n): lines[("stages",)] for n in range(len(stages))})
    for key, value in node.value:
        if key.value == "stages" and isinstance(value, yaml.SequenceNode):
            for n, item in enumerate(value.value):
                lines[("stages", n)] = f"{path}:{item.start_mark.line + 1}"
    try:
        return cast(JsonObject, plain_values(plain)), lines
    except ValueError as error:
        raise UsageError(f"{path}: {error}") from error


def _text(path: Path) -> str:
    try:
        with open(path, "rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise UsageError(f"{path}: found more than {MAX_BYTES:,} bytes, wanted a recipe")
        return data.decode("utf-8")
    except FileNotFoundError as error:
        raise UsageError(f"{path}: found no such recipe") from error
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read as a recipe ({error})") from error


def _check_size(root: yaml.Node, path: str) -> None:
    """Refuse, before it is built, what aliases would blow up and what is nested too deeply."""
    sizes: dict[int, int] = {}

    def size(node: yaml.Node, depth: int) -> int:
        where = f"{path}:{node.start_mark.line + 1}"
        if depth > MAX_DEPTH:
            raise UsageError(f"{where}: found it nested more than {MAX_DEPTH} deep (or in itself)")
        if id(node) not in sizes:
            inner = node.value if isinstance(node, yaml.CollectionNode) else []
            parts = [p for item in inner for p in (item if isinstance(item, tuple) else (item,))]
            sizes[id(node)] = 1 + sum(size(part, depth + 1) for part in parts)
        if sizes[id(node)] > MAX_VALUES:
            raise UsageError(f"{where}: found more than {MAX_VALUES:,} values, wanted a recipe")
        return sizes[id(node)]

    size(root, 0)


def _check_keys(node: yaml.Node, path: str) -> None:
    """Keys are texts, and none stands twice (YAML would silently keep the last)."""
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            where = f"{path}:{key.start_mark.line + 1}"
            if not isinstance(key, yaml.ScalarNode) or key.tag not in (_TEXT, _MERGE):
                found = f"the key {key.value!r}" if isinstance(key.value, str) else "a key"
                raise UsageError(f"{where}: found {found} that is no plain word (quote it)")
            if key.value in seen:
                raise UsageError(f"{where}: found the key {key.value!r} a second time")
            seen.add(key.value)
            _check_keys(value, path)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _check_keys(item, path)


def plain_values(value: object) -> object:
    """YAML's values as JSON has them: dates as their text, sets as lists.

    Raises:
        ValueError: something that JSON cannot hold.
    """
    if isinstance(value, dict):
        if odd := [key for key in value if not isinstance(key, str)]:
            raise ValueError(f"found the key {odd[0]!r} that is no plain word")
        return {key: plain_values(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain_values(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"found {value}, wanted a finite number")
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        raise ValueError("found a number of more than 64 bits")
    found: object = msgspec.to_builtins(value)
    return found
