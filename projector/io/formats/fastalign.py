"""``source ||| target``, tokens between spaces: the input of fast_align, eflomal, awesome-align."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from projector.errors import DataError
from projector.io.formats.bitext import wanted_pair
from projector.io.formats.shared.format import Format, Sample
from projector.io.formats.shared.notes import Notes
from projector.io.formats.shared.pairs import make_pair, tokens_text
from projector.io.formats.shared.text_files import text_lines, write_text
from projector.io.jsonl import Line
from projector.io.shorthand import default_id
from projector.records import Record
from projector.text.tokens import with_tokens


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    lang: str = ""
    source_lang: str = ""
    target_lang: str = ""
    encoding: str = "utf-8"


def read(path: str, options: Options, notes: Notes) -> Iterator[Line]:
    """Pairs with tokens (what stands between spaces) and no alignment yet."""
    langs = options.source_lang or options.lang, options.target_lang
    for line in text_lines(path, options.encoding):
        if line.error is not None:
            yield Line(line.number, None, line.error, line.text)
            continue
        if not line.text.strip():
            continue
        source, bars, target = line.text.partition(" ||| ")
        if not bars or not source.strip() or not target.strip():
            error = DataError(
                "found no 'source ||| target', wanted text on both sides of the bars",
                reason="bad_columns",
                path=path,
                line=line.number,
            )
            yield Line(line.number, None, error, line.text)
            continue
        pair = make_pair(default_id(path, line.number), source, target, "", langs)
        yield Line(line.number, _unaligned(pair), None)


def _unaligned(pair: Record) -> Record:
    from msgspec.structs import replace

    return replace(pair, alignment=None)


def write(
    records: Iterable[Record], path: str, options: Options, notes: Notes, *, force: bool = False
) -> int:
    def lines() -> Iterator[str]:
        for record in records:
            pair = wanted_pair(record, "fastalign")
            sides = [tokens_text(with_tokens(side), notes) for side in (pair.source, pair.target)]
            if any(" ||| " in f" {side} " for side in sides):
                notes.remark("tokens '|||' were written as '||'")
                sides = [side.replace("|||", "||") for side in sides]
            yield " ||| ".join(sides) + "\n"

    return write_text(lines(), path, force=force)


def _recognises(sample: Sample) -> float:
    return 0.6 if sample.filled and all(" ||| " in line for line in sample.filled) else 0.0


FORMAT = Format(
    name="fastalign",
    summary="source ||| target, in tokens",
    options=Options,
    read=read,
    write=write,
    recognises=_recognises,
    pairs=True,
    documents=False,
)
