"""``xproject check``: everything about a recipe that can be known before a model loads."""

from __future__ import annotations

from typing import Annotated

import typer

from projector.cli.options import AsJson
from projector.pipeline.check import check_recipe
from projector.pipeline.recipe import load_recipe, resolved


def command(
    recipe: Annotated[
        str,
        typer.Argument(metavar="RECIPE", help="A file, or the name of one of recipes/."),
    ],
    as_json: AsJson = False,
) -> None:
    """Check a recipe: keys, stages, options, and that each stage gets what it needs.

    Prints the recipe resolved, with every default.

    Examples:

      xproject check recipes/ner.yaml
    """
    loaded = load_recipe(recipe)
    plain = resolved(loaded, check_recipe(loaded))
    if as_json:
        import json

        print(json.dumps(plain, ensure_ascii=False, indent=2))
        return
    import yaml

    print(yaml.safe_dump(plain, sort_keys=False, allow_unicode=True), end="")
