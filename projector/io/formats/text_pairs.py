r"""Two texts and a label a line, ``label TAB text TAB text``: relation pairs and NLI.

Both texts stand in one document, a line break between them, so that they are translated together
and keep the words they share; each is a span (``first``, ``second``). The label is the record's
label ``label``; unless it says "none" it is a relation between the two as well. A ``__label__``
in front, as fastText and AbstRCT have it, is taken off and put back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from projector.errors import DataError
from projector.io.formats.base import Notes, one_line, text_lines, write_text
from projector.io.jsonl import Line
from projector.io.shorthand import default_id
from projector.records import Document, Record, Relation, Span

HOLDS = frozenset({"labels", "spans", "relations"})
PREFIX = "__label__"


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of the format.

    none: the label that means "no relation".
    prefix: what stands before each label when writing.
    """

    lang: str = ""
    encoding: str = "utf-8"
    none: str = "noRel"
    prefix: str = PREFIX


def read(path: str, options: Options, notes: Notes) -> Iterator[Line]:
    for line in text_lines(path, options.encoding):
        if line.error is not None:
            yield Line(line.number, None, line.error, line.text)
            continue
        if not line.text.strip():
            continue
        fields = [field.strip() for field in line.text.split("\t")]
        if len(fields) != 3 or not all(fields):
            error = DataError(
                f"found {len(fields)} columns, wanted label TAB text TAB text, none empty",
                reason="bad_columns",
                path=path,
                line=line.number,
            )
            yield Line(line.number, None, error, line.text)
            continue
        label, first, second = fields[0].removeprefix(PREFIX), fields[1], fields[2]
        text = f"{first}\n{second}"
        spans = [
            Span("s0", 0, len(first), "first"),
            Span("s1", len(first) + 1, len(text), "second"),
        ]
        relations = [] if label == options.none else [Relation(label, "s0", "s1")]
        record = Document(
            id=default_id(path, line.number),
            text=text,
            lang=options.lang,
            spans=spans,
            relations=relations,
            labels={"label": label},
        )
        yield Line(line.number, record, None)


def write(
    records: Iterable[Record], path: str, options: Options, notes: Notes, *, force: bool = False
) -> int:
    """Documents with a span ``first`` and a span ``second``; others are counted as lost."""
    count = 0

    def lines() -> Iterator[str]:
        nonlocal count
        for record in records:
            assert isinstance(record, Document)
            by_label = {span.label: one_line(span.surface(record.text)) for span in record.spans}
            first, second = by_label.get("first"), by_label.get("second")
            if first is None or second is None:
                notes.lose("records", "without a span 'first' and a span 'second'")
                continue
            label = record.labels.get("label")
            if not isinstance(label, str):
                label = record.relations[0].label if record.relations else options.none
            count += 1
            yield "\t".join([options.prefix + one_line(label), first, second]) + "\n"

    write_text(lines(), path, force=force)
    return count
