"""``xproject pair``: a translation that exists already, as pair records."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Annotated, BinaryIO, Literal

import typer
from msgspec.structs import replace

from projector.cli import messages
from projector.cli.completion import languages
from projector.cli.options import DryRun, Force, Limit, MaxErrors, OnError, Output
from projector.errors import DataError, TooManyRejects
from projector.io.jsonl import write_records
from projector.io.pair_files import (
    Joined,
    bare,
    check_sides,
    is_annotated,
    join_files,
    read_bitext,
)
from projector.io.streams import check_writable, open_write, refuse_same_file
from projector.pipeline.chain import Reject, reject_line
from projector.records import Pair


def command(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="JSON Lines or text lines; or BITEXT.tsv alone.")
    ],
    target: Annotated[
        str, typer.Argument(metavar="[TARGET]", help="The other side, in the same order or by id.")
    ] = "",
    output: Output = "-",
    source_lang: Annotated[
        str,
        typer.Option(
            "--from", metavar="LANG", autocompletion=languages, help="Language of SOURCE."
        ),
    ] = "",
    target_lang: Annotated[
        str,
        typer.Option("--to", metavar="LANG", autocompletion=languages, help="Language of TARGET."),
    ] = "",
    by: Annotated[
        Literal["auto", "order", "id"],
        typer.Option("--by", help="auto: by id where both sides have the same ones."),
    ] = "auto",
    keep_target: Annotated[
        bool, typer.Option("--keep-target", help="Keep the annotations that TARGET brings.")
    ] = False,
    force: Force = False,
    limit: Limit = None,
    dry_run: DryRun = False,
    on_error: OnError = "fail",
    max_errors: MaxErrors = None,
) -> None:
    """Join two parallel files, or the columns of a bitext, into pairs for align and project.

    Examples:

      xproject pair europarl.en.jsonl europarl.es.txt --from en --to es -o pairs.jsonl

      xproject pair bitext.tsv.gz --from en --to es -o pairs.jsonl
    """
    counts = pair(
        source,
        target,
        output,
        source_lang=source_lang,
        target_lang=target_lang,
        by=by,
        keep_target=keep_target,
        force=force,
        limit=limit,
        dry_run=dry_run,
        skip=on_error == "skip" or max_errors is not None,
        max_errors=max_errors,
    )
    written, rejected, stripped = counts
    messages.say(f"{written + rejected} records in, {written} out, {rejected} rejected")
    if not written + rejected and limit != 0:
        messages.warn_of_no_records(source)
    if stripped:
        messages.say(
            f"{stripped} target documents brought annotations, which were left out "
            "(--keep-target keeps them)"
        )


def pair(
    source: str,
    target: str,
    output: str,
    *,
    source_lang: str = "",
    target_lang: str = "",
    by: str = "auto",
    keep_target: bool = False,
    force: bool = False,
    limit: int | None = None,
    dry_run: bool = False,
    skip: bool = False,
    max_errors: int | None = None,
) -> tuple[int, int, int]:
    """Write the pairs; returns how many were written, rejected, and lost target annotations.

    Raises:
        UsageError, DataError: files that do not fit together, or a bad line without ``skip``.
        TooManyRejects: more bad lines than ``max_errors``.
    """
    check_sides(source, target)
    check_writable(output, force=force, reads=[source, target])
    refuse_same_file([source, target], [f"{output}.rejected.jsonl"])
    if target:
        joined = join_files(source, target, source_lang=source_lang, target_lang=target_lang, by=by)
    else:
        joined = read_bitext(source, source_lang=source_lang, target_lang=target_lang)
    counts = _Counts()
    failed: TooManyRejects | None = None
    with ExitStack() as stack:
        refused = _Refused(output, stack, dry_run)
        records = _kept(islice(joined, limit), counts, refused, keep_target, skip, max_errors)
        try:
            if dry_run:
                counts.written = sum(1 for _ in records)
            else:
                counts.written = write_records(records, output, force=force)
        except TooManyRejects as error:
            failed = error  # raised when what was refused is in place
    if failed is not None:
        raise failed
    return counts.written, counts.rejected, counts.stripped


class _Counts:
    def __init__(self) -> None:
        self.written = self.rejected = self.stripped = 0


def _kept(
    joined: Iterator[Joined],
    counts: _Counts,
    refused: _Refused,
    keep_target: bool,
    skip: bool,
    max_errors: int | None,
) -> Iterator[Pair]:
    last: DataError | None = None
    kept = False
    for item in joined:
        if item.error is not None:
            if not skip:
                raise item.error
            counts.rejected += 1
            if max_errors is not None and counts.rejected > max_errors:
                raise TooManyRejects(
                    f"{counts.rejected} records rejected, more than --max-errors {max_errors} "
                    f"allows (the last: {item.error})"
                )
            refused.write(item)
            last = item.error
            continue
        assert item.pair is not None
        kept = True
        if not keep_target and is_annotated(item.pair.target):
            counts.stripped += 1
            yield replace(item.pair, target=bare(item.pair.target))
        else:
            yield item.pair
    if last is not None and not kept:  # no output is left in the way of the corrected command
        raise TooManyRejects(
            f"nothing was written: all of the {counts.rejected:,} records were rejected (the last: "
            f"{last})"
        )


class _Refused:
    """OUT.rejected.jsonl (standard error beside a stream), made when there is something in it."""

    def __init__(self, output: str, stack: ExitStack, dry_run: bool) -> None:
        self._path, self._stack, self._dry_run = Path(f"{output}.rejected.jsonl"), stack, dry_run
        self._stream: BinaryIO | None = sys.stderr.buffer if output == "-" else None
        if output != "-" and not dry_run:
            self._path.unlink(missing_ok=True)

    def write(self, item: Joined) -> None:
        if self._dry_run or item.error is None:
            return
        if self._stream is None:
            self._stream = self._stack.enter_context(open_write(self._path, force=True))
        reject = Reject(item.line, "", item.error.reason, str(item.error), "", "pair")
        self._stream.write(reject_line(reject))
