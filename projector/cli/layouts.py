"""``xproject export --layout``: the folder that a benchmark's training scripts read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from projector.cli import messages
from projector.errors import DataError, UsageError
from projector.records import Document, Record

if TYPE_CHECKING:
    from projector.io.formats.shared.notes import Notes


def layout_names(incomplete: str) -> list[tuple[str, str]]:
    """For shell completion: the layouts that begin as typed."""
    from projector.publishing.layouts import LAYOUTS

    return [(n, layout.summary) for n, layout in LAYOUTS.items() if n.startswith(incomplete)]


LayoutName = Annotated[
    str,
    typer.Option(
        "--layout",
        metavar="NAME",
        autocompletion=layout_names,
        help="A benchmark's folder: panx, udpos, xquad, mlqa, masakhaner, uner, xlsum.",
    ),
]
SplitName = Annotated[
    str, typer.Option("--split", metavar="NAME", help="With --layout: train, dev or test.")
]
LabelMap = Annotated[
    list[str] | None,
    typer.Option(
        "--label-map",
        metavar="A=B,...",
        help="With --layout: labels that it does not have; A=O leaves such spans out.",
    ),
]


def export_layout(
    input: str,
    output: str,
    layout: str,
    split: str,
    label_map: list[str] | None,
    *,
    source: str,
    change: Callable[[Iterable[Record]], Iterator[Record]],
    notes: Notes,
    limit: int | None,
    force: bool,
) -> None:
    """Read any format, write the layout's files below the folder ``output``, say what was lost.

    Raises:
        UsageError: no folder, or what `projector.publishing.layouts.write_layout` refuses.
        DataError: an unreadable record.
    """
    from projector.io.formats import read
    from projector.publishing.layouts import find_layout, write_layout

    find_layout(layout)
    if output == "-":
        raise UsageError("--layout: found no output, wanted a folder: -o FOLDER")
    records = islice(read(input, source, notes=notes), limit)
    counts = write_layout(
        _documents(change(records)),
        output,
        layout,
        split=split or "train",
        label_map=read_label_map(label_map),
        notes=notes,
        force=force,
    )
    for path, count in counts.items():
        messages.say(f"{path}: {count:,} records")
    for sentence in [*notes.losses(), *notes.notices()]:
        messages.say(sentence)
    if not counts:
        raise UsageError(f"{input}: found nothing to write as {layout}")


def read_label_map(given: list[str] | None) -> dict[str, str]:
    """``["GPE=LOC,MISC=O"]`` as a mapping.

    Raises:
        UsageError: no ``=``, or a label twice.
    """
    found: dict[str, str] = {}
    for item in [part for text in given or () for part in text.split(",") if part.strip()]:
        label, equals, wanted = (part.strip() for part in item.partition("="))
        if not equals or not label or not wanted:
            raise UsageError(f"--label-map: found {item!r}, wanted OLD=NEW, e.g. GPE=LOC,MISC=O")
        if found.setdefault(label, wanted) != wanted:
            raise UsageError(f"--label-map: found {label!r} twice, as {found[label]} and {wanted}")
    return found


def _documents(records: Iterable[Record]) -> Iterator[Document]:
    for record in records:
        if not isinstance(record, Document):
            raise DataError(f"record {record.id!r}: found a pair, wanted one side of it")
        yield record
