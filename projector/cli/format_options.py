"""Options of ``convert`` and ``export``, and what both do with them: read, change, write, say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Annotated, Literal

import typer

from projector.cli import messages
from projector.cli.completion import languages, readable_formats, writable_formats
from projector.cli.options import settings
from projector.errors import UsageError, suggestion
from projector.io.formats.shared.notes import Notes
from projector.io.formats.shared.registry import names
from projector.records import Document, Record

AnyInput = Annotated[
    str,
    typer.Argument(
        metavar="IN", help="A file, a folder or pattern of files, - for standard input."
    ),
]
From = Annotated[
    str,
    typer.Option(
        "--from", metavar="FORMAT", autocompletion=readable_formats, help="Guessed if not given."
    ),
]
To = Annotated[
    str,
    typer.Option(
        "--to",
        metavar="FORMAT",
        autocompletion=writable_formats,
        help="By OUT's suffix (.jsonl, .conllu, ...).",
    ),
]
Lang = Annotated[
    str,
    typer.Option(
        "--lang", metavar="LANG", autocompletion=languages, help="Language of the documents."
    ),
]
Columns = Annotated[
    str,
    typer.Option("--columns", metavar="token=0,tag=-1", help="CoNLL: what stands in which column."),
]
Scheme = Annotated[
    Literal["", "iob1", "iob2", "bilou"],
    typer.Option("--scheme", help="Span tags to write; all are read."),
]
Separator = Annotated[
    str, typer.Option("--separator", metavar="tab|space|STRING", help="CoNLL: between columns.")
]
Base = Annotated[
    str, typer.Option("--base", metavar="FILE", help="Records that links or corrections belong to.")
]
FormatSetting = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="An option of either format; see --formats."),
]
DuplicateIds = Annotated[
    Literal["error", "suffix", "keep"],
    typer.Option("--duplicate-ids", help="A second record of an id: bad, renamed, or left."),
]
ShowFormats = Annotated[
    bool,
    typer.Option(
        "--formats", help=f"List the formats with their options, and stop ({', '.join(names())})."
    ),
]


Settings = dict[str, object]  # options of a format by their names


def split_settings(
    reading: str, writing: str, flags: Mapping[str, object], given: list[str] | None
) -> tuple[Settings, Settings]:
    """Each option for the format (read, written or both) that has it.

    Raises:
        UsageError: an option that neither has.
    """
    from projector.io.formats.shared.registry import load, option_names

    wanted: Settings = {key: value for key, value in flags.items() if value not in ("", None)}
    wanted |= settings(given)
    readable, writable = option_names(load(reading)), option_names(load(writing))
    for key in wanted:
        if key not in readable and key not in writable:
            formats = f"{reading!r}" if reading == writing else f"{reading!r} and {writing!r}"
            raise UsageError(
                f"the formats {formats} have no option {key!r}"
                + suggestion(key, {*readable, *writable})
            )
    return (
        {key: value for key, value in wanted.items() if key in readable},
        {key: value for key, value in wanted.items() if key in writable},
    )


def check_formats(source: str, input: str, to: str, output: str) -> tuple[str, str]:
    """The names of both formats, given or guessed.

    Raises:
        UsageError: unknown, not readable or not writable, or not to be guessed.
    """
    from projector.io.formats.shared.guess import guess, guess_output
    from projector.io.formats.shared.registry import find

    reading = source or guess(input)
    find(reading, reading=True)
    writing = to or guess_output(output)
    find(writing, reading=False)
    return reading, writing


def transfer(
    input: str,
    output: str,
    formats: tuple[str, str],
    options: tuple[Settings, Settings],
    *,
    change: Callable[[Iterable[Record]], Iterator[Record]],
    notes: Notes,
    skip: bool,
    max_errors: int | None,
    duplicates: Literal["error", "suffix", "keep"],
    limit: int | None,
    force: bool,
    dry_run: bool,
) -> None:
    """Read, change, write; then say the counts and whatever was lost on the way."""
    from projector.io.formats import files_of, read_lines, write
    from projector.io.formats.shared.reading import Reader, Rejects
    from projector.io.formats.shared.registry import load, read_options
    from projector.io.streams import check_writable, refuse_same_file

    for name, given in zip(formats, options, strict=True):
        read_options(load(name), given)
    is_folder = load(formats[1]).folder
    if output == "-" and is_folder:
        raise UsageError(f"the format {formats[1]!r} is a folder: name it with -o FOLDER")
    if not is_folder:
        check_writable(output, force=force, reads=[input])
    files = files_of(input, load(formats[0]))
    refuse_same_file([input, *files], [output, f"{output}.rejected.jsonl"])
    said = f"{input} ({formats[0]}) -> {output} ({formats[1]})"
    if dry_run:
        messages.say(f"dry run: {said}; options {options[0]} -> {options[1]}")
        return
    reader = Reader(
        input,
        skip=skip or max_errors is not None,
        max_errors=max_errors,
        duplicates=duplicates,
        limit=limit,
    )
    rejects = Rejects(output)
    try:
        records = reader.records(read_lines(input, formats[0], options[0], notes), rejects)
        if all(load(name).holds & ANNOTATIONS for name in formats):
            records = _noting_absence(records, notes)
        count = write(change(records), output, formats[1], options[1], notes, force=force)
    finally:
        rejects.close()
    messages.say(f"{said}: {reader.seen} records read, {count} written, {reader.rejected} rejected")
    if not reader.seen and limit != 0:
        messages.warn_of_no_records(input)
    for line in reader.lines():
        messages.warn(line + (f" (see {rejects.path})" if rejects.path and reader.rejected else ""))
    for line in notes.losses():
        messages.warn(line)
    for line in notes.notices():
        messages.say(f"note: {line}")


ANNOTATIONS = frozenset({"tags", "spans", "relations", "clusters", "questions", "labels"})


def _noting_absence(records: Iterator[Record], notes: Notes) -> Iterator[Record]:
    """The records; that none of them has an annotation is remarked on at the end."""
    found = count = 0
    for record in records:
        count += 1
        if not found:
            sides = (record,) if isinstance(record, Document) else (record.source, record.target)
            found = any(getattr(side, layer) for side in sides for layer in ANNOTATIONS)
        yield record
    if count and not found:
        notes.remark(f"none of the {count} records has an annotation (no span, tag, label, ...)")


def print_formats() -> None:
    """The table of formats, on standard output."""
    from projector.errors import EngineError
    from projector.io.formats.shared.registry import load, option_names

    for name in names():
        try:
            found = load(name)
        except EngineError as error:
            print(f"{name:12} {'':15} {error}")
            continue
        ways = {"read": found.read, "write": found.write}
        able = " and ".join(way for way, can in ways.items() if can is not None)
        options = ", ".join(option_names(found))
        print(f"{name:12} {able:15} {found.summary}\n{'':29}options: {options}")
