"""``xproject qa``: question-answer examples in two languages from aligned pairs."""

from __future__ import annotations

from typing import Annotated

import typer

from projector.cli import messages
from projector.cli.launch import run_stage
from projector.cli.options import Input, Output, Setting, settings, split_list, takes_job
from projector.engines import choices, names
from projector.errors import UsageError
from projector.pipeline.job import Job

SEED = 1  # of the sample to judge: the same page for the same output


@takes_job
def command(
    input: Input = "-",
    output: Output = "-",
    generator: Annotated[
        str,
        typer.Option(
            "--generator",
            help=names("question_generators") + "; hf wants --model.",
            autocompletion=choices("question_generators"),
        ),
    ] = "",
    model: Annotated[
        str, typer.Option("--model", metavar="NAME", help="The question generator's model.")
    ] = "",
    analysis: Annotated[
        str,
        typer.Option(
            "--analysis",
            metavar="WHAT",
            help="auto, spacy, spacy:MODEL (a parse: better questions) or apertium.",
        ),
    ] = "",
    answers: Annotated[
        str, typer.Option("--answers", help="auto, spans (the record's own) or phrases.")
    ] = "",
    labels: Annotated[
        list[str] | None, typer.Option("--labels", metavar="A,B", help="Only these answer labels.")
    ] = None,
    max_questions: Annotated[
        int | None, typer.Option("--max-questions", min=1, help="At most so many a record (5).")
    ] = None,
    questions: Annotated[
        str,
        typer.Option(
            "--questions",
            help="In the other language: from its own clause, translate, or auto (the better).",
        ),
    ] = "",
    min_quality: Annotated[
        float | None,
        typer.Option("--min-quality", min=0, max=1, help="Least score of a question (0.7)."),
    ] = None,
    yes_no: Annotated[
        bool, typer.Option("--yes-no", help="Questions with the answer yes as well.")
    ] = False,
    min_score: Annotated[
        float | None, typer.Option("--min-score", min=0, max=1, help="Of projected answers (0.5).")
    ] = None,
    translator: Annotated[
        str,
        typer.Option(
            "--translator",
            help="Engine for the questions: auto, none, or its name.",
            autocompletion=choices("translators"),
        ),
    ] = "",
    translator_model: Annotated[
        str, typer.Option("--translator-model", metavar="NAME", help="Its model.")
    ] = "",
    no_constraints: Annotated[
        bool, typer.Option("--no-constraints", help="Translate questions freely.")
    ] = False,
    qa_model: Annotated[
        str,
        typer.Option("--qa-model", metavar="NAME", help="Keep what this reading model answers."),
    ] = "",
    judge: Annotated[
        str,
        typer.Option(
            "--judge", metavar="FILE.html", help="A page to judge a sample of the output on."
        ),
    ] = "",
    sample: Annotated[
        int, typer.Option("--sample", min=1, help="So many questions on that page.")
    ] = 50,
    set_: Setting = None,
    *,
    job: Job,
) -> None:
    """Make question-answer examples: asked in English, answered and asked in both languages.

    The input is aligned pairs (after `align`), one side English. Each question stands on both
    documents in both languages, so `export --to squad` gives four directions.

    Examples:

      xproject qa aligned.jsonl -o qa.jsonl

      xproject pair corpus.en-es.tsv --from en --to es | xproject align | xproject qa -o qa.jsonl

      xproject qa aligned.jsonl -o qa.jsonl --sample 50 --judge page.html

      xproject convert qa.jsonl --to mlqa -o FOLDER     (or: xor, retrieval; both sides)

      xproject qa IN.jsonl -o OUT.jsonl --generator hf --model models/t5-qg --set style=prefix
    """
    options = {
        "generator": generator or None,
        "model": model or None,
        "analysis": analysis or None,
        "answers": answers or None,
        "labels": split_list(labels),
        "max_questions": max_questions,
        "questions": questions or None,
        "min_quality": min_quality,
        "yes_no": yes_no or None,
        "min_score": min_score,
        "translator": "" if translator == "none" else translator or None,
        "translator_model": translator_model or None,
        "constrain": False if no_constraints else None,
        "qa_model": qa_model or None,
        "options": settings(set_),
    }
    if judge and output == "-":
        raise UsageError("--judge: the page is made from the output, so name it with -o FILE")
    if judge:
        from projector.io.streams import check_writable

        check_writable(judge, force=job.force)
    run_stage("qa", options, input, output, job)
    if judge and not job.dry_run:
        _write_page(output, judge, sample, force=job.force)


def _write_page(output: str, judge: str, count: int, *, force: bool) -> None:
    from projector.io.formats import read
    from projector.io.streams import open_write
    from projector.qa.score.judging import page, sample

    drawn = sample(read(output), count, SEED)
    with open_write(judge, force=force) as stream:
        stream.write(page(drawn).encode("utf-8"))
    messages.say(
        f"{judge}: {len(drawn)} questions to judge; save, then xproject calibrate judged.json"
    )
