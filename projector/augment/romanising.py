"""The stage ``romanise``: the target text in Latin letters, annotations in place.

Models read languages of other scripts better in Latin letters where they have seen little of the
script (J et al. 2024, "RomanSetu"). Each character becomes what anyascii writes for it; every
offset moves along. Symbols and tokens that have no Latin spelling stay as they are.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import ClassVar, Literal

from anyascii import anyascii
from msgspec import Struct
from msgspec.structs import replace

from projector.records import Document, Offsets, Pair, Record, Segment, Span, Step
from projector.stage import Outcome, Rejected
from projector.text.tokens import with_tokens


class RomaniseOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``side``: which document of a pair; ``keep``: the key in its ``meta`` that the text in its
    own script goes to, "" for none."""

    side: Literal["target", "source"] = "target"
    keep: str = "own_script"


class RomaniseStage:
    """Pairs or documents in, the same with one text in Latin letters out."""

    name = "romanise"
    Options = RomaniseOptions
    needs: ClassVar[frozenset[str]] = frozenset({"document"})
    gives: ClassVar[frozenset[str]] = frozenset()
    sees_corpus = False

    def __init__(self, options: RomaniseOptions) -> None:
        self.options = options

    def step(self) -> Step:
        return Step("romanise", "anyascii", options={"side": self.options.side})

    def fit(self, records: Iterable[Record]) -> None:
        """Nothing to learn."""

    def process(self, records: Sequence[Record]) -> list[Outcome]:
        return [self._one(record) for record in records]

    def close(self) -> None:
        """Nothing to free."""

    def _one(self, record: Record) -> Outcome:
        if isinstance(record, Document):
            return romanised(record, self.options.keep)[0]
        side = record.target if self.options.side == "target" else record.source
        if not side.text.strip():
            return Rejected(record.id, "empty_text", f"{self.options.side}.text: wanted a text")
        made, places = romanised(side, self.options.keep)
        segments = [
            Segment(s.source_start, s.source_end, places[s.target_start], places[s.target_end])
            if self.options.side == "target"
            else Segment(places[s.source_start], places[s.source_end], s.target_start, s.target_end)
            for s in record.segments or ()
        ]
        source, target = (
            (record.source, made) if self.options.side == "target" else (made, record.target)
        )
        return Pair(
            record.id, source, target, record.alignment, segments or None,
            [*record.steps, self.step()], record.dropped, record.meta,
        )  # fmt: skip


def romanised(doc: Document, keep: str = "") -> tuple[Document, list[int]]:
    """The document in Latin letters, and for each offset of its text the new one.

    Args:
        keep: the key in ``meta`` for the text as it was; "" for none.
    """
    doc = with_tokens(doc)
    units = list(doc.text)
    # Symbols stay: anyascii writes emoji as words.
    spelt = [c if unicodedata.category(c)[0] in "SC" else anyascii(c) for c in units]
    edges = [*(doc.tokens or ()), *(part for span in doc.spans for part in span.parts)]
    for start, end in edges:  # nothing that is annotated may become empty
        if not any(spelt[start:end]):
            spelt[start:end] = units[start:end]
    places = [0, *accumulate(map(len, spelt))]
    made = replace(
        doc,
        text="".join(spelt),
        tokens=[_moved(token, places) for token in doc.tokens or ()],
        spans=[_span(span, places) for span in doc.spans],
        questions=[
            replace(q, text=anyascii(q.text)) if q.lang == doc.lang else q for q in doc.questions
        ],
        meta={**doc.meta, keep: doc.text} if keep else doc.meta,
    )
    return made, places


def _moved(stretch: Offsets, places: Sequence[int]) -> Offsets:
    return places[stretch[0]], places[stretch[1]]


def _span(span: Span, places: Sequence[int]) -> Span:
    start, end = _moved((span.start, span.end), places)
    pieces = None if span.pieces is None else [_moved(piece, places) for piece in span.pieces]
    return replace(span, start=start, end=end, pieces=pieces, text=None)
