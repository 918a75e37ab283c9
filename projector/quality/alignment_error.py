"""Alignment error rate (Och & Ney 2003) of word links against sure and possible gold links."""

from __future__ import annotations

from collections.abc import Iterable

from projector.json_values import JsonObject
from projector.quality.verdicts import Verdicts
from projector.records import Link

SURE = 0.75  # gold links below this are possible ones; possible links are read as 0.5


class LinkScores:
    """Adds up records. Sure links are possible ones too, and ``verdicts`` are by possible ones."""

    def __init__(self) -> None:
        self.predicted = self.sure = self.possible = self.in_sure = self.in_possible = 0
        self.verdicts = Verdicts()

    def add(self, predicted: Iterable[Link], gold: Iterable[Link]) -> None:
        ours = {(i, j): p for i, j, p in predicted}
        possible = {(i, j): p for i, j, p in gold}
        sure = {link for link, p in possible.items() if p >= SURE}
        self.predicted += len(ours)
        self.sure += len(sure)
        self.possible += len(possible)
        self.in_sure += len(ours.keys() & sure)
        self.in_possible += len(ours.keys() & possible.keys())
        for link, p in ours.items():
            self.verdicts.add(p, link in possible)

    def result(self) -> JsonObject:
        """``aer`` = 1 - (hits in S + hits in P) / (links + S); precision by P, recall by S."""
        total = self.predicted + self.sure
        precision = self.in_possible / self.predicted if self.predicted else 0.0
        recall = self.in_sure / self.sure if self.sure else 0.0
        return {
            "aer": 1 - (self.in_sure + self.in_possible) / total if total else 0.0,
            "precision": precision,
            "recall": recall,
            "f1": 2 * precision * recall / (precision + recall) if precision + recall else 0.0,
            "links": self.predicted,
            "gold_sure": self.sure,
            "gold_possible": self.possible,
        }
