"""A document without some of its spans, and without what hangs on them."""

from __future__ import annotations

from collections.abc import Collection

from msgspec.structs import replace

from projector.dependents import answers_left, mentions_left, relation_stays
from projector.io.formats.shared.notes import Notes
from projector.records import Document


def without_spans(doc: Document, gone: Collection[str], notes: Notes, why: str) -> Document:
    """What hangs on the spans goes by the rule of `projector.dependents`."""
    if not gone:
        return doc
    kept = {span.id for span in doc.spans}.difference(gone)
    relations = [r for r in doc.relations if relation_stays(r, kept)]
    clusters = [left for c in doc.clusters if (left := mentions_left(c, kept)) is not None]
    questions = [
        replace(question, answers=left)
        for question in doc.questions
        if (left := answers_left(question, kept)) is not None
    ]
    notes.lose("spans", why, len(gone))
    hanging = f"without their spans ({why})"
    notes.lose("relations", hanging, len(doc.relations) - len(relations))
    notes.lose("clusters", hanging, len(doc.clusters) - len(clusters))
    notes.lose("questions", hanging, len(doc.questions) - len(questions))
    return replace(
        doc,
        spans=[span for span in doc.spans if span.id not in gone],
        relations=relations,
        clusters=clusters,
        questions=questions,
    )


def with_min_score(doc: Document, min_score: float, notes: Notes) -> Document:
    """The document without spans that score lower; a span without a score stays."""
    low = {s.id for s in doc.spans if s.score is not None and s.score < min_score}
    return without_spans(doc, low, notes, "score below --min-score")
