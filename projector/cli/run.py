"""``xproject run``: a YAML recipe from input to output."""

from __future__ import annotations

from typing import Annotated

import typer
from msgspec.structs import replace

from projector.cli.launch import run_recipe
from projector.cli.options import RunOptions, takes_run_options
from projector.pipeline.recipe import load_recipe


@takes_run_options
def command(
    recipe: Annotated[str, typer.Argument(metavar="RECIPE.yaml", help="See recipes/.")],
    input: Annotated[
        str, typer.Option("--input", "-i", metavar="IN", help="Instead of the recipe's input.")
    ] = "",
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="OUT", help="Instead of the recipe's output.")
    ] = "",
    *,
    job: RunOptions,
) -> None:
    """Run the stages of a recipe.

    Examples:

      xproject run recipes/ner.yaml --input samples/ner.jsonl -o ner.es.jsonl

      xproject run recipes/ner.yaml --input big.jsonl -o out.jsonl --resume --workers 8
    """
    loaded = load_recipe(recipe)
    run_recipe(
        replace(loaded, input=input or loaded.input, output=output or loaded.output),
        replace(
            job,
            on_error=loaded.on_error
            if loaded.on_error and job.on_error == "fail"
            else job.on_error,
            max_errors=job.max_errors if job.max_errors is not None else loaded.max_errors,
            limit=job.limit if job.limit is not None else loaded.limit,
            workers=loaded.workers or 1 if job.workers == 1 else job.workers,
            block_size=loaded.block_size or 256 if job.block_size == 256 else job.block_size,
        ),
    )
