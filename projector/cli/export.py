"""``xproject export``: the target side of pairs, in the format that a training job reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

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
from projector.cli.layouts import LabelMap, LayoutName, SplitName, export_layout
from projector.cli.options import DryRun, Force, Limit, MaxErrors, OnError, Output
from projector.errors import UsageError
from projector.records import Document, Record

if TYPE_CHECKING:
    from projector.augment.names import Names
    from projector.io.formats.shared.notes import Notes

COPIES = 3  # further ones brought nothing (tests/benchmarks/downstream.py)
REPLACED = 0.8  # of the names in a copy; the others stay


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
    split_contractions: Annotated[
        bool,
        typer.Option("--split-contractions", help="Portuguese na as em a, Spanish del as de el."),
    ] = False,
    names: Annotated[
        str,
        typer.Option(
            "--names",
            metavar="FILE|LOCALE,...",
            help="Add copies with other names: of a file (LABEL TAB NAME), or Faker's for pt_BR.",
        ),
    ] = "",
    copies: Annotated[
        int | None,
        typer.Option("--copies", min=1, max=100, help="With --names: of each document.  [3]"),
    ] = None,
    layout: LayoutName = "",
    split: SplitName = "",
    label_map: LabelMap = None,
    columns: Columns = "",
    scheme: Scheme = "",
    separator: Separator = "",
    template: Annotated[
        str,
        typer.Option(
            "--template",
            metavar="FILE.j2",
            help="Rows that a template makes of both sides: a file, or taco, crossin, labels, "
            "preferences, interleaved, summaries, questions.",
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

    Taggers learn more from the words of the data that they will be tried on: --split-contractions
    writes contractions as treebanks do, --names adds copies in which persons, places and
    organisations have names of the target's country (extra names).

    Examples:

      xproject export projected.jsonl --to conll -o train.es.conll

      xproject export projected.jsonl --to tokens --min-score 0.7 -o train.es.jsonl

      xproject export projected.jsonl -o train.pt.conll --split-contractions --names pt_PT,pt_BR

      xproject export qa.jsonl --to squad -o train.es.json

      xproject export projected.jsonl --layout panx --split train --label-map MISC=O -o download

      xproject export pairs.jsonl --template taco -o train.jsonl

      xproject export silver.jsonl --template labels --set words=words.es.yaml -o train.jsonl
    """
    if formats:
        print_formats()
        return
    from projector.augment.names import names_from
    from projector.io.formats.shared.notes import Notes
    from projector.io.formats.shared.registry import load

    if copies and not names:
        raise UsageError("--copies: found no --names, wanted where the copies' names come from")
    notes = Notes()
    if template and to not in ("", "template"):
        raise UsageError(f"--template: found --to {to} beside it, wanted one of the two")
    if (split or label_map) and not layout:
        raise UsageError("--split, --label-map: found no --layout, wanted what they belong to")
    if layout and (to or template):
        raise UsageError(f"--layout: found --{'to' if to else 'template'} beside it, wanted one")
    changes = Changes(
        side,
        min_score,
        split_contractions,
        names_from(names) if names else None,
        copies or COPIES,
    )
    if layout:
        export_layout(
            input, output, layout, split, label_map, source=source,
            change=lambda records: exported(records, changes, notes),
            notes=notes, limit=limit, force=force,
        )  # fmt: skip
        return
    both = check_formats(source, input, "template" if template else to, output)
    if not load(both[1]).documents or both[1] == "template":
        changes = changes._replace(side="")  # both sides
    flags = {"columns": columns, "scheme": scheme, "separator": separator, "template": template}
    transfer(
        input,
        output,
        both,
        split_settings(*both, flags, set_),
        change=lambda records: exported(records, changes, notes),
        notes=notes,
        skip=on_error == "skip",
        max_errors=max_errors,
        duplicates=duplicate_ids,
        limit=limit,
        force=force,
        dry_run=dry_run,
    )


class Changes(NamedTuple):
    """What becomes of a document before it is written; ``side`` is "" where pairs stay pairs."""

    side: str
    min_score: float | None
    split_contractions: bool
    names: Names | None
    copies: int


def exported(records: Iterable[Record], changes: Changes, notes: Notes) -> Iterator[Record]:
    """The documents of one side, changed as asked for, each followed by its copies; without a
    side, pairs pass as they are."""
    from projector.cli.convert import take_side
    from projector.io.formats.shared.prune import with_min_score

    for record in take_side(records, changes.side):
        if not isinstance(record, Document):
            yield record
            continue
        if changes.min_score is not None:
            record = with_min_score(record, changes.min_score, notes)
        for doc in (record, *_copies(record, changes)):
            if changes.split_contractions:
                from projector.augment.contractions import without_contractions

                doc = without_contractions(doc)
            yield doc


def _copies(doc: Document, changes: Changes) -> Iterator[Document]:
    """Copies with other names, where the document has any to replace."""
    if changes.names is None:
        return
    from projector.augment.names import renamed

    for number in range(1, changes.copies + 1):
        copy = renamed(doc, changes.names, number, REPLACED)
        if copy is None and not doc.spans:
            return
        if copy is not None:
            yield copy
