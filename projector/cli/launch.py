"""What every command that runs stages does: build the recipe, check it, run it, say the counts."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from msgspec.structs import replace

from projector.cli import messages
from projector.engines import install_command
from projector.errors import DataError, Interrupted, ProjectorError, TooManyRejects
from projector.io.streams import open_read
from projector.pipeline.check import check_recipe
from projector.pipeline.job import Job
from projector.pipeline.recipe import Recipe, resolved, single
from projector.pipeline.run.progress import Progress
from projector.pipeline.run.runner import run
from projector.pipeline.run.summary import Summary
from projector.records import Pair
from projector.redact import redacted
from projector.shipped import input_path
from projector.text.languages import base_language
from projector.text.segmenters import missing_segmenter


def run_stage(
    stage: str, options: Mapping[str, object], input: str, output: str, job: Job
) -> Summary | None:
    """A single-stage command: a recipe of one stage, through the same runner as ``run``.

    ``options`` are the stage's own; those that are None or empty are left to their defaults.
    """
    return run_recipe(single(stage, options, input=input, output=output), job)


def run_recipe(recipe: Recipe, job: Job) -> Summary | None:
    """Check a recipe, then run it (or, with ``--dry-run``, print it resolved and stop).

    Raises:
        TooManyRejects: there were records, and none of them came out.
    """
    recipe = replace(recipe, input=input_path(recipe.input))
    if job.dry_run:
        import yaml

        plain = resolved(recipe, check_recipe(recipe))
        run(recipe, job=job)
        print(yaml.safe_dump(plain, sort_keys=False, allow_unicode=True), end="")
        messages.say("dry run: nothing was read or written")
        return None
    warn_of_missing_segmenters(recipe)
    opening = messages.first_use([spec.stage for spec in recipe.stages])
    progress = Progress(quiet=messages.quiet, opening=opening)
    try:
        summary = run(recipe, job=job, progress=progress)
    except KeyboardInterrupt as error:
        raise Interrupted(_how_to_go_on(recipe)) from error
    except DataError as error:
        raise _with_format(error) from error
    show(summary)
    if not summary.records and job.limit != 0:
        messages.warn_of_no_records(recipe.input)
    raise_if_nothing_written(summary)
    return summary


def _with_format(error: DataError) -> DataError:
    """The error with what to type, where a file that is no JSON Lines is of another format."""
    if error.reason not in ("invalid_json", "invalid_utf8") or not error.path:
        return error
    from projector.io.formats.shared.guess import guess

    try:
        name = guess(error.path)
    except ProjectorError:
        return error
    if name == "jsonl":
        return error
    words = shlex.join(["xproject", "convert", error.path, "-o", f"{error.path}.jsonl"])
    told = (
        f"{error.detail}; it looks like a file of the format {name}, which this brings in: {words}"
    )
    return DataError(told, reason=error.reason, path=error.path, line=error.line)


def warn_of_missing_segmenters(recipe: Recipe) -> None:
    """One line for a language written without spaces whose words will be single characters."""
    options = [spec.options for spec in recipe.stages]
    named = {str(o[key]) for o in options for key in ("to", "from") if o.get(key)}
    named |= _languages_of_first_record(recipe.input)
    for lang in sorted({base_language(lang) for lang in named}):
        if missing := missing_segmenter(lang):
            messages.warn(
                f"words of {lang!r} are cut into single characters, so spans may end inside a "
                f"word; to have words: {install_command(missing)}"
            )


def _languages_of_first_record(source: str) -> set[str]:
    """Those of a plain file's first record; none of what has to be read some other way."""
    from projector.io.jsonl import read_stream

    if not Path(source).is_file():
        return set()
    try:
        with open_read(source) as stream:
            line = next(read_stream(stream, source), None)
    except ProjectorError:
        return set()  # the run says what is wrong
    record = line.record if line is not None else None
    if record is None:
        return set()
    sides = [record.source, record.target] if isinstance(record, Pair) else [record]
    return {side.lang for side in sides if side.lang}


def raise_if_nothing_written(summary: Summary) -> None:
    """A run that gives nothing has failed, however patient it was told to be with bad records."""
    if summary.records and not summary.written:
        reasons = ", ".join(f"{reason} {n:,}" for reason, n in sorted(summary.reasons.items()))
        raise TooManyRejects(
            f"nothing was written: all of the {summary.records:,} records were rejected ({reasons})"
        )


def _how_to_go_on(recipe: Recipe) -> str:
    if recipe.output == "-":
        return "interrupted"
    words = [word for word in sys.argv[1:] if word != "--force"]
    if "--resume" not in words:
        words.append("--resume")
    return f"interrupted; what is done is kept, go on with: xproject {redacted(shlex.join(words))}"


def show(summary: Summary) -> None:
    """The counts of a run, on standard error: a table on a terminal, else a line."""
    from rich.table import Table

    stages = ", ".join(f"{name} {took:.1f} s" for name, took in summary.seconds.items())
    stages = f" ({stages})" if stages else ""  # none where no record came to one
    if not sys.stderr.isatty():
        spans = f"; {summary.projected} of {summary.spans} spans" if summary.spans else ""
        messages.say(
            f"{summary.records} records in, {summary.written} out, {summary.rejected} rejected"
            f"{spans}; {summary.wall_seconds:.1f} s{stages}"
        )
    else:
        table = Table(show_header=False, box=None)
        table.add_row("records in", f"{summary.records:,}")
        table.add_row("records out", f"{summary.written:,}")
        table.add_row("rejected", _with_reasons(summary.rejected, summary.reasons))
        if summary.spans:
            table.add_row("spans", f"{summary.spans:,}")
            table.add_row("projected", f"{summary.projected:,}")
            dropped = sum(summary.dropped.values())
            table.add_row("dropped", _with_reasons(dropped, summary.dropped))
        table.add_row("seconds", f"{summary.wall_seconds:.1f}{stages}")
        messages.console().print(table)
    if "project" in summary.seconds and summary.written and not summary.spans:
        messages.say("note: no record has a span to project")
    if summary.rejected_path:
        messages.say(f"rejected records: {summary.rejected_path}")


def _with_reasons(count: int, reasons: dict[str, int]) -> str:
    listed = ", ".join(f"{reason} {n:,}" for reason, n in sorted(reasons.items()))
    return f"{count:,} ({listed})" if listed else f"{count:,}"
