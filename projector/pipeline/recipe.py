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
nearest key. The file itself is read by `projector.pipeline.recipe_file`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, cast

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from projector.errors import UsageError, suggestion
from projector.json_values import JsonObject
from projector.pipeline.job import BlockSize, Count, Job, OnError, Workers
from projector.pipeline.recipe_file import read_recipe_file
from projector.shipped import recipe_path
from projector.stage import Stage, StageClass, stage_class

MANDATORY = "???"
MAX_STAGES = 200
Share = Annotated[float, Meta(ge=0, le=100_000)]


class Resources(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one worker of a stage occupies on a Ray cluster, and how many workers it gets."""

    num_cpus: Share = 1.0
    num_gpus: Share = 0.0
    workers: Workers | None = None


class StageSpec(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entry of ``stages``: the stage's name, its options as plain values, its resources."""

    stage: str
    options: JsonObject = {}
    resources: Resources = Resources()
    where: str = ""  # file:line, for messages


class Recipe(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Stages in order, and the defaults of what the command line may override."""

    stages: list[StageSpec]
    input: str = "-"
    output: str = "-"
    documentation: str = ""
    on_error: OnError | None = None
    max_errors: Count | None = None
    limit: Count | None = None
    workers: Workers | None = None
    block_size: BlockSize | None = None
    name: str = ""

    def job(self) -> Job:
        """How the recipe wants to be run; what the command line says goes over it."""
        given = {key: getattr(self, key) for key in JOB_KEYS}
        return Job(**{key: value for key, value in given.items() if value is not None})


class ConfiguredStage(Struct, frozen=True):
    """A stage of a recipe whose options have been read: they are converted once, here."""

    spec: StageSpec
    kind: StageClass
    options: Struct

    def build(self) -> Stage:
        """The stage object itself; engines are found, weights are not loaded yet."""
        return self.kind(self.options)

    def plain(self) -> JsonObject:
        """The stage as plain values with all of its options, defaults included."""
        plain = {"stage": self.spec.stage, **msgspec.to_builtins(self.options)}
        if self.spec.resources != Resources():
            plain["resources"] = msgspec.to_builtins(self.spec.resources)
        return plain


JOB_KEYS = ("on_error", "max_errors", "limit", "workers", "block_size")
RECIPE_KEYS = ("documentation", "extends", "input", "output", *JOB_KEYS, "stages")


def resolved(recipe: Recipe, stages: Sequence[ConfiguredStage]) -> JsonObject:
    """A recipe as plain values, each stage with all of its options, defaults included."""
    plain = {
        key: getattr(recipe, key)
        for key in RECIPE_KEYS
        if key not in ("stages", "extends") and getattr(recipe, key) not in (None, "")
    }
    return {**plain, "stages": [stage.plain() for stage in stages]}


def single(
    stage: str, options: Mapping[str, object], input: str = "-", output: str = "-"
) -> Recipe:
    """The recipe of a single-stage command; unset options (None, empty) are left to defaults."""
    given = {k: v for k, v in options.items() if v is not None and v != [] and v != {}}
    return Recipe(
        stages=[StageSpec(stage=stage, options=given)], name=stage, input=input, output=output
    )


def overridden(recipe: Recipe, settings: Mapping[str, object]) -> Recipe:
    """The recipe with options of its stages changed: ``{"translate.to": "ca"}``.

    A name with more dots reaches into an option: ``align.options.iterations``. Where several
    stages have the name, all of them are changed.

    Raises:
        UsageError: no stage of that name in the recipe.
    """
    stages = list(recipe.stages)
    for name, value in settings.items():
        stage, _, option = name.partition(".")
        names = {spec.stage for spec in stages}
        if not option or not all(option.split(".")):
            raise UsageError(f"--set: found {name!r}, wanted STAGE.OPTION=VALUE")
        if stage not in names:
            known = suggestion(stage, names)
            raise UsageError(f"--set {name}: the recipe has no stage {stage!r}{known}")
        for n, spec in enumerate(stages):
            if spec.stage == stage:
                options = _with_option(spec.options, option.split("."), value)
                stages[n] = replace(spec, options=options)
    return replace(recipe, stages=stages)


def _with_option(options: Mapping[str, object], path: Sequence[str], value: object) -> JsonObject:
    """A copy of nested options with one value changed."""
    key, rest = path[0], path[1:]
    inner = options.get(key)
    new = _with_option(inner if isinstance(inner, dict) else {}, rest, value) if rest else value
    return {**options, key: new}


def configured(spec: StageSpec) -> ConfiguredStage:
    """The stage's class and its ``Options`` struct, filled and checked.

    Raises:
        UsageError: unknown stage or option (with the nearest), a wrong type, a missing option.
    """
    where = f"{spec.where}: " if spec.where else ""
    try:
        stage = stage_class(spec.stage)
    except UsageError as error:
        raise UsageError(where + str(error)) from error
    kind = stage.Options
    fields = msgspec.structs.fields(kind)
    known = {field.encode_name for field in fields}
    for key in spec.options:
        if key not in known:
            raise UsageError(
                f"{where}the stage {spec.stage!r} has no option {key!r}" + suggestion(key, known)
            )
    for field in fields:
        if field.required and spec.options.get(field.encode_name, MANDATORY) == MANDATORY:
            raise UsageError(f"{where}the stage {spec.stage!r} wants {field.encode_name!r}")
    unset = [k for k, v in spec.options.items() if isinstance(v, str) and v == MANDATORY]
    if unset:
        raise UsageError(f"{where}{spec.stage}.{unset[0]}: found ???, wanted a value")
    try:
        return ConfiguredStage(spec, stage, msgspec.convert(spec.options, kind))
    except (msgspec.ValidationError, ValueError) as error:
        text, _, place = str(error).partition(" - at `$.")
        field_name = f".{place.rstrip('`')}" if place else ""
        raise UsageError(
            f"{where}{spec.stage}{field_name}: {text[:1].lower()}{text[1:]}"
        ) from error


def build_stage(spec: StageSpec) -> Stage:
    """The stage object itself; engines are found, weights are not loaded yet."""
    return configured(spec).build()


def load_recipe(path: str | Path) -> Recipe:
    """Read a recipe, follow ``extends``, and check every key (not yet the stages' options).

    Args:
        path: a file, or the bare name of a recipe that comes with the package.

    Raises:
        UsageError: with file, line, what was found and the nearest known key.
    """
    file = recipe_path(str(path))
    name = str(file)
    plain, lines = read_recipe_file(file)
    known = set(RECIPE_KEYS)
    for key in plain:
        if key not in known:
            where = lines.get((key,), name)
            raise UsageError(f"{where}: no key is called {key!r}" + suggestion(key, known))
    if "stages" not in plain:
        raise UsageError(f"{name}: found no 'stages', wanted a list such as [{{stage: align}}]")
    entries = cast(list[object], plain.pop("stages"))
    if len(entries) > MAX_STAGES:
        raise UsageError(f"{name}: found {len(entries)} stages, wanted at most {MAX_STAGES}")
    specs = [_spec(entry, lines.get(("stages", n), name)) for n, entry in enumerate(entries)]
    if not specs:
        raise UsageError(f"{name}: found an empty list of stages, wanted at least one")
    plain.pop("extends", None)
    try:
        bare = msgspec.convert({**plain, "stages": [], "name": name}, Recipe)
        return replace(bare, stages=specs)
    except msgspec.ValidationError as error:
        text, _, place = str(error).partition(" - at `$.")
        key = place.rstrip("`").partition(".")[0]
        where = lines.get((key,), name)
        raise UsageError(f"{where}: {key}: {text[:1].lower()}{text[1:]}") from error


def _spec(entry: object, where: str) -> StageSpec:
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
