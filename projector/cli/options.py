"""Options that several commands share, and the bundle that every running command has.

A command that runs stages takes one parameter ``job: RunOptions`` and is decorated with
`takes_run_options`: the decorator shows the bundle's fields as options of the command.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec
import typer

from projector.errors import UsageError

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
Resume = Annotated[
    bool, typer.Option("--resume", help="Go on where an interrupted run of this output stopped.")
]
Workers = Annotated[
    int, typer.Option("--workers", min=1, metavar="N", help="Processes, each with its own models.")
]
BlockSize = Annotated[
    int,
    typer.Option("--block-size", min=1, metavar="N", help="Records between two safe points."),
]
Executor = Annotated[
    Literal["local", "ray"], typer.Option("--executor", help="This machine, or a Ray cluster.")
]
RayAddress = Annotated[
    str, typer.Option("--ray-address", metavar="HOST:PORT", help="The cluster's head node.")
]


class RunOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How to run, as against what to run; every field is an option of every running command."""

    force: Force = False
    resume: Resume = False
    limit: Limit = None
    dry_run: DryRun = False
    on_error: OnError = "fail"
    max_errors: MaxErrors = None
    workers: Workers = 1
    block_size: BlockSize = 256
    executor: Executor = "local"
    ray_address: RayAddress = ""


def takes_run_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Replace the parameter ``job`` of a typer command by one option for each field."""
    hints = get_type_hints(function, include_extras=True)
    fields = get_type_hints(RunOptions, include_extras=True)
    shown = [
        p.replace(annotation=hints[name])
        for name, p in inspect.signature(function).parameters.items()
        if name != "job"
    ]
    for field in msgspec.structs.fields(RunOptions):
        shown.append(
            inspect.Parameter(
                field.name,
                inspect.Parameter.KEYWORD_ONLY,
                default=field.default,
                annotation=_grouped(fields[field.name]),
            )
        )

    @functools.wraps(function)
    def command(**values: Any) -> Any:
        names = RunOptions.__struct_fields__
        job = RunOptions(**{name: values.pop(name) for name in names})
        return function(**values, job=job)

    command.__signature__ = inspect.Signature(shown)  # type: ignore[attr-defined]
    command.__annotations__ = {p.name: p.annotation for p in shown}
    return command


def _grouped(annotation: Any) -> Any:
    """The same option, shown under its own heading in a command's help."""
    if get_origin(annotation) is not Annotated:
        return annotation
    import copy

    kind, option = get_args(annotation)
    option = copy.copy(option)
    option.rich_help_panel = "How to run"
    return Annotated[kind, option]


def settings(pairs: Sequence[str] | None) -> dict[str, Any]:
    """``["beam=4", "device=cpu"]`` -> ``{"beam": 4, "device": "cpu"}``; values are YAML scalars.

    Raises:
        UsageError: no ``=``, or a value that is no YAML.
    """
    import yaml

    found: dict[str, Any] = {}
    for pair in pairs or ():
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise UsageError(f"--set: found {pair!r}, wanted KEY=VALUE")
        try:
            found[key.strip()] = yaml.safe_load(value) if value.strip() else ""
        except yaml.YAMLError as error:
            raise UsageError(f"--set: found {pair!r}, wanted a plain value") from error
    return found


def split_list(values: Sequence[str] | None) -> list[str]:
    """``["a,b", "c"]`` -> ``["a", "b", "c"]``."""
    return [part for value in values or () for part in value.split(",") if part]
