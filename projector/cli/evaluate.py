"""``xproject evaluate``: predicted annotations against gold ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from projector.cli import messages
from projector.cli.completion import readable_formats
from projector.cli.options import AsJson, settings
from projector.errors import DataError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from projector.io.formats.shared.notes import Notes
    from projector.json_values import JsonObject
    from projector.quality.evaluation import Evaluation, Figures
    from projector.records import Record


def command(
    predicted: Annotated[
        str, typer.Argument(metavar="PRED", help="Pairs (their target side counts) or documents.")
    ],
    gold: Annotated[str, typer.Option("--gold", metavar="GOLD", help="In any readable format.")],
    kind: Annotated[
        Literal["auto", "spans", "tags", "qa", "links", "relations", "clusters", "labels"],
        typer.Option("--kind", help="What to compare; auto is all that the gold data have."),
    ] = "auto",
    as_json: AsJson = False,
    plot: Annotated[
        str, typer.Option("--plot", metavar="FILE.png", help="Scores: trade-off and calibration.")
    ] = "",
    by: Annotated[
        Literal["chars", "tokens", "text"],
        typer.Option("--by", help="Spans by characters, by gold tokens, or by what they say."),
    ] = "chars",
    match: Annotated[
        Literal["auto", "id", "order"], typer.Option("--match", help="How records are matched.")
    ] = "auto",
    min_score: Annotated[
        float, typer.Option("--min-score", min=0.0, max=1.0, help="Leave out what scores lower.")
    ] = 0.0,
    labels: Annotated[
        list[str] | None,
        typer.Option("--labels", metavar="A,B", help="Only spans of these labels."),
    ] = None,
    common_only: Annotated[
        bool, typer.Option("--common-only", help="Leave out gold records without a prediction.")
    ] = False,
    on_error: Annotated[
        Literal["fail", "skip"],
        typer.Option("--on-error", help="Bad records, and texts that differ: stop, or leave out."),
    ] = "fail",
    bootstrap: Annotated[
        int, typer.Option("--bootstrap", min=0, metavar="N", help="95 % interval of F1, N draws.")
    ] = 0,
    source: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="FORMAT",
            autocompletion=readable_formats,
            help="Of PRED; guessed if not given.",
        ),
    ] = "",
    gold_from: Annotated[
        str,
        typer.Option(
            "--gold-from",
            metavar="FORMAT",
            autocompletion=readable_formats,
            help="Of GOLD; guessed if not given.",
        ),
    ] = "",
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Format option of PRED.")
    ] = None,
    gold_set: Annotated[
        list[str] | None,
        typer.Option("--gold-set", metavar="KEY=VALUE", help="Format option of GOLD."),
    ] = None,
) -> None:
    """Compare predicted annotations with gold ones.

    Records are matched by id where the ids agree, else by order. Texts may differ in white space
    only. A gold record that nothing was predicted for counts as all missed.

    Examples:

      xproject evaluate projected.jsonl --gold es.conll

      xproject evaluate projected.jsonl --gold gold.jsonl --json --plot scores.png

      xproject evaluate aligned.jsonl --gold gold.talp --kind links

      xproject evaluate qa.jsonl --gold xquad.es.json --kind qa
    """
    from projector.io.formats.shared.notes import Notes
    from projector.quality.evaluation import Evaluation

    if plot:
        from projector.quality.score_plot import check_plot

        check_plot(plot)
    evaluation = Evaluation(
        kind,
        by=by,
        skip_different=on_error == "skip",
        common_only=common_only,
        min_score=min_score,
        bootstrap=bootstrap > 0,
        labels=frozenset(part for given in labels or () for part in given.split(",") if part),
    )
    notes = Notes()
    found = compare(
        predicted,
        gold,
        evaluation,
        match=match,
        formats=(source, gold_from),
        options=(settings(set_), settings(gold_set)),
        skip=on_error == "skip",
        notes=notes,
    )
    add_score_figures(found, evaluation, bootstrap)
    for line in [*notes.losses(), *notes.notices()]:
        messages.say(f"note: {line}")
    if plot:
        draw(found, plot)
    if as_json:
        import json

        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        show(found)


def compare(
    predicted: str,
    gold: str,
    evaluation: Evaluation,
    *,
    match: Literal["auto", "id", "order"] = "auto",
    formats: tuple[str, str] = ("", ""),
    options: tuple[JsonObject, JsonObject] = ({}, {}),
    skip: bool = False,
    notes: Notes | None = None,
) -> Figures:
    """Read both files and compare them; see `projector.quality.evaluation.evaluate`.

    Raises:
        UsageError, DataError: unknown formats, unreadable files, sides that do not fit.
    """
    from projector.io.formats.shared.guess import guess
    from projector.quality.evaluation import evaluate

    if predicted == "-" and gold == "-":
        raise UsageError("PRED and --gold cannot both be standard input")
    options = dict(options[0]), dict(options[1])
    answers = _prediction_file(predicted, formats[0])
    if answers is not None:
        return _compare_texts(answers, gold, formats[1], options[1], evaluation, notes)
    names = [given or guess(path) for given, path in zip(formats, (predicted, gold), strict=True)]
    if "pharaoh" in names:
        evaluation = _only_links(evaluation)
        for n, other in ((0, gold), (1, predicted)):
            if names[n] == "pharaoh":
                if names[1 - n] == "pharaoh":
                    raise UsageError("one of PRED and --gold must be pairs with their texts")
                options[n].setdefault("base", other)
    rejected: list[int] = [0]
    ours = _records(predicted, names[0], options[0], skip, rejected, notes)
    theirs = _records(gold, names[1], options[1], skip, rejected, notes)
    found = evaluate(ours, theirs, evaluation, match)
    found["records"]["unreadable"] = rejected[0]
    total = evaluation.gold_records
    reviewed = total - evaluation.records["not_reviewed"]
    if total and not reviewed:
        raise DataError(
            f"found 0 of {total} records reviewed, wanted corrected ones",
            reason="not_reviewed",
            path=gold,
        )
    if reviewed < total:
        messages.say(f"{gold}: {reviewed} of {total} reviewed; only these count")
    if not evaluation.gold_has_any:
        raise DataError(
            f"{gold}: found no annotations to compare (of the kind {evaluation.kind!r}), wanted "
            "some",
            reason="nothing_to_compare",
        )
    return found


def _records(
    path: str,
    name: str,
    options: JsonObject,
    skip: bool,
    rejected: list[int],
    notes: Notes | None,
) -> Iterator[Record]:
    from projector.io.formats import read_lines

    for line in read_lines(path, name, options, notes):
        if line.error is not None:
            if not skip:
                raise line.error
            rejected[0] += 1
        elif line.record is not None:
            yield line.record


def _only_links(evaluation: Evaluation) -> Evaluation:
    if evaluation.kind == "auto":
        evaluation.kind = "links"
    return evaluation


def _prediction_file(path: str, name: str) -> dict[str, str] | None:
    """A SQuAD prediction file, ``{question id: answer}``, if it is one."""
    if path == "-" or name not in ("", "predictions") or not path.endswith(".json"):
        return None
    import msgspec

    from projector.io.formats.shared.text_files import whole_text

    try:
        return msgspec.json.decode(whole_text(path), type=dict[str, str])
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError) as error:
        if name == "predictions":
            raise DataError(
                f"found no predictions ({error}), wanted an object from question ids to answers",
                reason="invalid_json",
                path=path,
            ) from error
        return None


def _compare_texts(
    answers: dict[str, str],
    gold: str,
    name: str,
    options: JsonObject,
    evaluation: Evaluation,
    notes: Notes | None,
) -> Figures:
    from projector.io.formats import read
    from projector.quality.answer_scores import AnswerScores
    from projector.records import Pair

    scores, count = AnswerScores(), 0
    for record in read(gold, name, options, notes):
        count += 1
        scores.add_texts(answers, record.target if isinstance(record, Pair) else record)
    return {"records": {"matched": count}, "qa": scores.result()}


def add_score_figures(found: Figures, evaluation: Evaluation, bootstrap: int) -> None:
    """Put the figures over thresholds beside those layers whose predictions have scores."""
    from projector.quality.thresholds import f1_interval, score_table

    spans, links = evaluation.spans, evaluation.links
    if "spans" in found and len(spans.verdicts):
        found["spans"]["scores"] = score_table(spans.verdicts, found["spans"]["strict"]["gold"])
    if "links" in found and links.verdicts.differ():
        found["links"]["scores"] = score_table(links.verdicts, found["links"]["gold_possible"])
    if "spans" in found and bootstrap and spans.per_record is not None:
        low, high = f1_interval(spans.per_record, bootstrap)
        found["spans"]["f1_interval"] = {"low": low, "high": high, "draws": bootstrap}


def draw(found: Figures, path: str) -> None:
    """The picture for ``--plot``.

    Raises:
        DataError: nothing predicted has a score.
    """
    from projector.quality.score_plot import plot

    for layer in ("spans", "links"):
        table = found.get(layer, {}).get("scores")
        if table is not None:
            plot(table, path, f"{layer} by least score")
            messages.say(f"{path}: trade-off and calibration")
            return
    raise DataError("--plot: found no predictions with scores, wanted some", reason="no_scores")


def show(found: Figures) -> None:
    """Tables for people, on standard output."""
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    counts = found["records"]
    console.print(", ".join(f"{n} {what.replace('_', ' ')}" for what, n in counts.items() if n))
    if "spans" in found:
        _show_spans(console, found["spans"])
    if "relations" in found:
        rows = {"all": found["relations"]["strict"], **found["relations"]["labels"]}
        _table(console, "relations", ["precision", "recall", "f1"], rows, ["correct", "gold"])
    for layer, scores in found.get("tags", {}).items():
        rows = {"all": scores}
        _table(
            console,
            f"tags: {layer}",
            ["accuracy", "coverage", "accuracy_covered"],
            rows,
            ["tokens"],
        )
        _table(console, "", ["precision", "recall", "f1"], scores["labels"], ["gold"])
    if "qa" in found:
        rows = {"all": found["qa"]} | {
            key: found["qa"][key] for key in ("has_answer", "no_answer") if key in found["qa"]
        }
        _table(console, "answers", ["exact_match", "f1", "same_place"], rows, ["questions"])
    if "links" in found:
        row = {"all": found["links"]}
        _table(console, "links", ["aer", "precision", "recall"], row, ["links", "gold_sure"])
        _show_thresholds(console, found["links"])
    if "clusters" in found:
        rows = {key: found["clusters"][key] for key in ("mentions", "muc", "b3", "ceafe")}
        _table(console, "coreference", ["precision", "recall", "f1"], rows, [])
        console.print(f"CoNLL F1 {100 * found['clusters']['conll_f1']:.2f}")
    if "labels" in found:
        _table(console, "record labels", ["accuracy"], found["labels"], ["records"])


def _show_spans(console: Console, spans: Figures) -> None:
    rows: dict[str, Figures] = {}
    per_label = spans.get("labels", {})
    for label, entry in [("all", spans), *per_label.items()]:
        rows[label] = dict(entry["strict"])
        if "partial" in entry:
            rows[label]["partial f1"] = entry["partial"]["f1"]
    columns = ["precision", "recall", "f1", "partial f1"]
    _table(console, "spans", columns, rows, ["correct", "predicted", "gold"])
    if "f1_interval" in spans:
        low, high = spans["f1_interval"]["low"], spans["f1_interval"]["high"]
        console.print(f"95 % interval of F1: {100 * low:.2f} to {100 * high:.2f}")
    if spans.get("errors"):
        console.print("errors: " + ", ".join(f"{n} {what}" for what, n in spans["errors"].items()))
    _show_thresholds(console, spans)


def _show_thresholds(console: Console, layer: Figures) -> None:
    scores = layer.get("scores")
    if not scores:
        return
    rows = {f">= {row['threshold']:g}": row for row in scores["thresholds"]}
    columns = ["coverage", "precision", "recall", "f1"]
    _table(console, "by least score", columns, rows, ["kept"])
    console.print(f"calibration error {100 * scores['calibration_error']:.2f} %")


def _table(
    console: Console,
    title: str,
    percents: list[str],
    rows: dict[str, Figures],
    counts: list[str],
) -> None:
    shown = [p for p in percents if any(isinstance(row.get(p), float) for row in rows.values())]
    numbers = [c for c in counts if any(c in row for row in rows.values())]
    table = messages.table(title)
    table.add_column("")
    for name in [*shown, *numbers]:
        table.add_column(name.replace("_", " "), justify="right")
    for name, row in rows.items():
        cells = [f"{100 * row[p]:.2f}" if row.get(p) is not None else "" for p in shown]
        table.add_row(_plain(name), *cells, *(str(row.get(c, "")) for c in numbers))
    console.print(table)


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(messages.plain(text))
