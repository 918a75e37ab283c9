"""``xproject convert``: from one file format to another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

import typer

from projector.cli.format_options import (
    AnyInput,
    Base,
    Columns,
    DuplicateIds,
    FormatSetting,
    From,
    Lang,
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
from projector.records import Pair, Record

Side = Annotated[
    Literal["", "source", "target"],
    typer.Option("--side", help="Of pairs, take one document (see also: export)."),
]


def command(
    input: AnyInput = "-",
    output: Output = "-",
    source: From = "",
    to: To = "",
    lang: Lang = "",
    columns: Columns = "",
    scheme: Scheme = "",
    separator: Separator = "",
    base: Base = "",
    side: Side = "",
    set_: FormatSetting = None,
    duplicate_ids: DuplicateIds = "error",
    on_error: OnError = "fail",
    max_errors: MaxErrors = None,
    limit: Limit = None,
    force: Force = False,
    dry_run: DryRun = False,
    formats: ShowFormats = False,
) -> None:
    """Convert between formats; the format is guessed from the file where it can be.

    What a format cannot hold is counted on standard error. Pairs go to a format of documents
    with --side.

    Examples:

      xproject convert train.conll -o train.jsonl --lang en

      xproject convert train.txt --from conll --columns token=0,upos=1,tag=3 -o train.jsonl

      xproject convert squad.json -o squad.jsonl

      xproject convert train.jsonl --to conll --scheme bilou -o train.bilou

      xproject convert links.talp --base pairs.jsonl -o aligned.jsonl
    """
    if formats:
        print_formats()
        return
    from projector.io.formats.shared.notes import Notes

    names = check_formats(source, input, to, output)
    flags = {
        "lang": lang,
        "columns": columns,
        "scheme": scheme,
        "separator": separator,
        "base": base,
    }
    transfer(
        input,
        output,
        names,
        split_settings(*names, flags, set_),
        change=lambda records: take_side(records, side),
        notes=Notes(),
        skip=on_error == "skip",
        max_errors=max_errors,
        duplicates=duplicate_ids,
        limit=limit,
        force=force,
        dry_run=dry_run,
    )


def take_side(records: Iterable[Record], side: str) -> Iterator[Record]:
    """One document of each pair, under the pair's id; documents and, without a side, pairs pass."""
    from msgspec.structs import replace

    from projector.io.formats.shared.corrections import is_unreviewed, unreviewed

    for record in records:
        if side and isinstance(record, Pair):
            doc = replace(record.source if side == "source" else record.target, id=record.id)
            record = unreviewed(doc) if is_unreviewed(record) else doc
        yield record
