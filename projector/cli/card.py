"""``xproject card``: the data set's card (README.md), and its description as Croissant metadata."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from projector.cli import messages
from projector.cli.options import Force
from projector.errors import UsageError
from projector.json_values import JsonObject

Files = Annotated[
    list[str],
    typer.Argument(
        metavar="[SPLIT=]OUT...",
        help="Files of records; without a split's name, train.",
        show_default=False,
    ),
]
Title = Annotated[str, typer.Option("--title", help="Name of the data set.")]
Licence = Annotated[
    str,
    typer.Option("--license", metavar="ID", help="The data set's licence, e.g. cc-by-4.0."),
]
Sources = Annotated[
    list[str] | None,
    typer.Option("--source", metavar="NAME", help="The data set that the text is from; repeat."),
]
Description = Annotated[
    str, typer.Option("--description", metavar="TEXT", help="A paragraph under the heading.")
]
Scores = Annotated[
    str,
    typer.Option("--scores", metavar="FILE", help="What `xproject evaluate --json` printed."),
]


def command(
    records: Files,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="README.md", help="The card; - prints it.")
    ] = "-",
    title: Title = "",
    licence: Licence = "",
    source: Sources = None,
    description: Description = "",
    scores: Scores = "",
    croissant: Annotated[
        str,
        typer.Option(
            "--croissant", metavar="FILE", help="Also write Croissant metadata (extra publish)."
        ),
    ] = "",
    force: Force = False,
) -> None:
    """Write a data set's card: languages, sizes, labels, method, licences, scores, known limits.

    Everything is counted over the records or read from OUT.run.json beside them. A model whose
    licence forbids commercial use is said at the top.

    Examples:

      xproject card pt.jsonl -o README.md --title "News entities, Portuguese" --license cc-by-4.0

      xproject card train=pt.jsonl test=gold.jsonl --scores scores.json --croissant meta.json
    """
    from projector.io.streams import check_writable, open_write, refuse_same_output
    from projector.publishing.card import Described, card, licence_conflict
    from projector.publishing.croissant import croissant_of_records
    from projector.publishing.facts import files_read, gather_facts

    splits = read_splits(records)
    outputs = [path for path in (output, croissant) if path]
    refuse_same_output(outputs)
    reads = files_read(splits, scores)
    for path in outputs:
        check_writable(path, force=force, reads=reads)
    facts = gather_facts(splits)
    described = Described(
        title or Path(next(iter(splits.values()))).name.partition(".")[0],
        licence,
        source or [],
        description,
    )
    if conflict := licence_conflict(facts, licence):
        messages.warn(conflict)
    text = card(facts, described, read_scores(scores))
    data = croissant_of_records(facts, described) if croissant else b""  # before a file is written
    with open_write(output, force=force) as stream:
        stream.write(text.encode("utf-8", "replace"))
    if croissant:
        with open_write(croissant, force=force) as stream:
            stream.write(data)
    if output != "-":
        messages.say(f"{output}: {facts.records:,} records described")


def read_splits(given: list[str]) -> dict[str, str]:
    """``["train=a.jsonl", "b.jsonl"]`` as split -> file; a file without a name is ``train``.

    Raises:
        UsageError: a split twice, a name that the hub does not take, or standard input.
    """
    splits: dict[str, str] = {}
    for item in given:
        name, equals, path = item.partition("=")
        if not equals or Path(item).exists():
            name, path = "train", item
        if not re.fullmatch(r"\w+(\.\w+)*", name, re.ASCII):
            raise UsageError(f"found the split {name!r}, wanted letters, digits and _")
        if name in splits:
            raise UsageError(
                f"found the split {name!r} twice ({splits[name]} and {path}), wanted names: "
                "train=A.jsonl test=B.jsonl"
            )
        if path == "-":
            raise UsageError("found standard input, wanted files (they are read more than once)")
        splits[name] = path
    return splits


def read_scores(path: str) -> JsonObject:
    """The scores of a file that ``xproject evaluate --json`` wrote; {} without one.

    Raises:
        UsageError: no such file, or no scores in it.
        DataError: no JSON.
    """
    from projector.publishing.card import gold_scores
    from projector.publishing.facts import read_notes

    scores = read_notes(path) if path else {}
    if path and not any(gold_scores(scores)):
        raise UsageError(f"--scores: found no scores in {path}, wanted evaluate's --json output")
    return scores
