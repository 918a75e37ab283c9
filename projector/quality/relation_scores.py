"""Precision, recall and F1 of relations: label, head and tail (places and labels) all right."""

from __future__ import annotations

from collections import Counter

from projector.json_values import JsonObject
from projector.quality.positions import Positions
from projector.quality.span_scores import Counts
from projector.records import Document

Key = tuple[object, ...]


class RelationScores:
    """Adds up documents."""

    def __init__(self) -> None:
        self.predicted: Counter[str] = Counter()
        self.gold: Counter[str] = Counter()
        self.correct: Counter[str] = Counter()

    def add(self, predicted: Document | None, gold: Document | None) -> None:
        ours, theirs = _keys(predicted), _keys(gold)
        for counts, keys in (
            (self.predicted, ours),
            (self.gold, theirs),
            (self.correct, ours & theirs),
        ):
            for key, count in keys.items():
                counts[str(key[0])] += count

    def result(self) -> JsonObject:
        labels = sorted(set(self.predicted) | set(self.gold))
        counts = (self.correct, self.predicted, self.gold)
        return {
            "strict": Counts(*(sum(c.values()) for c in counts)).as_json(),
            "labels": {label: Counts(*(c[label] for c in counts)).as_json() for label in labels},
        }


def _keys(doc: Document | None) -> Counter[Key]:
    if doc is None or not doc.relations:
        return Counter()
    positions, spans = Positions(doc.text), doc.span_by_id()

    def end(name: str) -> tuple[object, str]:
        return positions.span(spans[name]), spans[name].label

    return Counter((r.label, end(r.head), end(r.tail)) for r in doc.relations)
