"""The last step of ``qa``: questions and answers written into both documents of a pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from projector.projection.base import Projection
from projector.qa.asking import Plan
from projector.records import Dropped, Pair, Question, Span

Places = Mapping[tuple[int, int], Projection]  # by the source stretch


def assemble(
    pair: Pair, plans: Sequence[Plan], places: Places, *,
    generator: str, translator: str, directions: Sequence[str], min_score: float,
) -> Pair:  # fmt: skip
    """The pair with its questions on both sides; see `qa.stage` for their ids and directions."""
    source_spans, target_spans = list(pair.source.spans), list(pair.target.spans)
    at_source, at_target = list(pair.source.questions), list(pair.target.questions)
    dropped = list(pair.dropped)
    present = {s.id for s in target_spans}
    known = {s.id for s in source_spans}
    asked_at_source = {q.id for q in at_source}
    numbers = set(asked_at_source)
    for n, plan in enumerate(plans):
        given = plan.given
        name = given.id if given is not None else _free(f"{pair.id}-q{n}", numbers)
        found = []
        for span in plan.answers:
            if plan.is_new and span.id not in known:
                known.add(span.id)
                surface = span.surface(pair.source.text)
                source_spans.append(msgspec.structs.replace(span, text=surface))
            place = places[span.start, span.end]
            if span.id not in present and place.pieces and place.score >= min_score:
                target_spans.append(_span(span, place, pair.target.text))
                present.add(span.id)
            if span.id in present:
                found.append(span.id)
        if plan.answers and not found:
            reason = place.reason or "low_score"
            label = plan.answers[0].label
            dropped.append(Dropped(reason, place.detail, question=name, label=label))
        has_target = bool(found) or not plan.answers
        for side, lang, text, score, meta in _texts(pair, plan, generator, translator):
            mine = name if side == "source" else f"{name}-{lang}"
            impossible = given.is_impossible if given is not None else None
            question = Question(
                mine, text, lang, [a.id for a in plan.answers], impossible, score, meta
            )
            if f"{side}-source" in directions and mine not in asked_at_source:
                at_source.append(question)
            if has_target and f"{side}-target" in directions:
                kept = msgspec.structs.replace(question, answers=found)
                at_target = [q for q in at_target if q.id != mine]
                at_target.append(kept)
    return msgspec.structs.replace(
        pair,
        source=msgspec.structs.replace(pair.source, spans=source_spans, questions=at_source),
        target=msgspec.structs.replace(pair.target, spans=target_spans, questions=at_target),
        dropped=dropped,
    )


def _texts(
    pair: Pair, plan: Plan, generator: str, translator: str
) -> list[tuple[str, str, str, float | None, dict[str, Any]]]:
    """The question in its own language and, where it was translated, in the other."""
    meta = {"generator": generator}
    if plan.asked.rule:
        meta["rule"] = plan.asked.rule
    rows = [("source", pair.source.lang or "en", str(plan.asked.text), plan.asked.score, meta)]
    done = plan.translated
    if done is not None and done.text and not done.error:
        told: dict[str, Any] = {**meta, "translator": translator}
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
