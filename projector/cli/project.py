"""``xproject project``: aligned pairs in, pairs with annotations on the target side out."""

from __future__ import annotations

from typing import Annotated

import typer

from projector.cli.launch import run_stage
from projector.cli.options import Input, Output, Setting, settings, takes_job
from projector.engines import choices, names
from projector.pipeline.job import Job


@takes_job
def command(
    input: Input = "-",
    output: Output = "-",
    method: Annotated[
        str,
        typer.Option(
            "--method",
            help=names("projectors") + "; a+b joins two.",
            autocompletion=choices("projectors"),
        ),
    ] = "",
    model: Annotated[str, typer.Option("--model", metavar="NAME", help="For neural methods.")] = "",
    min_score: Annotated[
        float | None,
        typer.Option("--min-score", min=0.0, max=1.0, help="Drop spans that score lower."),
    ] = None,
    clitics: Annotated[
        str,
        typer.Option(
            "--clitics",
            metavar="part|word|off",
            help="A pronoun inside a word (traerlo): that part, the whole word, or not looked for.",
        ),
    ] = "",
    dropped_subjects: Annotated[
        str,
        typer.Option(
            "--dropped-subjects",
            metavar="drop|verb",
            help="A pronoun that the target leaves out: drop it, or put it on the finite verb.",
        ),
    ] = "",
    set_: Setting = None,
    *,
    job: Job,
) -> None:
    """Carry spans, and all that hangs on them, to the target side.

    Examples:

      xproject project aligned.jsonl -o projected.jsonl

      xproject project aligned.jsonl --min-score 0.5 --workers 4 -o projected.jsonl

      xproject project dialogues.jsonl --dropped-subjects verb -o chains.jsonl
    """
    options = {
        "method": method or None,
        "model": model or None,
        "min_score": min_score,
        "clitics": clitics or None,
        "dropped_subjects": dropped_subjects or None,
        "options": settings(set_),
    }
    run_stage("project", options, input, output, job)
