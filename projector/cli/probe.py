"""``xproject probe``: does the silver train?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from projector.cli import messages
from projector.cli.options import AsJson, Force
from projector.errors import UsageError
from projector.io.streams import check_writable

if TYPE_CHECKING:
    from projector.quality.probe import Result, Score
    from projector.records import Document


def command(
    silver: Annotated[
        str, typer.Argument(metavar="SILVER", help="Projected pairs, or documents, any format.")
    ],
    gold: Annotated[
        str, typer.Option("--gold", metavar="FILE", help="Gold documents to score on.")
    ] = "",
    layer: Annotated[
        str, typer.Option("--layer", help="spans, or a layer of token tags such as upos.")
    ] = "spans",
    gold_train: Annotated[
        str, typer.Option("--gold-train", metavar="FILE", help="Gold to train on, to compare.")
    ] = "",
    source_only: Annotated[
        bool, typer.Option("--source-only", help="Compare with training on the source side.")
    ] = False,
    curve: Annotated[bool, typer.Option("--curve", help="A learning curve.")] = False,
    sweep: Annotated[bool, typer.Option("--sweep", help="Train on spans above scores.")] = False,
    plot: Annotated[
        str, typer.Option("--plot", metavar="FILE.png", help="Curve and sweep as a picture.")
    ] = "",
    save: Annotated[
        str,
        typer.Option(
            "--save", metavar="FILE", help="Keep the tagger of a tag layer, for annotate."
        ),
    ] = "",
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Train a light tagger on silver, score it on gold (needs the extra eval), or save it.

    Spans are learnt by a CRF, token tags by a hidden Markov model. The figures compare training
    sets with one another; a fine-tuned transformer gives higher ones.

    Examples:

      xproject probe silver.es.jsonl --gold gold.es.conll --source-only

      xproject probe silver.de.jsonl --gold test.conllu --gold-train train.conllu --layer upos

      xproject probe silver.jsonl --gold gold.jsonl --curve --sweep --plot probe.png

      xproject probe silver.es.jsonl --layer upos --save es.tagger
    """
    if not gold and not save:
        raise UsageError("probe: found no gold, wanted --gold FILE (or --save FILE)")
    if save and layer == "spans":
        raise UsageError("probe: --save keeps a tagger of token tags, wanted --layer upos")
    from projector.quality import probe as probing
    from projector.quality.score_plot import check_plot

    if plot:
        check_plot(plot)
    if save:
        check_writable(save, force=force, reads=[silver, gold, gold_train])
    targets, sources = read_sides(silver)
    if save:
        probing.tag_model(targets, layer).save(save, force=force)
        messages.say(f"tagger: {save}")
    if not gold:
        return
    if source_only and not sources:
        raise UsageError(f"{silver}: found documents, wanted pairs for --source-only")
    result = probing.probe(
        targets,
        read_sides(gold)[0],
        layer=layer,
        gold_train=read_sides(gold_train)[0] if gold_train else (),
        source=sources if source_only else (),
        curve=curve or bool(plot),
        sweep=sweep or bool(plot),
    )
    if plot:
        probing.plot(result, plot, silver)
        messages.say(f"picture: {plot}")
    if as_json:
        import msgspec

        print(msgspec.json.format(msgspec.json.encode(result)).decode())
    else:
        show(result)


def read_sides(path: str) -> tuple[list[Document], list[Document]]:
    """Target documents and, where the file has pairs, source documents."""
    from projector.io.formats import read
    from projector.records import Pair

    targets, sources = [], []
    for record in read(path):
        if isinstance(record, Pair):
            targets.append(record.target)
            sources.append(record.source)
        else:
            targets.append(record)
    return targets, sources


def show(result: Result) -> None:
    """Tables on standard output."""
    from rich.markup import escape

    console = messages.console(stderr=False)
    parts: list[tuple[str, list[Score]]] = [
        (f"trained on, scored on {result.gold_sentences} gold sentences", result.rows),
        ("learning curve", result.curve),
        ("least score of the spans kept", result.sweep),
    ]
    for title, rows in parts:
        if not rows:
            continue
        table = messages.table(title)
        table.add_column("")
        table.add_column("sentences", justify="right")
        spans = rows[0].accuracy is None
        for name in ("precision", "recall", "F1") if spans else ("accuracy",):
            table.add_column(name, justify="right")
        for row in rows:
            numbers = (row.precision, row.recall, row.f1) if spans else (row.accuracy,)
            table.add_row(
                escape(messages.plain(row.train)),
                f"{row.sentences:,}",
                *(f"{n or 0:.1f}" for n in numbers),
            )
        console.print(table)
