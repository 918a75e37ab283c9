"""The stage ``qa``: question-answer examples from aligned pairs, in the way of PAXQA.

Li and Callison-Burch (2023, "PAXQA: Generating Cross-lingual Question Answering Examples at
Training Scale"): questions are made on the English side, their answers are projected along the
word alignment, and the questions are translated with the entities that they share with the
context constrained to their aligned counterparts.

Each document of the pair then holds every question in both languages (``q0`` in its source's
language, ``q0-es`` in the other), so that the two documents give all four directions of question
and context. An answer that cannot be projected leaves the question on the English side only, and
is recorded in ``dropped``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import msgspec
from msgspec import Struct

from projector import __version__
from projector.engines import engine_class
from projector.errors import UsageError
from projector.pipeline.stage import Outcome, Rejected
from projector.projection.base import Projection, Projector
from projector.qa.analysis import Word, analyse, from_tags
from projector.qa.answers import candidates
from projector.qa.base import Asked, Candidate, QuestionGenerator, Request
from projector.qa.mentions import mentions
from projector.records import Document, Dropped, Link, Pair, Question, Record, Segment, Span, Step
from projector.text.sentences import split_sentences
from projector.translation.base import Constraint, Translation, Translator

DIRECTIONS = ("source-source", "target-target", "source-target", "target-source")


class QaOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of ``xproject qa``.

    ``answers``: ``spans`` asks for the record's own spans, ``phrases`` for noun phrases, names,
    numbers and dates, ``auto`` for spans where there are any and phrases otherwise.
    ``translator``: the engine that translates the questions; empty leaves them untranslated.
    ``directions``: languages of question and context, out of `DIRECTIONS`.
    """

    generator: str = "rules"
    model: str = ""
    answers: str = "auto"
    labels: list[str] = []
    max_questions: int = 5
    method: str = "match"
    min_score: float = 0.0
    translator: str = "apertium"
    translator_model: str = ""
    constrain: bool = True
    qa_model: str = ""
    min_answer_f1: float = 0.6
    directions: list[str] = list(DIRECTIONS)
    options: dict[str, Any] = {}
    translator_options: dict[str, Any] = {}


class _Plan(Struct):
    """One question on its way: where its answer is, what it says, and in which words."""

    asked: Asked
    answer: Span
    is_new: bool
    shared: list[tuple[int, int, Span]]  # a stretch of the question, and its place in the context
    translated: Translation | None = None


