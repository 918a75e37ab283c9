"""Checking a recipe before any model loads: stages, options, and what each one needs."""

from __future__ import annotations

from projector.errors import UsageError
from projector.pipeline.recipe import ConfiguredStage, Recipe, configured

# A stage further on can be helped by one of these, named in the message.
GIVERS = {
    "pair": "translate (or start from pairs: xproject pair)",
    "links": "align",
    "target.spans": "project",
    "questions": "qa",
    "document": "a document as input",
}


def check_recipe(recipe: Recipe) -> list[ConfiguredStage]:
    """The stages with their options read, once it is known that the chain can work.

    What the input brings is not known here, so the first stage may need anything; a later one
    may need only what the input of the first can hold or what a stage before it gives.

    Raises:
        UsageError: an unknown stage or option, or a chain that cannot work.
    """
    have: set[str] = set()
    stages = [configured(spec) for spec in recipe.stages]
    for n, stage in enumerate(stages):
        spec, kind = stage.spec, stage.kind
        where = f"{spec.where}: " if spec.where else ""
        needs, gives = set(kind.needs), set(kind.gives)
        if not have and needs:
            # The first stage that is particular says what the input is.
            have = needs | ({"questions"} if "document" in needs else set(GIVERS) - {"document"})
        for need in sorted(needs - have - {"questions"}):
            raise UsageError(
                f"{where}stage {n + 1}, {spec.stage!r}, needs {need!r}, which nothing before it "
                f"gives; put this before it: {GIVERS.get(need, need)}"
            )
        have |= gives
        if "pair" in gives:
            have.discard("document")
    return stages
