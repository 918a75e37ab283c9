r"""Two texts and a label a line, ``label TAB text TAB text``: relation pairs and NLI.

Both texts stand in one document, a line break between them, so that they are translated together
and keep the words they share; each is a span (``first``, ``second``). The label is the record's
label ``label``; unless it says "none" it is a relation between the two as well. A ``__label__``
in front, as fastText and AbstRCT have it, is taken off and put back.

Written are documents with those two spans, or with the second text in ``meta`` (``hypothesis`` as
the NLI recipe has it, or the key that ``--set second=KEY`` names); their label is the record's
label ``label``, or the only one that it has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from projector.errors import DataError
from projector.io.formats.shared.format import Format, Sample
from projector.io.formats.shared.notes import Notes
from projector.io.formats.shared.text_files import one_line, text_lines, write_text
from projector.io.jsonl import Line
from projector.io.shorthand import default_id
from projector.records import Document, Record, Relation, Span

PREFIX = "__label__"


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of the format.

    none: the label that means "no relation".
    prefix: what stands before each label when writing.
    second: to write: the key in ``meta`` of the second text, where there are no such spans.
    """

    lang: str = ""
    encoding: str = "utf-8"
    none: str = "noRel"
    prefix: str = PREFIX
    second: str = "hypothesis"


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
    """A line for each document that has two texts; others are counted as lost."""
    count = 0

    def lines() -> Iterator[str]:
        nonlocal count
        for record in records:
            assert isinstance(record, Document)
            texts = _two_texts(record, options.second)
            if texts is None:
                notes.lose(
                    "records",
                    f"without the spans 'first' and 'second' and without meta.{options.second}",
                )
                continue
            count += 1
            label = options.prefix + one_line(_label(record, options.none))
            yield "\t".join([label, *map(one_line, texts)]) + "\n"

    write_text(lines(), path, force=force)
    return count


def _two_texts(doc: Document, second: str) -> tuple[str, str] | None:
    by_label = {span.label: span.surface(doc.text) for span in doc.spans}
    if "first" in by_label and "second" in by_label:
        return by_label["first"], by_label["second"]
    other = doc.meta.get(second)
    if isinstance(other, str) and other.strip() and doc.text.strip():
        return doc.text.strip(), other.strip()
    return None


def _label(doc: Document, none: str) -> str:
    given = doc.labels.get("label")
    if isinstance(given, str):
        return given
    if doc.relations:
        return doc.relations[0].label
    only = list(doc.labels.values())
    return str(only[0]) if len(only) == 1 else none


def _recognises(sample: Sample) -> float:
    return 0.7 if sample.filled and all(n.startswith(PREFIX) for n in sample.filled) else 0.0


FORMAT = Format(
    name="text-pairs",
    summary="label, text and text (relations, NLI)",
    options=Options,
    read=read,
    write=write,
    holds=frozenset({"labels", "spans", "relations"}),
    recognises=_recognises,
)
