"""Accuracy and coverage of token tags, tokens matched by where they stand in the text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from projector.json_values import JsonObject
from projector.quality.positions import Positions
from projector.quality.span_scores import Counts
from projector.records import Document

NONE = ("_", "")  # a token that was given no tag


class TagScores:
    """Adds up documents; one of these for each layer.

    A gold token is covered if a predicted token stands at exactly its place and has a tag. Gold
    tokens without a tag do not count.
    """

    def __init__(self) -> None:
        self.tokens = self.placed = self.covered = self.right = 0
        self.gold: Counter[str] = Counter()
        self.predicted: Counter[str] = Counter()
        self.correct: Counter[str] = Counter()
        self.confusion: Counter[tuple[str, str]] = Counter()

    def add(self, predicted: Document, gold: Document, layers: tuple[str, str]) -> None:
        """Count one document; ``layers`` are the names of the predicted and of the gold layer."""
        places = Positions(predicted.text)
        tags = predicted.tags.get(layers[0]) or []
        given = {
            places.stretch(a, b): tag
            for (a, b), tag in zip(predicted.tokens or (), tags, strict=False)
        }
        self._add(given, gold, layers[1])

    def add_missing(self, gold: Document, layer: str) -> None:
        """Count a gold document that nothing was predicted for."""
        self._add({}, gold, layer)

    def _add(self, given: dict[tuple[int, int], str], gold: Document, layer: str) -> None:
        places = Positions(gold.text)
        for (a, b), wanted in zip(gold.tokens or (), gold.tags.get(layer, ()), strict=False):
            if wanted in NONE:
                continue
            self.tokens += 1
            self.gold[wanted] += 1
            found = given.get(places.stretch(a, b))
            self.placed += found is not None
            if found is None or found in NONE:
                continue
            self.covered += 1
            self.predicted[found] += 1
            if found == wanted:
                self.right += 1
                self.correct[found] += 1
            else:
                self.confusion[wanted, found] += 1

    def result(self) -> JsonObject:
        """``accuracy`` over all gold tokens; ``accuracy_covered`` over those that have a tag."""
        return {
            "accuracy": _share(self.right, self.tokens),
            "coverage": _share(self.covered, self.tokens),
            "accuracy_covered": _share(self.right, self.covered),
            "tokens": self.tokens,
            "tokens_at_same_place": self.placed,
            "labels": {
                tag: Counts(self.correct[tag], self.predicted[tag], self.gold[tag]).as_json()
                for tag in sorted(set(self.gold) | set(self.predicted))
            },
            "confusion": [
                {"gold": gold, "predicted": pred, "count": n}
                for (gold, pred), n in self.confusion.most_common(50)
            ],
        }


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def same_layers(predicted: Iterable[str], gold: Iterable[str]) -> list[tuple[str, str]]:
    """Which layers to compare: those of one name; or the only one of each side."""
    ours, theirs = list(predicted), list(gold)
    common = [(name, name) for name in theirs if name in ours]
    if not common and len(ours) == 1 and len(theirs) == 1:
        return [(ours[0], theirs[0])]
    return common
