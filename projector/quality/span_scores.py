"""Precision, recall and F1 of labelled spans, strict and partial, with the kinds of error.

Strict: the same stretches and the same label (Tjong Kim Sang & De Meulder 2003, CoNLL). Partial:
one predicted and one gold span of a label that share at least one character, matched one to one,
best overlap first (the "partial boundary" of MUC, counted as a whole match).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from projector.json_values import JsonObject
from projector.quality.verdicts import Verdicts
from projector.records import Offsets

Parts = tuple[Offsets, ...]


class Mention(NamedTuple):
    """A span as evaluation sees it: where (in whatever units both sides share), what, how sure."""

    parts: Parts
    label: str
    score: float | None = None


class Counts(NamedTuple):
    """What precision and recall are made of."""

    correct: int
    predicted: int
    gold: int

    def as_json(self) -> dict[str, float | int]:
        precision = self.correct / self.predicted if self.predicted else 0.0
        recall = self.correct / self.gold if self.gold else 0.0
        f1 = 2 * self.correct / (self.predicted + self.gold) if self.correct else 0.0
        return {"precision": precision, "recall": recall, "f1": f1, **self._asdict()}


class SpanScores:
    """Adds up records; `result` gives the figures.

    ``verdicts``: the scores of the predicted spans that have one, and whether those are strictly
    right.
    """

    def __init__(self) -> None:
        self.predicted: Counter[str] = Counter()
        self.gold: Counter[str] = Counter()
        self.strict: Counter[str] = Counter()
        self.partial: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.confusion: Counter[tuple[str, str]] = Counter()
        self.verdicts = Verdicts()
        self.unscored = 0
        self.per_record: list[tuple[int, int, int]] | None = None

    def add(self, predicted: Sequence[Mention], gold: Sequence[Mention]) -> None:
        """Count one record. Spans given twice count twice, and match twice at most."""
        for mention in predicted:
            self.predicted[mention.label] += 1
        for mention in gold:
            self.gold[mention.label] += 1
        left = Counter((mention.parts, mention.label) for mention in gold)
        wrong: list[Mention] = []
        right = 0
        for mention in sorted(predicted, key=lambda m: -(m.score or 0.0)):
            key = (mention.parts, mention.label)
            hit = left[key] > 0
            if hit:
                left[key] -= 1
                right += 1
                self.strict[mention.label] += 1
                self.partial[mention.label] += 1
            else:
                wrong.append(mention)
            if mention.score is None:
                self.unscored += 1
            else:
                self.verdicts.add(mention.score, hit)
        self._errors(wrong, [Mention(*key) for key in left.elements()])
        if self.per_record is not None:
            self.per_record.append((right, len(predicted), len(gold)))

    def _errors(self, wrong: list[Mention], missed: list[Mention]) -> None:
        """Sort out what is neither right: label, boundaries, both, made up, or not found."""
        overlaps = sorted(
            (
                (_overlap(p.parts, g.parts), p.label == g.label, -n, -m)
                for n, p in enumerate(wrong)
                for m, g in enumerate(missed)
                if _overlap(p.parts, g.parts) > 0
            ),
            reverse=True,
        )
        # Same label first: that is what the partial score counts, and it must find all it can.
        overlaps.sort(key=lambda item: not item[1])
        used_wrong: set[int] = set()
        used_missed: set[int] = set()
        for share, same, minus_n, minus_m in overlaps:
            n, m = -minus_n, -minus_m
            if n in used_wrong or m in used_missed:
                continue
            used_wrong.add(n)
            used_missed.add(m)
            if same:
                self.partial[wrong[n].label] += 1
                self.errors["wrong boundaries"] += 1
            else:
                self.errors["wrong label" if share == 1 else "wrong label and boundaries"] += 1
                self.confusion[missed[m].label, wrong[n].label] += 1
        self.errors["made up"] += len(wrong) - len(used_wrong)
        self.errors["not found"] += len(missed) - len(used_missed)

    def result(self) -> JsonObject:
        """Figures as plain JSON values, fractions in 0..1."""
        labels = sorted(set(self.predicted) | set(self.gold))
        per_label = {
            label: {
                "strict": self._counts(self.strict, [label]).as_json(),
                "partial": self._counts(self.partial, [label]).as_json(),
            }
            for label in labels
        }
        found: JsonObject = {
            "strict": self._counts(self.strict, labels).as_json(),
            "partial": self._counts(self.partial, labels).as_json(),
            "macro_f1": _mean(per_label[label]["strict"]["f1"] for label in labels),
            "labels": per_label,
            "errors": {kind: n for kind, n in sorted(self.errors.items()) if n},
            "confusion": [
                {"gold": gold, "predicted": pred, "count": n}
                for (gold, pred), n in self.confusion.most_common(50)
            ],
        }
        return found

    def _counts(self, hits: Counter[str], labels: Iterable[str]) -> Counts:
        labels = list(labels)
        return Counts(
            sum(hits[label] for label in labels),
            sum(self.predicted[label] for label in labels),
            sum(self.gold[label] for label in labels),
        )


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found) if found else 0.0


def _overlap(one: Parts, other: Parts) -> float:
    """Shared characters over all characters of both (Jaccard)."""
    shared = sum(max(0, min(b, d) - max(a, c)) for a, b in one for c, d in other)
    if not shared:
        return 0.0
    total = sum(b - a for a, b in one) + sum(d - c for c, d in other) - shared
    return shared / total
