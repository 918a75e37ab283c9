"""What every command that runs stages does: build the recipe, check it, run it, say the counts."""

from __future__ import annotations

from typing import Any

from projector.cli import messages
from projector.cli.options import RunOptions
from projector.pipeline.recipe import Recipe, single
from projector.pipeline.runner import Job, run
from projector.pipeline.summary import Summary


def run_stage(
    stage: str, options: dict[str, Any], input: str, output: str, job: RunOptions
) -> Summary | None:
    """A single-stage command: a recipe of one stage, through the same runner as ``run``.

    ``options`` are the stage's own; those that are None or empty are left to their defaults.
    """
    return run_recipe(single(stage, options, input=input, output=output), job)


def run_recipe(recipe: Recipe, job: RunOptions) -> Summary | None:
    """Check a recipe, then run it (or, with ``--dry-run``, print it resolved and stop)."""
    from projector.pipeline.check import check_recipe

    check_recipe(recipe)
    if job.dry_run:
        import yaml

        print(yaml.safe_dump(recipe.resolved(), sort_keys=False, allow_unicode=True), end="")
        messages.say("dry run: nothing was read or written")
        return None
    summary = run(
        recipe,
        job=Job(
            force=job.force,
            resume=job.resume,
            limit=job.limit,
            on_error=job.on_error,
            max_errors=job.max_errors,
            workers=job.workers,
            block_size=job.block_size,
            executor=job.executor,
            ray_address=job.ray_address,
        ),
    )
    messages.say(
        f"{summary.records} records in, {summary.written} out, {summary.rejected} rejected, "
        f"{summary.wall_seconds:.1f} s"
    )
    return summary
