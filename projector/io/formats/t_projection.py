"""Training data for T-Projection's span generator: JSON Lines of a prompt and its answer.

``source`` is a text with an empty slot for each of its spans, ``target`` the slots filled
(`projector.text.label_slots`; García-Ferrero et al. 2023, *T-Projection*). It is written from
labelled text of the language that there is gold for; a multilingual model trained on it proposes
spans in the others (``project --method candidates --set generator=FOLDER``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct

from projector.io.formats.shared.format import Format
from projector.io.formats.shared.notes import Notes
from projector.io.formats.shared.text_files import one_line, write_text
from projector.records import Document, Record, Span
from projector.text.label_slots import filled, prompt


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of the format: none."""


def write(
    records: Iterable[Record], path: str, options: Options, notes: Notes, *, force: bool = False
) -> int:
    """A line for each document that has spans; returns how many documents there were."""
    count = 0

    def lines() -> Iterator[str]:
        nonlocal count
        for record in records:
            assert isinstance(record, Document)
            count += 1
            spans = _usable(record, notes)
            if not spans:
                notes.remark("documents without spans were left out: there is nothing to generate")
                continue
            text = one_line(record.text)
            row = {
                "id": record.id,
                "source": prompt(text, (span.label for span in spans)),
                "target": filled((span.label, text[span.start : span.end]) for span in spans),
            }
            yield msgspec.json.encode(row).decode() + "\n"

    write_text(lines(), path, force=force)
    return count


def _usable(doc: Document, notes: Notes) -> list[Span]:
    """The spans that a slot can hold, in the order of the text."""
    kept = []
    for span in sorted(doc.spans, key=lambda span: (span.start, span.end, span.id)):
        if span.pieces is not None and len(span.pieces) > 1:
            notes.lose("spans", "discontinuous")
        elif not span.label or set("<>/") & set(span.label):
            notes.lose("spans", "without a label that can name a slot")
        else:
            kept.append(span)
    return kept


FORMAT = Format(
    name="t-projection",
    summary="prompts and answers for T-Projection's span generator (JSON Lines)",
    options=Options,
    write=write,
    holds=frozenset({"spans"}),
)
