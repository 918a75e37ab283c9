"""``xproject report``: an HTML page to look at."""

from __future__ import annotations

from typing import Annotated

import typer

from projector.cli import messages
from projector.cli.options import Force, Input
from projector.errors import UsageError


def command(
    input: Input = "-",
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="OUT.html", help="The page; - writes it out.")
    ] = "",
    sample: Annotated[
        int, typer.Option("--sample", min=0, metavar="N", help="Show at most N records; 0 all.")
    ] = 200,
    worst: Annotated[
        bool, typer.Option("--worst", help="Show the worst scored instead of a random sample.")
    ] = False,
    title: Annotated[str, typer.Option("--title", help="The heading.")] = "",
    force: Force = False,
) -> None:
    """Write one HTML page with both sides, coloured spans, scores and what was dropped.

    Counts and pictures are over all records; the texts are those of a sample. The page needs no
    server and no network.

    Examples:

      xproject report projected.jsonl -o report.html

      xproject report projected.jsonl -o doubtful.html --worst --sample 100
    """
    if not output:
        raise UsageError("report: found no output, wanted -o report.html")
    from projector.io.jsonl import read_records
    from projector.io.streams import check_writable
    from projector.report.page import write_report

    check_writable(output, force=force, reads=[input])
    name = title or (f"{input}" if input != "-" else "xproject report")
    shown = write_report(
        read_records(input), output, title=name, sample=sample, worst=worst,
        source_name="" if input == "-" else input, force=force,
    )  # fmt: skip
    messages.say(f"{output}: {shown} records shown")
    if not shown:
        messages.warn_of_no_records(input)
