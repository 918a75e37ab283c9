"""Links alone, ``0-0 1-2``, a line a pair: read onto the pairs that they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import zip_longest

from msgspec import Struct
from msgspec.structs import replace

from projector.errors import DataError, UsageError
from projector.io.formats.bitext import wanted_pair
from projector.io.formats.shared.format import Format, Sample
from projector.io.formats.shared.links import format_links, looks_like_links, parse_links
from projector.io.formats.shared.notes import Notes
from projector.io.formats.shared.pairs import with_white_space_tokens
from projector.io.formats.shared.text_files import text_lines, write_text
from projector.io.jsonl import Line
from projector.records import Pair, Record


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of the format.

    base: to read: the file of the pairs that the lines belong to, in order (any format of pairs).
        A side without tokens gets those between white space.
    probabilities: to write: ``0-1:0.93`` rather than ``0-1``.
    """

    base: str = ""
    encoding: str = "utf-8"
    probabilities: bool = False


def read(path: str, options: Options, notes: Notes) -> Iterator[Line]:
    """The pairs of ``base``, with these links.

    Raises:
        UsageError: no base.
        DataError: other than one line a pair, or a base that cannot be read.
    """
    from projector.io.formats import read as read_any

    if not options.base:
        raise UsageError(
            "links alone are no records: name the file of their pairs with --base PAIRS.jsonl"
        )
    pairs = read_any(options.base)
    for line, record in zip_longest(text_lines(path, options.encoding), pairs):
        if line is None or record is None:
            raise DataError(
                f"found {'fewer' if line is None else 'more'} lines than {options.base} has "
                "records, wanted one line for each pair",
                reason="bad_count",
                path=path,
            )
        try:
            if line.error is not None:
                raise line.error
            yield Line(line.number, _aligned(wanted_pair(record, "pharaoh"), line.text), None)
        except DataError as error:
            yield Line(line.number, None, error.at(path, line.number), line.text)
        except ValueError as error:
            problem = DataError(str(error), reason="bad_link", path=path, line=line.number)
            yield Line(line.number, None, problem, line.text)


def _aligned(pair: Pair, text: str) -> Pair:
    return replace(
        pair,
        source=with_white_space_tokens(pair.source),
        target=with_white_space_tokens(pair.target),
        alignment=parse_links(text),
    )


def write(
    records: Iterable[Record], path: str, options: Options, notes: Notes, *, force: bool = False
) -> int:
    def lines() -> Iterator[str]:
        for record in records:
            pair = wanted_pair(record, "pharaoh")
            if pair.alignment is None:
                notes.remark("pairs without an alignment gave blank lines")
            links = pair.alignment or []
            yield format_links(links, probabilities=options.probabilities) + "\n"

    return write_text(lines(), path, force=force)


def _recognises(sample: Sample) -> float:
    return 0.65 if sample.filled and all(map(looks_like_links, sample.filled)) else 0.0


FORMAT = Format(
    name="pharaoh",
    summary="i-j links, a line a pair",
    options=Options,
    read=read,
    write=write,
    holds=frozenset({"alignment"}),
    suffixes=(".talp", ".align"),
    recognises=_recognises,
    pairs=True,
    documents=False,
)
