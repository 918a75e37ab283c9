"""What the page shows, gathered from records: the pairs it embeds and the counts over all."""

from __future__ import annotations

import heapq
import random
from bisect import bisect_left
from collections.abc import Callable, Iterable

from msgspec import Struct, field

from projector.json_values import JsonObject
from projector.records import Document, Dropped, Pair, Record, Step, translation_quality

BINS = 20
# The reason of a span that is not in the target and of which no stage says why.
NOT_SAID = "not projected"


class LabelCount(Struct):
    """Spans of one label: how many came in, how many were projected."""

    spans: int = 0
    projected: int = 0


class Losses(Struct):
    """What was dropped for one reason, by kind: a clause can lose a relation and no span."""

    spans: int = 0
    relations: int = 0
    clusters: int = 0
    questions: int = 0

    def add(self, dropped: Dropped) -> None:
        """Count one entry that is not a span's."""
        self.relations += dropped.relation is not None
        self.clusters += dropped.cluster is not None
        self.questions += dropped.question is not None


class Overview(Struct):
    """Counts over every record that was read, shown or not.

    ``spans`` is ``projected`` and the spans of all ``reasons`` together.
    """

    records: int = 0
    spans: int = 0
    projected: int = 0
    scored: int = 0
    score_sum: float = 0.0
    questions: int = 0
    estimated: int = 0
    quality_sum: float = 0.0
    quality_bins: list[int] = field(default_factory=lambda: [0] * BINS)
    labels: dict[str, LabelCount] = field(default_factory=dict)
    reasons: dict[str, Losses] = field(default_factory=dict)
    bins: list[int] = field(default_factory=lambda: [0] * BINS)
    languages: dict[str, int] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)

    def add(self, pair: Pair) -> None:
        """Count one pair."""
        self.records += 1
        way = f"{pair.source.lang or '?'} → {pair.target.lang or '?'}"
        self.languages[way] = self.languages.get(way, 0) + 1
        there = {s.id for s in pair.target.spans}
        for span in pair.source.spans:
            counts = self.labels.setdefault(span.label or "span", LabelCount())
            counts.spans += 1
            counts.projected += span.id in there
            self.spans += 1
            self.projected += span.id in there
        self._add_dropped(pair, there)
        for span in pair.target.spans:
            if span.score is not None:
                self.scored += 1
                self.score_sum += span.score
                self.bins[min(BINS - 1, int(span.score * BINS))] += 1
        quality = translation_quality(pair)
        if quality is not None:
            self.estimated += 1
            self.quality_sum += quality
            self.quality_bins[min(BINS - 1, int(quality * BINS))] += 1
        self.questions += len(pair.target.questions)
        for step in pair.steps:
            if step not in self.steps:
                self.steps.append(step)

    def _add_dropped(self, pair: Pair, there: set[str]) -> None:
        """Each span that is missing counts once, under the first reason that is given for it."""
        said: dict[str, str] = {}
        for dropped in pair.dropped:
            if dropped.span is None:
                self.reasons.setdefault(dropped.reason, Losses()).add(dropped)
            else:
                said.setdefault(dropped.span, dropped.reason)
        for span in pair.source.spans:
            if span.id not in there:
                self.reasons.setdefault(said.get(span.id, NOT_SAID), Losses()).spans += 1

    def dropped_kinds(self) -> list[str]:
        """The kinds of which anything was dropped, in the order of `Losses`."""
        return [
            kind
            for kind in Losses.__struct_fields__
            if any(getattr(losses, kind) for losses in self.reasons.values())
        ]


def gather(
    records: Iterable[Record], sample: int, *, worst: bool, seed: int = 0
) -> tuple[Overview, list[Pair]]:
    """Counts over all records, and the pairs to show in input order.

    Args:
        records: pairs; documents are shown with an empty other side.
        sample: how many to show at most; 0 for all. Chosen at random (reservoir sampling, so
            memory does not grow with the input), or the worst scored.
        worst: show those with the lowest scores instead of a random sample.
    """
    overview = Overview()
    kept: list[tuple[float, int, Pair]] = []
    draw = random.Random(seed)
    for number, record in enumerate(records):
        pair = record if isinstance(record, Pair) else _alone(record)
        overview.add(pair)
        if not sample:
            kept.append((0.0, number, pair))
            continue
        # A heap of the largest keys; for the worst pairs the key is how bad they are.
        key = 1 - _least(pair) if worst else draw.random()
        if len(kept) < sample:
            heapq.heappush(kept, (key, -number, pair))
        elif key > kept[0][0]:
            heapq.heapreplace(kept, (key, -number, pair))
    return overview, [pair for _, _, pair in sorted(kept, key=lambda item: abs(item[1]))]


def _alone(doc: Document) -> Pair:
    return Pair(doc.id, doc, Document(doc.id, ""))


def _least(pair: Pair) -> float:
    """The lowest score of a pair; what was dropped counts as zero."""
    if any(d.span is not None for d in pair.dropped):
        return 0.0
    return min((s.score for s in pair.target.spans if s.score is not None), default=1.0)


def embedded(pair: Pair) -> JsonObject:
    """One pair as the page's script reads it (short keys, offsets in UTF-16 units)."""
    return {
        "id": pair.id,
        "s": _side(pair.source),
        "t": _side(pair.target),
        "a": [[i, j, round(p, 2)] for i, j, p in pair.alignment or ()],
        "d": [
            {
                "span": d.span,
                "what": _dropped_what(pair, d.span, d.relation, d.cluster, d.question),
                "label": d.label or "",
                "reason": d.reason,
                "detail": d.detail,
            }
            for d in pair.dropped
        ],
    }


def _dropped_what(
    pair: Pair, span: str | None, relation: int | None, cluster: int | None, question: str | None
) -> str:
    """What was dropped, in words."""
    spans = pair.source.span_by_id()
    if span is not None and span in spans:
        return spans[span].surface(pair.source.text)
    if relation is not None and relation < len(pair.source.relations):
        r = pair.source.relations[relation]
        ends = (spans[x].surface(pair.source.text) for x in (r.head, r.tail))
        return f" —{r.label}→ ".join(ends)
    if cluster is not None:
        return f"cluster {cluster}"
    if question is not None:
        found = next((q.text for q in pair.source.questions if q.id == question), question)
        return found
    return ""


def _side(doc: Document) -> JsonObject:
    """A document; offsets become UTF-16 units, which is how the page's script counts."""
    at = _utf16(doc.text)
    spans = {s.id: s for s in doc.spans}
    return {
        "lang": doc.lang,
        "text": doc.text,
        "tok": [[at(a), at(b)] for a, b in doc.tokens or ()],
        "sp": [
            {
                "id": s.id,
                "l": s.label or "span",
                "p": [[at(a), at(b)] for a, b in s.parts],
                "c": None if s.score is None else round(s.score, 3),
            }
            for s in doc.spans
        ],
        "r": [
            [
                r.label,
                spans[r.head].surface(doc.text),
                spans[r.tail].surface(doc.text),
                r.head,
                r.tail,
            ]
            for r in doc.relations
        ],
        "k": [list(cluster) for cluster in doc.clusters],
        "q": [{"t": q.text, "lang": q.lang, "a": list(q.answers)} for q in doc.questions],
        "labels": {k: str(v) for k, v in doc.labels.items()},
        "tags": doc.tags,
    }


def _utf16(text: str) -> Callable[[int], int]:
    """A function from code points to UTF-16 units; the identity for most texts."""
    wide = [n for n, c in enumerate(text) if ord(c) > 0xFFFF]
    if not wide:
        return lambda n: n
    return lambda n: n + bisect_left(wide, n)