class QaStage:
    """Pairs in, the same pairs with questions on both sides out."""

    name = "qa"
    Options = QaOptions
    needs: ClassVar[frozenset[str]] = frozenset(("pair", "links"))
    gives: ClassVar[frozenset[str]] = frozenset(("questions", "target.questions", "target.spans"))
    sees_corpus = False

    def __init__(self, options: QaOptions) -> None:
        self.options = options
        if options.answers not in ("auto", "spans", "phrases"):
            raise UsageError(f"answers: found {options.answers!r}, wanted auto, spans or phrases")
        for direction in options.directions:
            if direction not in DIRECTIONS:
                raise UsageError(
                    f"directions: found {direction!r}, wanted some of {', '.join(DIRECTIONS)} "
                    "(the question's side, then the context's)"
                )
        self.generator: QuestionGenerator = engine_class("question_generators", options.generator)(
            options.model, **options.options
        )
        self.projector: Projector = engine_class("projectors", options.method)("")
        self.translator: Translator | None = None
        if options.translator:
            self.translator = engine_class("translators", options.translator)(
                options.translator_model, **options.translator_options
            )
        self._reader: Any = None
        if options.qa_model:
            from projector.qa.roundtrip import Reader

            self._reader = Reader(options.qa_model)

    def step(self) -> Step:
        o = self.options
        chosen = {"answers": o.answers, "translator": o.translator, "constrain": o.constrain}
        return Step("qa", self.generator.name, self.generator.model, __version__, chosen)

    def fit(self, records: Iterable[Record]) -> None:
        """Nothing to learn."""

    def process(self, records: Sequence[Record]) -> list[Outcome]:
        outcomes: list[Outcome] = list(records)
        pairs: list[Pair] = []
        places: list[int] = []
        for n, record in enumerate(records):
            if not isinstance(record, Pair) or record.alignment is None:
                outcomes[n] = Rejected(
                    record.id, "no_links", "found no alignment, wanted an aligned pair (run align)"
                )
                continue
            swap = record.source.lang != "en" and record.target.lang == "en"
            pairs.append(swapped(record) if swap else record)
            places.append(n)
        for n, pair, done in zip(places, pairs, self._examples(pairs), strict=True):
            original = records[n]
            assert isinstance(original, Pair)
            back = swapped(done) if pair is not original else done
            outcomes[n] = msgspec.structs.replace(back, steps=[*back.steps, self.step()])
        return outcomes

    def close(self) -> None:
        self.generator.close()
        self.projector.close()
        if self.translator is not None:
            self.translator.close()

    # --- the five steps ----------------------------------------------------------------------

    def _examples(self, pairs: list[Pair]) -> list[Pair]:
        plans = self._ask(pairs)
        projected = self._project(pairs, plans)
        self._translate(pairs, plans, projected)
        return [
            self._assemble(pair, plan, places)
            for pair, plan, places in zip(pairs, plans, projected, strict=True)
        ]

    def _ask(self, pairs: list[Pair]) -> list[list[_Plan]]:
        """Questions of each pair, best answers first in text order, without duplicates."""
        requests: list[Request] = []
        owners: list[tuple[int, Span, bool, list[Word]]] = []
        for n, (pair, sentences) in enumerate(zip(pairs, self._sentences(pairs), strict=True)):
            for (start, end), words in sentences:
                for span, is_new in self._answers(pair, start, end, words):
                    text = pair.source.text[start:end]
                    answer = Candidate(span.start - start, span.end - start, span.label)
                    requests.append(Request(text, answer, pair.source.text, start, words))
                    owners.append((n, span, is_new, words))
        plans: list[list[_Plan]] = [[] for _ in pairs]
        seen: list[set[str]] = [set() for _ in pairs]
        asked = self._answerable(requests, self.generator.ask(requests))
        for request, (n, span, is_new, words), made in zip(requests, owners, asked, strict=True):
            if made.text is None or made.text.lower() in seen[n]:
                continue
            if len(plans[n]) >= self.options.max_questions:
                continue
            if (
                request.sentence[request.answer.start : request.answer.end].lower()
                in made.text.lower()
            ):
                continue  # whatever the generator, a question must not contain its answer
            seen[n].add(made.text.lower())
            shared = mentions(made.text, request.sentence, words, request.offset)
            plans[n].append(_Plan(made, span, is_new, shared))
        return plans

    def _sentences(self, pairs: list[Pair]) -> list[list[tuple[tuple[int, int], list[Word]]]]:
        """Sentences of each source with their words; one analyser run for the whole batch."""
        found: list[list[tuple[tuple[int, int], list[Word]]]] = []
        to_analyse: list[tuple[int, int]] = []
        for n, pair in enumerate(pairs):
            bounds = split_sentences(pair.source.text, pair.source.lang or "en")
            found.append([((a, b), from_tags(pair.source, a, b) or []) for a, b in bounds])
            to_analyse += [(n, k) for k, (_, words) in enumerate(found[n]) if not words]
        if to_analyse and (self.generator.needs_words or self.options.answers != "spans"):
            texts = [pairs[n].source.text[slice(*found[n][k][0])] for n, k in to_analyse]
            for (n, k), words in zip(to_analyse, analyse(texts), strict=True):
                found[n][k] = (found[n][k][0], words)
        return found

    def _answers(
        self, pair: Pair, start: int, end: int, words: list[Word]
    ) -> list[tuple[Span, bool]]:
        """Spans to ask for in one sentence; True marks those that the record does not have yet."""
        o = self.options
        given = [
            (s, False)
            for s in pair.source.spans
            if start <= s.start and s.end <= end and not s.pieces and s.label != "answer"
            and (not o.labels or s.label in o.labels)
        ]  # fmt: skip
        if o.answers == "spans" or (o.answers == "auto" and pair.source.spans):
            return given
        phrases = [
            Span(f"qa{start + c.start}-{start + c.end}", start + c.start, start + c.end, c.label)
            for c in candidates(words)
        ]
        return [(s, True) for s in phrases if not o.labels or s.label in o.labels]

    def _answerable(self, requests: list[Request], asked: list[Asked]) -> list[Asked]:
        """With a reading model: refuse what it does not answer with (about) the same words."""
        if self._reader is None:
            return asked
        kept = [n for n, a in enumerate(asked) if a.text is not None]
        scores = self._reader.agreement(
            [(str(asked[n].text), requests[n].context, requests[n].wanted) for n in kept]
        )
        out = list(asked)
        for n, f1 in zip(kept, scores, strict=True):
            if f1 < self.options.min_answer_f1:
                out[n] = Asked(None, reason="the reading model answers otherwise")
        return out

    def _project(
        self, pairs: list[Pair], plans: list[list[_Plan]]
    ) -> list[dict[tuple[int, int], Projection]]:
        """Projections of all answers and shared mentions, by their source stretch."""
        jobs: list[Pair] = []
        keys: list[list[tuple[int, int]]] = []
        for pair, plan in zip(pairs, plans, strict=True):
            stretches = {(p.answer.start, p.answer.end): p.answer for p in plan}
            for p in plan:
                for _, _, span in p.shared:
                    stretches.setdefault((span.start, span.end), span)
            spans = [
                msgspec.structs.replace(s, id=f"x{n}") for n, s in enumerate(stretches.values())
            ]
            source = Document(
                pair.source.id, pair.source.text, pair.source.lang,
                tokens=pair.source.tokens, spans=spans,
            )  # fmt: skip
            bare = msgspec.structs.replace(
                pair.target, spans=[], relations=[], clusters=[], questions=[]
            )
            jobs.append(msgspec.structs.replace(pair, source=source, target=bare, dropped=[]))
            keys.append(list(stretches))
        done = self.projector.project(jobs)
        return [dict(zip(k, row, strict=True)) for k, row in zip(keys, done, strict=True)]

    def _translate(
        self, pairs: list[Pair], plans: list[list[_Plan]],
        projected: list[dict[tuple[int, int], Projection]],
    ) -> None:  # fmt: skip
        """Translate all questions of the batch, language by language, under their constraints."""
        if self.translator is None:
            return
        by_language: dict[tuple[str, str], list[tuple[_Plan, list[Constraint]]]] = {}
        for pair, plan, places in zip(pairs, plans, projected, strict=True):
            for p in plan:
                wanted = _constraints(p, pair.target.text, places) if self.options.constrain else []
                languages = (pair.source.lang or "en", pair.target.lang)
                by_language.setdefault(languages, []).append((p, wanted))
        for (source, target), rows in by_language.items():
            self.translator.check(source, target)
            texts = [str(p.asked.text) for p, _ in rows]
            done = self.translator.translate(texts, source, target, [c for _, c in rows])
            for (p, _), translation in zip(rows, done, strict=True):
                p.translated = translation

    def _assemble(
        self, pair: Pair, plans: list[_Plan], places: dict[tuple[int, int], Projection]
    ) -> Pair:
        source_spans, target_spans = list(pair.source.spans), list(pair.target.spans)
        at_source, at_target = list(pair.source.questions), list(pair.target.questions)
        dropped = list(pair.dropped)
        present = {s.id for s in target_spans}
        known = {s.id for s in source_spans}
        numbers = {q.id for q in at_source}
        for n, plan in enumerate(plans):
            name = _free(f"{pair.id}-q{n}", numbers)
            span = plan.answer
            if plan.is_new and span.id not in known:
                known.add(span.id)
                source_spans.append(
                    msgspec.structs.replace(span, text=span.surface(pair.source.text))
                )
            place = places[span.start, span.end]
            if span.id not in present and place.pieces and place.score >= self.options.min_score:
                target_spans.append(_span(span, place, pair.target.text))
                present.add(span.id)
            languages = self._texts(pair, plan)
            has_target = span.id in present
            if not has_target:
                reason = place.reason or "low_score"
                dropped.append(Dropped(reason, place.detail, question=name, label=span.label))
            for side, lang, text, score, meta in languages:
                question = Question(
                    name if side == "source" else f"{name}-{lang}", text, lang, [span.id],
                    score=score, meta=meta,
                )  # fmt: skip
                if f"{side}-source" in self.options.directions:
                    at_source.append(question)
                if has_target and f"{side}-target" in self.options.directions:
                    at_target.append(question)
        return msgspec.structs.replace(
            pair,
            source=msgspec.structs.replace(pair.source, spans=source_spans, questions=at_source),
            target=msgspec.structs.replace(pair.target, spans=target_spans, questions=at_target),
            dropped=dropped,
        )

    def _texts(
        self, pair: Pair, plan: _Plan
    ) -> list[tuple[str, str, str, float | None, dict[str, Any]]]:
        """The question in its own language and, where it was translated, in the other."""
        meta = {"generator": self.generator.name, "rule": plan.asked.rule}
        rows = [("source", pair.source.lang or "en", str(plan.asked.text), plan.asked.score, meta)]
        done = plan.translated
        if done is not None and done.text and not done.error:
            told: dict[str, Any] = {**meta, "translator": self.options.translator}
            if done.constraints_met is not None:
                told["constraints"] = len(done.constraints_met)
                told["constraints_met"] = sum(done.constraints_met)
            rows.append(("target", pair.target.lang, done.text, done.score, told))
        return rows


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "'"
    taken.add(name)
    return name


def _span(span: Span, place: Projection, text: str) -> Span:
    pieces = place.pieces or []
    made = Span(
        span.id, pieces[0][0], pieces[-1][1], span.label,
        pieces=pieces if len(pieces) > 1 else None, score=place.score,
    )  # fmt: skip
    return msgspec.structs.replace(made, text=made.surface(text))


def _constraints(
    plan: _Plan, target: str, places: dict[tuple[int, int], Projection]
) -> list[Constraint]:
    """The question's shared mentions with the words that stand for them in the other context."""
    found = []
    for start, end, span in plan.shared:
        place = places[span.start, span.end]
        if place.pieces and len(place.pieces) == 1:
            a, b = place.pieces[0]
            found.append(Constraint([target[a:b]], start, end))
    return found


def swapped(pair: Pair) -> Pair:
    """The same pair read in the other direction."""
    links: list[Link] | None = None
    if pair.alignment is not None:
        links = sorted((j, i, p) for i, j, p in pair.alignment)
    segments = None
    if pair.segments is not None:
        segments = [
            Segment(s.target_start, s.target_end, s.source_start, s.source_end)
            for s in pair.segments
        ]
    return msgspec.structs.replace(
        pair, source=pair.target, target=pair.source, alignment=links, segments=segments
    )
