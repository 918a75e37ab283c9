"""``xproject compare``: translators, aligners and methods side by side, in one table."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import typer

from projector.cli import messages
from projector.cli.options import AsJson, Force
from projector.errors import EngineError
from projector.json_values import JsonObject

WIDTH = 132

Row = dict[str, Any]  # a line of the table, as plain JSON values


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
    probe: Annotated[
        str,
        typer.Option(
            "--probe", metavar="GOLD", help="Train a tagger on each, score it on these (eval)."
        ),
    ] = "",
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Run every combination of a grid's alternatives, and print one line for each.

    What combinations have in common is run once; what is in DIR already is not run again. With
    --gold: F1 of the spans, and how far their scores are from how often they are right (ECE);
    where most texts are not the gold's (another translation), spans are compared by what they
    say, and F1 is marked ~. With --probe: F1 of a tagger trained on what came out; these gold
    documents must not be translations of the input.

    Examples:

      xproject compare GRID.yaml -o DIR --gold gold.jsonl

      xproject compare GRID.yaml -o DIR --gold gold.jsonl --probe other.jsonl --json
    """
    from projector.io.streams import refuse_same_file
    from projector.pipeline.comparison import outputs_of, read_grid, run_grid

    read = read_grid(grid)
    refuse_same_file([grid, read.input, gold, probe], outputs_of(read, folder))
    found = run_grid(read, folder, messages.say, force=force)
    if found and not any(one.records or one.error for one in found):
        messages.warn_of_no_records(read.input)
    rows = []
    for one in found:
        row = msgspec.to_builtins(one)
        if not one.error:
            row |= _scores(one.output, gold) | _probed(one.output, probe)
        rows.append(row)
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(rows), indent=2).decode())
    else:
        show(rows)
    for text in dict.fromkeys(one.error for one in found if one.error):
        messages.warn(text)
    if found and all(one.error for one in found):
        raise EngineError("compare: found no combination that could be run to its end")


def _scores(output: str, gold: str) -> JsonObject:
    """Precision, recall, F1 and calibration error (per cent) of the target's spans.

    Nothing without gold data. ``by`` says how spans were compared: in most records by their
    characters, or, where most texts are not the gold's, by their wording.
    """
    if not gold:
        return {}
    from projector.cli.evaluate import add_score_figures, compare
    from projector.quality.evaluation import Evaluation

    evaluation = Evaluation("spans", skip_different=True)
    found = compare(output, gold, evaluation, skip=True)
    if evaluation.records["different_text"] > evaluation.records["matched"]:
        evaluation = Evaluation("spans", by="text")
        found = compare(output, gold, evaluation, skip=True)
    else:
        add_score_figures(found, evaluation, 0)
    spans = found["spans"]
    scores: JsonObject = {
        name: round(100 * spans["strict"][name], 2) for name in ("precision", "recall", "f1")
    }
    if "scores" in spans:
        scores["ece"] = round(100 * spans["scores"]["calibration_error"], 2)
    return {**scores, "by": evaluation.by}


def _probed(output: str, gold: str) -> dict[str, float]:
    """F1 (per cent) on gold data of a tagger trained on the target's spans; nothing without gold
    data, and nothing where there is no span to learn from."""
    if not gold:
        return {}
    from projector.cli.probe import read_sides
    from projector.quality.probe import probe

    targets = read_sides(output)[0]
    if not any(doc.spans for doc in targets):
        return {}
    return {"probe": round(probe(targets, read_sides(gold)[0]).rows[0].main, 2)}


def show(rows: list[Row]) -> None:
    """The table, on standard output: a column for each step of the grid, then the numbers."""
    from rich.console import Console
    from rich.markup import escape

    wanted = {"F1": "f1", "ECE": "ece", "probe F1": "probe"}
    scores = {head: key for head, key in wanted.items() if any(key in row for row in rows)}
    spent = ("tokens", "money") if any(row["cost"] for row in rows) else ()
    table = messages.table()
    for _ in rows[0]["choices"]:
        table.add_column("", overflow="fold")
    for heading in ("records", "kept", *scores, "seconds", *spent):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        steps = [escape(messages.plain(choice)) for choice in row["choices"]]
        if row["error"]:
            table.add_row(*steps, "failed")
            continue
        cost = row["cost"]
        spans = f"{100 * row['projected'] / row['spans']:.1f} %" if row["spans"] else ""
        tokens = cost.get("tokens_in", 0.0) + cost.get("tokens_out", 0.0)
        costs = (f"{tokens:.0f}" if tokens else "", f"{cost['money']:g}" if "money" in cost else "")
        table.add_row(
            *steps,
            f"{row['written']}/{row['records']}",
            spans,
            *(_figure(row, key) for key in scores.values()),
            f"{row['seconds']:.1f}",
            *(costs if spent else ()),
        )
    # Wider than a narrow terminal rather than a letter a line.
    Console(highlight=False, width=max(Console().width, WIDTH)).print(table)


def _figure(row: Row, key: str) -> str:
    """A score as the table shows it; ~ marks an F1 over wordings."""
    if key not in row:
        return ""
    return ("~" if key == "f1" and row["by"] == "text" else "") + f"{row[key]:.1f}"
