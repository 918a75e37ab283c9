"""A recipe: which stages, with which options, from where to where; read from YAML or built.

    extends: base.yaml          # optional; this file's keys go over the base's
    documentation: |            # optional, for people
    input: ???                  # ??? marks what the command line must give
    output: out.jsonl
    stages:
      - {stage: translate, from: en, to: es}
      - {stage: align}
      - {stage: project, method: match}

In a recipe that extends another, a stage of the base's list is changed by naming it again; a
stage that the base does not have goes to the end. Unknown keys are errors with line number and
nearest key. YAML is read with the safe loader: no tags, no code.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import yaml
from msgspec import Struct

from projector.errors import UsageError, near_miss
from projector.pipeline.stages import stage_class

MANDATORY = "???"


class Resources(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one worker of a stage occupies on a Ray cluster, and how many workers it gets."""

    num_cpus: float = 1.0
    num_gpus: float = 0.0
    workers: int | None = None


class StageSpec(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entry of ``stages``: the stage's name, its options as plain values, its resources."""

    stage: str
    options: dict[str, Any] = {}
    resources: Resources = Resources()
    where: str = ""  # file:line, for messages


class Recipe(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Stages in order, and the defaults of what the command line may override."""

    stages: list[StageSpec]
    input: str = "-"
    output: str = "-"
    documentation: str = ""
    on_error: str | None = None
    max_errors: int | None = None
    limit: int | None = None
    workers: int | None = None
    block_size: int | None = None
    name: str = ""

    def resolved(self) -> dict[str, Any]:
        """The recipe as plain values, each stage with all of its options, defaults included."""
        plain = {
            key: getattr(self, key)
            for key in RECIPE_KEYS
            if key not in ("stages", "extends") and getattr(self, key) not in (None, "")
        }
        plain["stages"] = [resolved_stage(spec) for spec in self.stages]
        return plain


RECIPE_KEYS = (
    "documentation",
    "extends",
    "input",
    "output",
    "on_error",
    "max_errors",
    "limit",
    "workers",
    "block_size",
    "stages",
)


def resolved_stage(spec: StageSpec) -> dict[str, Any]:
    """One stage as plain values with all of its options."""
    plain = {"stage": spec.stage, **msgspec.to_builtins(stage_options(spec))}
    if spec.resources != Resources():
        plain["resources"] = msgspec.to_builtins(spec.resources)
    return plain


def single(stage: str, options: dict[str, Any], **keys: Any) -> Recipe:
    """The recipe of a single-stage command; unset options (None, empty) are left to defaults."""
    given = {k: v for k, v in options.items() if v is not None and v != [] and v != {}}
    return Recipe(stages=[StageSpec(stage=stage, options=given)], name=stage, **keys)


def stage_options(spec: StageSpec) -> Any:
    """The stage's ``Options`` struct, filled and checked.

    Raises:
        UsageError: unknown stage or option (with the nearest), a wrong type, a missing option.
    """
    where = f"{spec.where}: " if spec.where else ""
    try:
        kind = stage_class(spec.stage).Options
    except UsageError as error:
        raise UsageError(where + str(error)) from error
    fields = msgspec.structs.fields(kind)
    known = {field.encode_name for field in fields}
    for key in spec.options:
        if key not in known:
            raise UsageError(
                f"{where}the stage {spec.stage!r} has no option {key!r}" + near_miss(key, known)
            )
    for field in fields:
        if field.required and spec.options.get(field.encode_name, MANDATORY) == MANDATORY:
            raise UsageError(f"{where}the stage {spec.stage!r} wants {field.encode_name!r}")
    unset = [k for k, v in spec.options.items() if isinstance(v, str) and v == MANDATORY]
    if unset:
        raise UsageError(f"{where}{spec.stage}.{unset[0]}: found ???, wanted a value")
    try:
        return msgspec.convert(spec.options, kind)
    except (msgspec.ValidationError, ValueError) as error:
        text, _, place = str(error).partition(" - at `$.")
        field_name = f".{place.rstrip('`')}" if place else ""
        raise UsageError(
            f"{where}{spec.stage}{field_name}: {text[:1].lower()}{text[1:]}"
        ) from error


def build_stage(spec: StageSpec) -> Any:
    """The stage object itself; engines are found, weights are not loaded yet."""
    options = stage_options(spec)
    return stage_class(spec.stage)(options)


def load_recipe(path: str | Path) -> Recipe:
    """Read a recipe, follow ``extends``, and check every key (not yet the stages' options).

    Raises:
        UsageError: with file, line, what was found and the nearest known key.
    """
    name = str(path)
    plain, lines = _load(Path(path), ())
    known = set(RECIPE_KEYS)
    for key in plain:
        if key not in known:
            raise UsageError(f"{lines[(key,)]}: no key is called {key!r}" + near_miss(key, known))
    if "stages" not in plain:
        raise UsageError(f"{name}: found no 'stages', wanted a list such as [{{stage: align}}]")
    specs = [_spec(entry, lines[("stages", n)]) for n, entry in enumerate(plain.pop("stages"))]
    if not specs:
        raise UsageError(f"{name}: found an empty list of stages, wanted at least one")
    plain.pop("extends", None)
    try:
        bare = msgspec.convert({**plain, "stages": [], "name": name}, Recipe)
        return msgspec.structs.replace(bare, stages=specs)
    except msgspec.ValidationError as error:
        text, _, place = str(error).partition(" - at `$.")
        key = place.rstrip("`").partition(".")[0]
        where = lines.get((key,), name)
        raise UsageError(f"{where}: {key}: {text[:1].lower()}{text[1:]}") from error


Lines = dict[tuple[str | int, ...], str]


def _spec(entry: Any, where: str) -> StageSpec:
    if isinstance(entry, str):
        entry = {"stage": entry}
    if not isinstance(entry, dict) or not isinstance(entry.get("stage"), str):
        raise UsageError(f"{where}: found {entry!r}, wanted {{stage: NAME, option: value, ...}}")
    options = {k: v for k, v in entry.items() if k not in ("stage", "resources")}
    try:
        resources = msgspec.convert(entry.get("resources") or {}, Resources)
    except msgspec.ValidationError as error:
        raise UsageError(f"{where}: resources: {error}") from error
    return StageSpec(stage=entry["stage"], options=options, resources=resources, where=where)


def _load(path: Path, before: tuple[Path, ...]) -> tuple[dict[str, Any], Lines]:
    """Keys of a file over those of the files that it extends, with the line of each."""
    if path.resolve() in before:
        raise UsageError(f"{path}: extends itself, through {' -> '.join(map(str, before))}")
    plain, lines = _read(path)
    base_name = plain.pop("extends", None)
    if base_name is None:
        return plain, lines
    if not isinstance(base_name, str):
        raise UsageError(f"{lines[('extends',)]}: extends: wanted the name of a recipe")
    base, base_lines = _load(path.parent / base_name, (*before, path.resolve()))
    stages, stage_lines = _merge_stages(
        base.get("stages", []), base_lines, plain.pop("stages", []), lines
    )
    return {**base, **plain, "stages": stages}, {**base_lines, **lines, **stage_lines}


def _merge_stages(
    base: list[Any], base_lines: Lines, changes: list[Any], lines: Lines
) -> tuple[list[Any], Lines]:
    merged = list(base)
    where: Lines = {("stages", n): base_lines[("stages", n)] for n in range(len(base))}
    names = [e.get("stage") if isinstance(e, dict) else e for e in base]
    for n, change in enumerate(changes):
        change = {"stage": change} if isinstance(change, str) else change
        name = change.get("stage") if isinstance(change, dict) else None
        at = names.index(name) if name in names else len(merged)
        if at == len(merged):
            merged.append(change)
            names.append(name)
        else:
            old = merged[at] if isinstance(merged[at], dict) else {"stage": merged[at]}
            merged[at] = {**old, **change}
        where[("stages", at)] = lines[("stages", n)]
    return merged, where


def _read(path: Path) -> tuple[dict[str, Any], Lines]:
    """The file's mapping and where each key and stage stands."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise UsageError(f"{path}: found no such recipe") from error
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read as a recipe ({error})") from error
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        plain = loader.construct_document(node) if node is not None else None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or error
        raise UsageError(f"{path}{line}: found no valid YAML ({problem})") from error
    finally:
        loader.dispose()
    if not isinstance(node, yaml.MappingNode) or not isinstance(plain, dict):
        raise UsageError(f"{path}: found no mapping, wanted keys such as 'stages:'")
    lines: Lines = {}
    _check_keys(node, str(path))
    for key, value in node.value:
        lines[(key.value,)] = f"{path}:{key.start_mark.line + 1}"
        if key.value == "stages" and isinstance(value, yaml.SequenceNode):
            for n, item in enumerate(value.value):
                lines[("stages", n)] = f"{path}:{item.start_mark.line + 1}"
    stages = plain.get("stages", [])
    if not isinstance(stages, list):
        raise UsageError(f"{lines[('stages',)]}: stages: wanted a list of {{stage: NAME, ...}}")
    return plain, lines


def _check_keys(node: yaml.Node, path: str) -> None:
    """Keys are strings, and none stands twice (YAML would silently keep the last)."""
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            where = f"{path}:{key.start_mark.line + 1}"
            if not isinstance(key, yaml.ScalarNode):
                raise UsageError(f"{where}: found a key that is no plain word")
            if key.value in seen:
                raise UsageError(f"{where}: found the key {key.value!r} a second time")
            seen.add(key.value)
            _check_keys(value, path)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _check_keys(item, path)
