"""The stage `annotate`: labels for documents that bring none, or too few.

Runs before `translate` on documents, or on one side of pairs. What an annotator finds is added to
the record: tokens where it has none, entities and noun chunks as spans, parts of speech and
lemmas as tags, sentences in ``meta``. Nothing that the record says already is changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Literal

import msgspec
from msgspec import Struct

from projector.abilities import total_cost
from projector.annotation.base import LAYERS, Annotation, Annotator, LabelledRelation
from projector.engines import engine_class
from projector.errors import EngineError, UsageError, suggestion
from projector.json_values import JsonObject
from projector.records import Document, Offsets, Pair, Record, Relation, Span, Step
from projector.redact import redacted_options
from projector.stage import Outcome, Rejected

TAG_LAYERS = {"pos": "upos", "lemmas": "lemma"}
# What is added without being asked for, where the pipeline gives it.
USUAL = ("tokens", "pos", "entities", "relations", "classes")


class AnnotateOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of the stage.

    Attributes:
        engine, model, options: which annotator, its model, and its own options.
        layers: tokens, sentences, pos, lemmas, entities, chunks; none named: tokens, pos and
            entities, as far as the pipeline gives them.
        lang: language of records that do not say theirs.
        side: which side of a pair.
        chunk_label: label of noun chunks.
        labels: keep only entities with these labels (all if none is named).
    """

    engine: str = "spacy"
    model: str = ""
    layers: list[str] = []
    lang: str = ""
    side: Literal["source", "target"] = "source"
    chunk_label: str = "NP"
    labels: list[str] = []
    options: JsonObject = {}


class AnnotateStage:
    """Adds what an annotator finds; see the module's docstring.

    Raises:
        UsageError: an engine, option or layer that does not exist.
        EngineError: the engine or a model is missing, or the pipeline lacks a layer.
    """

    name = "annotate"
    Options = AnnotateOptions
    # Documents and pairs alike, so it can stand anywhere in a chain and changes neither.
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset()
    sees_corpus = False

    def __init__(self, options: AnnotateOptions) -> None:
        for layer in options.layers:
            if layer not in LAYERS:
                raise UsageError(
                    f"annotate: no layer is called {layer!r}" + suggestion(layer, LAYERS)
                )
        self.options = options
        engine = engine_class("annotators", options.engine)
        self.annotator: Annotator = engine(options.model, **options.options)

    def step(self) -> Step:
        """Provenance of what was added."""
        made = self.annotator
        return Step(
            "annotate", made.name, made.model, made.version, redacted_options(self.options.options)
        )

    def fit(self, records: Iterable[Record]) -> None:
        """Nothing to learn."""

    def cost(self) -> dict[str, float]:
        """What the annotator has spent (tokens, money, ...), if it reports that."""
        return total_cost([self.annotator])

    def close(self) -> None:
        """Free the models."""
        self.annotator.close()

    def process(self, records: Sequence[Record]) -> list[Outcome]:
        """Each record with what was found; one without a known language is rejected."""
        outcomes: list[Outcome | None] = [None] * len(records)
        waiting: dict[str, list[int]] = {}
        for n, record in enumerate(records):
            document = self._document(record)
            lang = document.lang or self.options.lang
            if not lang:
                outcomes[n] = Rejected(
                    record.id, "no_language", "lang: found none, wanted one here or --lang"
                )
            elif not document.text.strip():
                outcomes[n] = record
            else:
                waiting.setdefault(lang, []).append(n)
        for lang, places in waiting.items():
            layers = self._layers(lang)
            found = self.annotator.annotate([self._document(records[n]) for n in places], lang)
            for n, annotation in zip(places, found, strict=True):
                outcomes[n] = (
                    Rejected(records[n].id, "engine_error", annotation.error)
                    if annotation.error is not None
                    else self._added(records[n], annotation, layers, lang)
                )
        return [outcome for outcome in outcomes if outcome is not None]

    def _document(self, record: Record) -> Document:
        return getattr(record, self.options.side) if isinstance(record, Pair) else record

    def _layers(self, lang: str) -> frozenset[str]:
        there = self.annotator.layers(lang)
        wanted = self.options.layers
        lacking = ", ".join(layer for layer in wanted if layer not in there)
        if lacking:
            name, model = self.annotator.name, self.annotator.model
            which = f"the model {model!r}" if model else "the pipeline without a model"
            mend = "" if model else "; name a model with --model"
            raise EngineError(
                f"{name}: {which} gives no {lacking} for {lang!r}, only "
                f"{', '.join(layer for layer in LAYERS if layer in there)}{mend}"
            )
        return frozenset(wanted) if wanted else there & frozenset(USUAL)

    def _added(
        self, record: Record, found: Annotation, layers: frozenset[str], lang: str
    ) -> Outcome:
        document = self._document(record)
        tags = dict(document.tags)
        for layer, name in TAG_LAYERS.items():
            if layer in layers and name not in tags:
                tags[name] = list(getattr(found, layer))
        spans = list(document.spans)
        if "entities" in layers:
            keep = self.options.labels
            for entity in found.entities:
                if not keep or entity.label in keep:
                    add_span(spans, entity.start, entity.end, entity.label, "e", entity.score)
        if "chunks" in layers:
            for start, end in found.chunks:
                add_span(spans, start, end, self.options.chunk_label, "c")
        relations = list(document.relations)
        if "relations" in layers:
            add_relations(relations, found.relations, spans)
        labels = document.labels
        if "classes" in layers:
            labels = {**found.classes, **labels}
        meta = document.meta
        if found.unplaced:
            meta = {**meta, "unplaced": msgspec.to_builtins(found.unplaced)}
        if "sentences" in layers:
            meta = {**meta, "sentences": [list(stretch) for stretch in found.sentences]}
        changed = msgspec.structs.replace(
            document,
            lang=document.lang or lang,
            tokens=document.tokens if document.tokens is not None else tokens_of(found),
            tags=tags,
            spans=spans,
            relations=relations,
            labels=labels,
            meta=meta,
        )
        if isinstance(record, Pair):
            side = {self.options.side: changed}
            return msgspec.structs.replace(record, steps=[*record.steps, self.step()], **side)
        return changed


def tokens_of(found: Annotation) -> list[Offsets]:
    """The annotator's tokens: its tags belong to them, whatever else cuts tokens elsewhere."""
    return list(found.tokens)


def add_relations(
    relations: list[Relation], found: Sequence[LabelledRelation], spans: Sequence[Span]
) -> None:
    """Add relations between spans that are there, unless the same one is."""
    ids = {(s.start, s.end, s.label): s.id for s in reversed(spans) if not s.pieces}
    known = {(r.label, r.head, r.tail) for r in relations}
    for relation in found:
        ends = [ids.get((e.start, e.end, e.label)) for e in (relation.head, relation.tail)]
        head, tail = ends
        if head is None or tail is None or (relation.label, head, tail) in known:
            continue  # `labels` left one of its spans out
        known.add((relation.label, head, tail))
        attributes: JsonObject = {} if relation.score is None else {"score": relation.score}
        relations.append(Relation(relation.label, head, tail, attributes=attributes))


def add_span(
    spans: list[Span], start: int, end: int, label: str, prefix: str, score: float | None = None
) -> None:
    """Add a span under an id that is free, unless the same one is there."""
    if any((s.start, s.end, s.label) == (start, end, label) and not s.pieces for s in spans):
        return
    taken = {span.id for span in spans}
    n = 0
    while f"{prefix}{n}" in taken:
        n += 1
    spans.append(Span(f"{prefix}{n}", start, end, label, score=score))
