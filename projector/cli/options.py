"""Options that several commands share, and the bundle that every running command has.

A command that runs stages takes one parameter ``job: Job`` and is decorated with `takes_job`: the
decorator shows the fields of `projector.pipeline.job.Job` as options of the command.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec
import typer

from projector.errors import UsageError
from projector.json_values import JsonObject
from projector.pipeline.job import MAX_BLOCK, MAX_WORKERS, Job

Input = Annotated[
    str,
    typer.Argument(metavar="IN", help="JSON Lines (.gz and .zst too); - reads standard input."),
]
Output = Annotated[
    str,
    typer.Option("--output", "-o", metavar="OUT", help="Where to write; - is standard output."),
]
Force = Annotated[bool, typer.Option("--force", help="Replace an existing output.")]
Limit = Annotated[
    int | None, typer.Option("--limit", min=0, metavar="N", help="Only the first N records.")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Check everything, say what would run, write nothing.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Setting = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="An option of the engine, as often as wanted."),
]
OnError = Annotated[
    Literal["fail", "skip"],
    typer.Option(
        "--on-error", help="Stop at a bad record, or set it aside in OUT.rejected.jsonl and go on."
    ),
]
MaxErrors = Annotated[
    int | None,
    typer.Option(
        "--max-errors", min=0, metavar="N", help="With --on-error skip: stop after N (exit 1)."
    ),
]
# How the fields of `Job` stand on the command line.
JOB_OPTIONS: JsonObject = {
    "force": Force,
    "resume": Annotated[
        bool,
        typer.Option("--resume", help="Go on where an interrupted run of this output stopped."),
    ],
    "limit": Limit,
    "dry_run": DryRun,
    "on_error": OnError,
    "max_errors": MaxErrors,
    "workers": Annotated[
        int,
        typer.Option(
            "--workers",
            min=1,
            max=MAX_WORKERS,
            metavar="N",
            help="Processes, each with its own models.",
        ),
    ],
    "block_size": Annotated[
        int,
        typer.Option(
            "--block-size", min=1, max=MAX_BLOCK, metavar="N", help="Records between safe points."
        ),
    ],
    "executor": Annotated[
        Literal["local", "ray"],
        typer.Option("--executor", help="This machine, or a Ray cluster."),
    ],
    "ray_address": Annotated[
        str, typer.Option("--ray-address", metavar="HOST:PORT", help="The cluster's head node.")
    ],
}


def takes_job(function: Callable[..., object]) -> Callable[..., object]:
    """Replace the parameter ``job: Job`` of a typer command by one option for each field.

    A command that also has the parameter ``typed`` gets the names of those fields that stand on
    the command line, as against those that are left at their defaults.
    """
    hints = get_type_hints(function, include_extras=True)
    wants_typed = "typed" in hints
    shown = [
        p.replace(annotation=hints[name])
        for name, p in inspect.signature(function).parameters.items()
        if name not in ("job", "typed")
    ]
    shown += [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=field.default,
            annotation=_grouped(JOB_OPTIONS[field.name]),
        )
        for field in msgspec.structs.fields(Job)
    ]
    context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    shown.append(context)

    @functools.wraps(function)
    def command(*, context: typer.Context | None = None, **values: Any) -> object:
        job = Job(**{name: values.pop(name) for name in Job.__struct_fields__})
        if wants_typed:
            values["typed"] = _typed(context)
        return function(**values, job=job)

    command.__signature__ = inspect.Signature(shown)  # type: ignore[attr-defined]
    command.__annotations__ = {p.name: p.annotation for p in shown}
    return command


def _typed(context: typer.Context | None) -> frozenset[str]:
    """The fields of `Job` that the user has given a value, be it the default's."""
    if context is None:
        return frozenset()
    sources = {name: context.get_parameter_source(name) for name in Job.__struct_fields__}
    return frozenset(n for n, s in sources.items() if s is not None and s.name == "COMMANDLINE")


def _grouped(annotation: object) -> object:
    """The same option, shown under its own heading in a command's help."""
    if get_origin(annotation) is not Annotated:
        return annotation
    import copy

    kind, option = get_args(annotation)
    option = copy.copy(option)
    option.rich_help_panel = "How to run"
    return Annotated[kind, option]


def settings(pairs: Sequence[str] | None) -> JsonObject:
    """``["beam=4", "device=cpu"]`` -> ``{"beam": 4, "device": "cpu"}``; values are YAML scalars.

    Raises:
        UsageError: no ``=``, or a value that is no YAML or that JSON cannot hold.
    """
    import yaml

    from projector.pipeline.recipe_file import plain_values

    found: JsonObject = {}
    for pair in pairs or ():
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise UsageError(f"--set: found {pair!r}, wanted KEY=VALUE")
        try:
            found[key.strip()] = plain_values(yaml.safe_load(value)) if value.strip() else ""
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            raise UsageError(f"--set: found {pair!r}, wanted a plain value") from error
    return found


def split_list(values: Sequence[str] | None) -> list[str]:
    """``["a,b", "c"]`` -> ``["a", "b", "c"]``."""
    return [part for value in values or () for part in value.split(",") if part]
