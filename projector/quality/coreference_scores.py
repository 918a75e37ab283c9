"""Coreference: MUC (Vilain et al. 1995), B3 (Bagga & Baldwin 1998), CEAF-e (Luo 2005), and
their mean F1, the CoNLL 2012 score (Pradhan et al. 2012). Mentions are places in the text."""

from __future__ import annotations

from collections.abc import Sequence

from projector.json_values import JsonObject
from projector.quality.positions import Positions
from projector.records import Document

Cluster = frozenset[object]


class CoreferenceScores:
    """Adds up numerators and denominators over documents, as the CoNLL scorer does."""

    def __init__(self) -> None:
        self._sums = {name: [0.0, 0.0, 0.0, 0.0] for name in ("muc", "b3", "ceafe")}
        self.mentions = [0, 0, 0]

    def add(self, predicted: Document | None, gold: Document | None) -> None:
        ours, theirs = _clusters(predicted), _clusters(gold)
        found, wanted = set().union(*ours), set().union(*theirs)
        for n, count in enumerate((len(found & wanted), len(found), len(wanted))):
            self.mentions[n] += count
        for name, measure in (("muc", _muc), ("b3", _b3)):
            for n, value in enumerate((*measure(ours, theirs), *measure(theirs, ours))):
                self._sums[name][n] += value
        similarity = _ceaf(ours, theirs)
        for n, value in enumerate((similarity, len(ours), similarity, len(theirs))):
            self._sums["ceafe"][n] += value

    def result(self) -> JsonObject:
        metrics: dict[str, dict[str, float]] = {}
        for name, (p, predicted, r, gold) in self._sums.items():
            precision = p / predicted if predicted else 0.0
            recall = r / gold if gold else 0.0
            total = precision + recall
            f1 = 2 * precision * recall / total if total else 0.0
            metrics[name] = {"precision": precision, "recall": recall, "f1": f1}
        both, predicted, gold = self.mentions
        mention_f1 = 2 * both / (predicted + gold) if both else 0.0
        return {
            **metrics,
            "mentions": {"f1": mention_f1, "predicted": predicted, "gold": gold},
            "conll_f1": sum(metric["f1"] for metric in metrics.values()) / 3,
        }


def _clusters(doc: Document | None) -> list[Cluster]:
    if doc is None:
        return []
    positions, spans = Positions(doc.text), doc.span_by_id()
    return [frozenset(positions.span(spans[n]) for n in cluster) for cluster in doc.clusters]


def _muc(ours: Sequence[Cluster], theirs: Sequence[Cluster]) -> tuple[float, float]:
    """Links of our clusters that theirs keep, and all links of ours."""
    kept = links = 0
    for cluster in ours:
        parts = [cluster & other for other in theirs if cluster & other]
        alone = len(cluster) - len(frozenset().union(*parts))
        kept += len(cluster) - (len(parts) + alone)
        links += len(cluster) - 1
    return kept, links


def _b3(ours: Sequence[Cluster], theirs: Sequence[Cluster]) -> tuple[float, float]:
    """Sum over our mentions of the share of their cluster that is right, and how many there are."""
    right = sum(len(cluster & other) ** 2 / len(cluster) for cluster in ours for other in theirs)
    return right, sum(map(len, ours))


def _ceaf(ours: Sequence[Cluster], theirs: Sequence[Cluster]) -> float:
    """The best one-to-one matching of clusters, by 2|A and B| / (|A| + |B|)."""
    if not ours or not theirs:
        return 0.0
    import numpy

    from projector.one_to_one import largest_matching

    table = numpy.array(
        [[2 * len(a & b) / (len(a) + len(b)) if a | b else 0.0 for b in theirs] for a in ours]
    )
    rows, columns = largest_matching(table)
    return float(table[rows, columns].sum())
