"""Bitext as TSV: source, target and, if there is a third column, links ``i-j`` over its tokens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from projector.errors import DataError
from projector.io.formats.shared.format import Format, Sample
from projector.io.formats.shared.links import format_links, looks_like_links
from projector.io.formats.shared.notes import Notes
from projector.io.formats.shared.pairs import make_pair, tokens_text
from projector.io.formats.shared.text_files import one_line, text_lines, write_text
from projector.io.jsonl import Line
from projector.io.shorthand import default_id
from projector.records import Pair, Record


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of the format.

    source_lang, target_lang: the languages of the two columns (``lang`` is the source's).
    links: to write: the third column with links, and texts as their tokens between spaces;
        ``auto`` where a pair has links.
    """

    lang: str = ""
    source_lang: str = ""
    target_lang: str = ""
    encoding: str = "utf-8"
    links: bool = True


def read(path: str, options: Options, notes: Notes) -> Iterator[Line]:
    langs = options.source_lang or options.lang, options.target_lang
    for line in text_lines(path, options.encoding):
        if line.error is not None:
            yield Line(line.number, None, line.error, line.text)
            continue
        if not line.text.strip():
            continue
        fields = line.text.split("\t")
        try:
            if len(fields) < 2 or not fields[0].strip() or not fields[1].strip():
                raise DataError(
                    f"found {len(fields)} columns, wanted source TAB target, both with text",
                    reason="bad_columns",
                )
            links = fields[2] if len(fields) > 2 and looks_like_links(fields[2]) else None
            rest = fields[3 if links is not None else 2 :]
            pair = make_pair(default_id(path, line.number), fields[0], fields[1], links, langs)
        except DataError as error:
            yield Line(line.number, None, error.at(path, line.number), line.text)
            continue
        if any(field.strip() for field in rest):
            pair = replace(pair, meta={"columns": rest})
        yield Line(line.number, pair, None)


def write(
    records: Iterable[Record], path: str, options: Options, notes: Notes, *, force: bool = False
) -> int:
    def lines() -> Iterator[str]:
        for record in records:
            pair = wanted_pair(record, "bitext")
            if options.links and pair.alignment is not None:
                texts = [tokens_text(side, notes) for side in (pair.source, pair.target)]
                yield "\t".join([*texts, format_links(pair.alignment)]) + "\n"
                continue
            if pair.alignment:
                notes.lose("alignments", "left out (links=false)")
            texts = [one_line(side.text) for side in (pair.source, pair.target)]
            if texts != [pair.source.text, pair.target.text]:
                notes.remark("texts with line breaks or tabs have spaces in their place")
            yield "\t".join(texts) + "\n"

    return write_text(lines(), path, force=force)


def wanted_pair(record: Record, name: str) -> Pair:
    """The record, if it is a pair.

    Raises:
        DataError: it is a document.
    """
    if not isinstance(record, Pair):
        raise DataError(
            f"record {record.id!r}: found a document, wanted a pair for the format {name!r}",
            reason="wrong_kind",
        )
    return record


def _recognises(sample: Sample) -> float:
    return 0.5 if sample.filled and all("\t" in line for line in sample.filled) else 0.0


FORMAT = Format(
    name="bitext",
    summary="source TAB target [TAB i-j links]",
    options=Options,
    read=read,
    write=write,
    holds=frozenset({"alignment"}),
    recognises=_recognises,
    pairs=True,
    documents=False,
)
