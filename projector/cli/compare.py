"""``xproject compare``: translators, aligners and methods side by side, in one table."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import typer

from projector.cli import messages
from projector.cli.options import AsJson


def command(
    grid: Annotated[
        str, typer.Argument(metavar="GRID.yaml", help="The input, and alternatives of each step.")
    ],
    folder: Annotated[
        str, typer.Option("--output", "-o", metavar="DIR", help="Where the records go.")
    ],
    gold: Annotated[
        str, typer.Option("--gold", metavar="GOLD", help="Score the spans against these.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Run every combination of a grid's alternatives, and print one line for each.

    What combinations have in common is run once; what is in DIR already is not run again.

    Examples:

      xproject compare GRID.yaml -o DIR --gold gold.jsonl
    """
    from projector.pipeline.comparison import read_grid, run_grid

    found = run_grid(read_grid(grid), folder, messages.say)
    rows = [{**msgspec.to_builtins(one), **_scores(one.output, gold)} for one in found]
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(rows), indent=2).decode())
    else:
        show(rows)


def _scores(output: str, gold: str) -> dict[str, Any]:
    """Precision, recall and F1 (per cent) of the target's spans; nothing without gold data."""
    if not gold:
        return {}
    from projector.cli.evaluate import compare
    from projector.quality.evaluation import Evaluation

    found = compare(output, gold, Evaluation("spans", skip_different=True), skip=True)
    strict = found["spans"]["strict"]
    return {name: round(100 * strict[name], 2) for name in ("precision", "recall", "f1")}


def show(rows: list[dict[str, Any]]) -> None:
    """The table, on standard output."""
    from rich.markup import escape
    from rich.table import Table

    table = Table(title="xproject compare", title_justify="left")
    for heading in ("steps", "records", "spans kept", "F1", "seconds", "tokens", "money"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        cost = row["cost"]
        tokens = cost.get("tokens_in", 0.0) + cost.get("tokens_out", 0.0)
        kept = f"{100 * row['projected'] / row['spans']:.1f} %" if row["spans"] else ""
        table.add_row(
            escape(", ".join(row["choices"])),
            f"{row['written']} of {row['records']}",
            kept,
            f"{row['f1']:.2f}" if "f1" in row else "",
            f"{row['seconds']:.1f}",
            f"{tokens:.0f}" if tokens else "",
            f"{cost['money']:g}" if "money" in cost else "",
        )
    messages.console(stderr=False).print(table)
