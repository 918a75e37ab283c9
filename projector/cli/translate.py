"""``xproject translate``: documents in, pairs of document and translation out."""

from __future__ import annotations

from typing import Annotated

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
    to: Annotated[
        str,
        typer.Option("--to", metavar="LANG", autocompletion=languages, help="Language to make."),
    ] = "",
    source: Annotated[
        str,
        typer.Option(
            "--from", metavar="LANG", autocompletion=languages, help="Language of the input."
        ),
    ] = "",
    engine: Annotated[
        str,
        typer.Option(
            "--engine", help=names("translators") + ".", autocompletion=choices("translators")
        ),
    ] = "",
    model: Annotated[
        str, typer.Option("--model", metavar="NAME", help="Mode, folder or name; see the engine.")
    ] = "",
    fields: Annotated[
        list[str] | None,
        typer.Option("--fields", metavar="A,B", help="Other text to translate, by path."),
    ] = None,
    constraints: Annotated[
        str,
        typer.Option(
            metavar="FIELD", help="Where a record keeps wanted translations: meta.constraints."
        ),
    ] = "",
    keep: Annotated[
        list[str] | None,
        typer.Option(
            "--keep", metavar="A,B", help="Labels of spans that stay untranslated: PER,ORG."
        ),
    ] = None,
    cache: Annotated[
        str, typer.Option(metavar="DIR", help="Keep translations here and use them again.")
    ] = "",
    set_: Setting = None,
    *,
    job: Job,
) -> None:
    """Translate documents; each becomes a pair with the source untouched beside it.

    ``--constraints meta.terms`` reads lexical constraints where a record keeps them: a mapping
    such as {"heart attack": "infarto"}, or a list of objects with "phrase" (or "start" and "end",
    offsets in the text) and "wanted", one rendering or several to choose from. Which of them the
    translation meets is written to meta.constraints_met.

    ``--fields`` names other texts by their path: instruction, meta.title, messages[].content,
    answers.text[]. Rows without a text of their own (Alpaca's, chats) are then taken as they are,
    and `export --to rows` gives them back in their own shape. Code, formulas, placeholders, tags
    and addresses stay as they are, with every engine.

    Examples:

      xproject translate samples/ner.jsonl --to es -o es.jsonl

      xproject translate IN.jsonl --to es | xproject align | xproject project > OUT.jsonl

      xproject translate IN.jsonl --to ca --model eng-spa,spa-cat -o OUT.jsonl

      xproject translate samples/ner.jsonl --to es --keep PER,ORG -o es.jsonl

      xproject translate samples/instructions.jsonl --from en --to es
      --fields instruction,input,output | xproject export --to rows -o es.jsonl

      DEEPL_AUTH_KEY=... xproject translate IN.jsonl --to de --engine http --model deepl
      --keep PER -o OUT.jsonl

      xproject translate IN.jsonl --to de --engine hf --model models/opus-mt-en-de -o OUT.jsonl
    """
    options = {
        "to": to or None,
        "from": source or None,
        "engine": engine or None,
        "model": model or None,
        "fields": split_list(fields),
        "constraints": constraints or None,
        "keep": split_list(keep),
        "cache": cache or None,
        "options": settings(set_),
    }
    run_stage("translate", options, input, output, job)
