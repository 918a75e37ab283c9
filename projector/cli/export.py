"""``xproject export``: the target side of pairs, in the format that a training job reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from projector.cli.format_options import (
    AnyInput,
    Columns,
    DuplicateIds,
    FormatSetting,
    From,
    Scheme,
    Separator,
    ShowFormats,
    To,
    check_formats,
    print_formats,
    split_settings,
    transfer,
)
from projector.cli.options import DryRun, Force, Limit, MaxErrors, OnError, Output
from projector.errors import UsageError
from projector.records import Record

if TYPE_CHECKING:
    from projector.io.formats.base import Notes


def command(
    input: AnyInput = "-",
    output: Output = "-",
    to: To = "",
    source: From = "",
    side: Annotated[
        Literal["target", "source"], typer.Option("--side", help="Which document of a pair.")
    ] = "target",
    min_score: Annotated[
        float | None,
        typer.Option("--min-score", min=0.0, max=1.0, help="Leave out spans that score lower."),
    ] = None,
    columns: Columns = "",
    scheme: Scheme = "",
    separator: Separator = "",
    template: Annotated[
        str,
        typer.Option(
            "--template",
            metavar="FILE.j2",
            help="Rows that a template makes of both sides: a file, or taco, crossin, labels, "
            "preferences.",
        ),
    ] = "",
    set_: FormatSetting = None,
    duplicate_ids: DuplicateIds = "error",
    on_error: OnError = "fail",
    max_errors: MaxErrors = None,
    limit: Limit = None,
    force: Force = False,
    dry_run: DryRun = False,
    formats: ShowFormats = False,
) -> None:
    """Write the target side alone, or what a template makes of both, as a training job reads it.

    Spans that a flat format cannot hold are resolved by a rule and counted on standard error:
    the longest of overlapping spans stays, discontinuous ones are left out (--set
    discontinuous=hull|longest, --set overlap=score|shortest), a span that cuts a token is
    widened to the whole token.

    Examples:

      xproject export projected.jsonl --to conll -o train.es.conll

      xproject export projected.jsonl --to tokens --min-score 0.7 -o train.es.jsonl

      xproject export qa.jsonl --to squad -o train.es.json

      xproject export pairs.jsonl --template taco -o train.jsonl

      xproject export silver.jsonl --template labels --set words=words.es.yaml -o train.jsonl
    """
    if formats:
        print_formats()
        return
    from projector.io.formats.base import Notes

    notes = Notes()
    if template and to not in ("", "template"):
        raise UsageError(f"--template: found --to {to} beside it, wanted one of the two")
    names = check_formats(source, input, "template" if template else to, output)
    flags = {"columns": columns, "scheme": scheme, "separator": separator, "template": template}
    transfer(
        input,
        output,
        names,
        split_settings(*names, flags, set_),
        change=lambda records: exported(
            records, "" if names[1] == "template" else side, min_score, notes
        ),
        notes=notes,
        skip=on_error == "skip",
        max_errors=max_errors,
        duplicates=duplicate_ids,
        limit=limit,
        force=force,
        dry_run=dry_run,
    )


def exported(
    records: Iterable[Record], side: str, min_score: float | None, notes: Notes
) -> Iterator[Record]:
    """The documents of one side (without a side, the records), without spans below the score."""
    from projector.cli.convert import take_side
    from projector.io.formats.prune import with_min_score
    from projector.records import Document

    for record in take_side(records, side):
        if min_score is not None and isinstance(record, Document):
            record = with_min_score(record, min_score, notes)
        yield record
