"""``xproject run``: a YAML recipe from input to output."""

from __future__ import annotations

from typing import Annotated

import typer
from msgspec.structs import replace

from projector.cli.launch import run_recipe
from projector.cli.options import RunOptions, takes_run_options
from projector.pipeline.recipe import Recipe, load_recipe


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
    loaded = replace(loaded, input=input or loaded.input, output=output or loaded.output)
    run_recipe(loaded, with_recipe(job, loaded))


def with_recipe(job: RunOptions, recipe: Recipe) -> RunOptions:
    """The command line's options; those left at their defaults are taken from the recipe."""
    default = RunOptions()
    names = ("on_error", "max_errors", "limit", "workers", "block_size")
    unset = (name for name in names if getattr(job, name) == getattr(default, name))
    given = {name: getattr(recipe, name) for name in unset}
    return replace(job, **{name: value for name, value in given.items() if value is not None})
