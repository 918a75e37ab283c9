"""Predicted documents against gold ones, layer by layer, in one pass over two streams.

`evaluate` is what ``xproject evaluate`` does; benchmarks and the probe call `Evaluation.add` on
documents that they have in hand. Offsets are compared in characters that are not white space
(`positions`), so a tokenised gold text may be compared with a detokenised one; texts that differ
otherwise are not comparable and are an error or, if wanted, skipped and counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from projector.errors import DataError
from projector.io.formats.shared.corrections import is_unreviewed
from projector.json_values import JsonObject
from projector.quality.alignment_error import LinkScores
from projector.quality.answer_scores import AnswerScores
from projector.quality.coreference_scores import CoreferenceScores
from projector.quality.pairing import Match, paired
from projector.quality.positions import Positions, token_positions, widened
from projector.quality.relation_scores import RelationScores
from projector.quality.span_scores import Mention, Parts, SpanScores
from projector.quality.tag_scores import TagScores, same_layers
from projector.records import Document, Pair, Record

Kind = Literal["auto", "spans", "tags", "qa", "links", "relations", "clusters", "labels"]
Unit = Literal["chars", "tokens", "text"]
Figures = dict[str, Any]  # plain JSON values, by layer and then by what the layer has


class Evaluation:
    """Adds up records of any kind; a layer that neither side has is not in the result.

    Args:
        kind: which layer; ``auto`` is every one that the gold data have.
        by: spans are the same if they cover the same characters, the same gold tokens (after
            widening both to whole tokens), or, for gold of another translation, if they have
            the same text.
        skip_different: leave out records whose texts differ, instead of raising.
        common_only: leave out gold records that nothing was predicted for; otherwise all of
            their annotations count as not found.
        min_score: predicted spans and links that score lower count as not predicted.
        bootstrap: keep what `thresholds.f1_interval` needs.
        labels: only spans with these labels; all if empty.
    """

    def __init__(
        self,
        kind: Kind = "auto",
        *,
        by: Unit = "chars",
        skip_different: bool = False,
        common_only: bool = False,
        min_score: float = 0.0,
        bootstrap: bool = False,
        labels: frozenset[str] = frozenset(),
    ) -> None:
        self.only = labels
        self.kind, self.by, self.min_score = kind, by, min_score
        self.skip_different, self.common_only = skip_different, common_only
        self.records = {
            "matched": 0,
            "not_predicted": 0,
            "not_in_gold": 0,
            "not_reviewed": 0,
            "different_text": 0,
        }
        self.spans = SpanScores()
        if bootstrap:
            self.spans.per_record = []
        self.relations, self.clusters = RelationScores(), CoreferenceScores()
        self.answers, self.links = AnswerScores(), LinkScores()
        self.tags: dict[str, TagScores] = {}
        self.labels: dict[str, list[int]] = {}
        self.gold_has_any = False
        self.gold_records = 0
        self._seen: set[str] = set()

    def add(self, predicted: Record | None, gold: Record | None) -> None:
        """Count one record; None where a side has none.

        A gold record that comes from a correction but was not looked at is counted as not reviewed
        and is otherwise left out.

        Raises:
            DataError: texts that differ, or token numbers that links cannot be compared over.
        """
        ours, theirs = _target(predicted), _target(gold)
        if theirs is None or gold is None:
            self.records["not_in_gold"] += 1
            return
        self.gold_records += 1
        if is_unreviewed(gold):  # silver as it was: no gold
            self.records["not_reviewed"] += 1
            return
        if not self.gold_has_any:
            self._note_gold(gold, theirs)
        if ours is None or predicted is None:
            self.records["not_predicted"] += 1
            if self.common_only:
                return
        elif self.by != "text" and not self._comparable(ours, theirs):
            return
        else:
            self.records["matched"] += 1
        if self._wants("links", isinstance(gold, Pair) and gold.alignment is not None):
            self._links(predicted, gold)
        if self._wants("qa", bool(theirs.questions)):
            self.answers.add(ours, theirs)
        if self._wants("spans", _has_spans(theirs) or (ours is not None and _has_spans(ours))):
            self._spans(ours, theirs)
        if self._wants("tags", bool(theirs.tags)):
            self._tags(ours, theirs)
        if self._wants("relations", bool(theirs.relations or (ours and ours.relations))):
            self.relations.add(ours, theirs)
        if self._wants("clusters", bool(theirs.clusters or (ours and ours.clusters))):
            self.clusters.add(ours, theirs)
        if self._wants("labels", bool(theirs.labels)):
            self._labels(ours, theirs)

    def _wants(self, kind: str, present: bool) -> bool:
        if self.kind not in ("auto", kind) or not (present or self.kind == kind):
            return False
        self._seen.add(kind)
        return True

    def _note_gold(self, gold: Record, doc: Document) -> None:
        """Remember if the gold data have anything of the kind at all."""
        has = {
            "spans": _has_spans(doc) or (self.kind == "spans" and bool(doc.spans)),
            "tags": bool(doc.tags),
            "qa": bool(doc.questions),
            "links": isinstance(gold, Pair) and gold.alignment is not None,
            "relations": bool(doc.relations),
            "clusters": bool(doc.clusters),
            "labels": bool(doc.labels),
        }
        self.gold_has_any = any(has.values()) if self.kind == "auto" else has[self.kind]

    def _comparable(self, ours: Document, theirs: Document) -> bool:
        if ours.text == theirs.text:
            return True
        if Positions(ours.text).letters == Positions(theirs.text).letters:
            return True
        if self.skip_different:
            self.records["different_text"] += 1
            return False
        raise DataError(
            f"record {theirs.id!r}: found {_short(ours.text)!r}, wanted the gold text "
            f"{_short(theirs.text)!r} (--on-error skip leaves such records out, --by text "
            "compares spans by what they say)",
            reason="different_text",
        )

    def _spans(self, ours: Document | None, theirs: Document) -> None:
        tokens = None
        if self.by == "tokens":
            side = theirs if theirs.tokens is not None or ours is None else ours
            tokens = token_positions(side, Positions(side.text))
        found = self._mentions(ours, tokens) if ours is not None else []
        found = [m for m in found if m.score is None or m.score >= self.min_score]
        self.spans.add(found, self._mentions(theirs, tokens))

    def _mentions(self, doc: Document, tokens: list[tuple[int, int]] | None) -> list[Mention]:
        positions = Positions(doc.text)
        # Answers are scored as answers; as spans only where that is asked for.
        answers = {name for question in doc.questions for name in question.answers}
        mentions = []
        for span in doc.spans:
            if span.id in answers and self.kind == "auto":
                continue
            if self.only and span.label not in self.only:
                continue
            if self.by == "text":
                surface = " ".join(span.surface(doc.text).split())
                place: Parts = ((0, len(surface)),)
                mentions.append(Mention(place, f"{span.label}\t{surface}", span.score))
                continue
            place = positions.span(span)
            if tokens is not None:
                place = widened(place, tokens)
            mentions.append(Mention(place, span.label, span.score))
        return mentions

    def _tags(self, ours: Document | None, theirs: Document) -> None:
        if ours is None:
            for layer in theirs.tags:
                self.tags.setdefault(layer, TagScores()).add_missing(theirs, layer)
            return
        common = same_layers(ours.tags, theirs.tags)
        for names in common:
            self.tags.setdefault(names[1], TagScores()).add(ours, theirs, names)
        for layer in set(theirs.tags) - {name for _, name in common}:
            self.tags.setdefault(layer, TagScores()).add_missing(theirs, layer)

    def _labels(self, ours: Document | None, theirs: Document) -> None:
        for name, value in theirs.labels.items():
            counts = self.labels.setdefault(name, [0, 0])
            counts[0] += ours is not None and ours.labels.get(name) == value
            counts[1] += 1

    def _links(self, predicted: Record | None, gold: Record) -> None:
        theirs = gold.alignment if isinstance(gold, Pair) else None
        ours = predicted.alignment if isinstance(predicted, Pair) else None
        if isinstance(predicted, Pair) and isinstance(gold, Pair):
            for side in ("source", "target"):
                counts = [len(getattr(pair, side).tokens or ()) for pair in (predicted, gold)]
                if counts[0] != counts[1] and ours:
                    raise DataError(
                        f"record {gold.id!r}: found {counts[0]} {side} tokens, wanted the gold "
                        f"alignment's {counts[1]}: links can only be compared over the same tokens",
                        reason="different_tokens",
                    )
        self.links.add([x for x in ours or () if x[2] >= self.min_score], theirs or ())

    def result(self) -> Figures:
        """Figures by layer, as plain JSON values."""
        found: JsonObject = {"records": self.records}
        for kind, scores in (
            ("spans", self.spans),
            ("relations", self.relations),
            ("clusters", self.clusters),
            ("qa", self.answers),
            ("links", self.links),
        ):
            if kind in self._seen:
                figures = scores.result()
                if kind == "spans" and self.by == "text":
                    figures = _without_surfaces(figures)
                found[kind] = figures
        if "tags" in self._seen:
            found["tags"] = {layer: scores.result() for layer, scores in sorted(self.tags.items())}
        if "labels" in self._seen:
            found["labels"] = {
                name: {"accuracy": right / total, "records": total}
                for name, (right, total) in sorted(self.labels.items())
            }
        return found


def evaluate(
    predicted: Iterable[Record],
    gold: Iterable[Record],
    evaluation: Evaluation | None = None,
    match: Match = "auto",
) -> Figures:
    """Compare two streams of records.

    Args:
        predicted, gold: documents, or pairs, of which the target side counts.
        evaluation: how to compare.
        match: see `pairing.paired`.

    Raises:
        DataError: the sides do not belong together.
    """
    evaluation = evaluation or Evaluation()
    for ours, theirs in paired(predicted, gold, match):
        evaluation.add(ours, theirs)
    return evaluation.result()


def _target(record: Record | None) -> Document | None:
    return record.target if isinstance(record, Pair) else record


def _has_spans(doc: Document) -> bool:
    """True if it has spans other than answers to its questions."""
    return len(doc.spans) > len({name for q in doc.questions for name in q.answers})


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


def _without_surfaces(spans: JsonObject) -> JsonObject:
    """With ``by="text"`` labels carry their surface; only the totals mean something then."""
    return {key: spans[key] for key in ("strict",)}
