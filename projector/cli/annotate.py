"""``xproject annotate``: tokens, entities, parts of speech, relations by an annotator."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from projector.cli.completion import languages
from projector.cli.launch import run_stage
from projector.cli.options import Input, Output, Setting, settings, split_list, takes_job
from projector.engines import choices, names
from projector.pipeline.job import Job


@takes_job
def command(
    input: Input = "-",
    output: Output = "-",
    engine: Annotated[
        str,
        typer.Option(
            "--engine", help=names("annotators") + ".", autocompletion=choices("annotators")
        ),
    ] = "spacy",
    model: Annotated[
        str,
        typer.Option(
            "--model", metavar="NAME", help="spaCy package or folder; stanza's folder; a tagger."
        ),
    ] = "",
    layers: Annotated[
        list[str] | None,
        typer.Option(
            "--layers", metavar="A,B", help="tokens, sentences, pos, lemmas, entities, chunks."
        ),
    ] = None,
    labels: Annotated[
        list[str] | None,
        typer.Option("--labels", metavar="A,B", help="Only entities with these labels."),
    ] = None,
    lang: Annotated[
        str,
        typer.Option(
            "--lang",
            metavar="LANG",
            autocompletion=languages,
            help="For records that do not say theirs.",
        ),
    ] = "",
    side: Annotated[
        Literal["source", "target"], typer.Option("--side", help="Which side of a pair.")
    ] = "source",
    set_: Setting = None,
    *,
    job: Job,
) -> None:
    """Add tokens, parts of speech and entities to documents, before they are translated.

    What a record says already is kept. Without a model, spaCy's blank pipeline cuts tokens and
    sentences.

    Examples:

      xproject annotate IN.jsonl --model en_core_web_sm -o OUT.jsonl

      xproject annotate IN.jsonl --layers entities,chunks --model DIR | xproject translate --to es

      xproject annotate IN.jsonl --engine llm --model NAME --set task=TASK.yaml -o OUT.jsonl

      xproject annotate NEW.jsonl --engine hmm-tagger --model es.tagger -o OUT.jsonl

      xproject annotate IN.jsonl --engine stanza --model ~/stanza_resources -o OUT.jsonl
    """
    options = {
        "engine": engine,
        "model": model or None,
        "layers": split_list(layers),
        "labels": split_list(labels),
        "lang": lang or None,
        "side": side,
        "options": settings(set_),
    }
    run_stage("annotate", options, input, output, job)
