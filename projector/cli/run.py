"""``xproject run``: a YAML recipe from input to output."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated

import typer
from msgspec.structs import replace

from projector.cli.completion import languages
from projector.cli.launch import run_recipe
from projector.cli.options import settings, takes_job
from projector.pipeline.job import Job
from projector.pipeline.recipe import JOB_KEYS, Recipe, load_recipe, overridden


@takes_job
def command(
    recipe: Annotated[
        str,
        typer.Argument(metavar="RECIPE", help="A file, or the name of one of recipes/."),
    ],
    input: Annotated[
        str, typer.Option("--input", "-i", metavar="IN", help="Instead of the recipe's input.")
    ] = "",
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="OUT", help="Instead of the recipe's output.")
    ] = "",
    to: Annotated[
        str,
        typer.Option(
            "--to", metavar="LANG", autocompletion=languages, help="Language to make: translate.to."
        ),
    ] = "",
    source: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="LANG",
            autocompletion=languages,
            help="Language of the input: translate.from.",
        ),
    ] = "",
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="STAGE.OPTION=VALUE",
            help="Another value for a stage's option, as often as wanted.",
        ),
    ] = None,
    *,
    job: Job,
    typed: Collection[str] = (),
) -> None:
    """Run the stages of a recipe.

    What is typed goes over what the recipe says.

    Examples:

      xproject run ner --input samples/ner.jsonl -o ner.es.jsonl

      xproject run recipes/ner.yaml -i samples/ner.jsonl -o ner.ca.jsonl --to ca

      xproject run recipes/ner.yaml -i IN -o OUT --set align.engine=hmm --set project.min_score=0.5

      xproject run recipes/ner.yaml --input big.jsonl -o out.jsonl --resume --workers 8
    """
    loaded = load_recipe(recipe)
    loaded = replace(loaded, input=input or loaded.input, output=output or loaded.output)
    given = {"translate.to": to, "translate.from": source}
    wanted = {key: value for key, value in given.items() if value} | settings(set_)
    run_recipe(overridden(loaded, wanted), with_recipe(job, loaded, typed))


def with_recipe(job: Job, recipe: Recipe, typed: Collection[str]) -> Job:
    """The command line's job; what was not typed is taken from the recipe."""
    wanted = recipe.job()
    return replace(job, **{name: getattr(wanted, name) for name in JOB_KEYS if name not in typed})
