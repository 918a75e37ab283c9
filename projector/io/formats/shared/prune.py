"""A document without some of its spans, and without what hangs on them."""

from __future__ import annotations

from collections.abc import Collection

from msgspec.structs import replace

from projector.io.formats.shared.notes import Notes
from projector.records import Document


def without_spans(doc: Document, gone: Collection[str], notes: Notes, why: str) -> Document:
    """Relations go with either of their spans, clusters that keep fewer than two mentions go (a
    cluster that had one to begin with stays), questions go that lose all of their answers."""
    if not gone:
        return doc
    relations = [r for r in doc.relations if r.head not in gone and r.tail not in gone]
    shrunk = [(cluster, [name for name in cluster if name not in gone]) for cluster in doc.clusters]
    clusters = [now for before, now in shrunk if now and len(now) >= min(2, len(before))]
    questions = []
    for question in doc.questions:
        answers = [name for name in question.answers if name not in gone]
        if answers or not question.answers:
            questions.append(replace(question, answers=answers))
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
