"""The last step of ``qa``: questions and answers written into both documents of a pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct

from projector.json_values import JsonObject
from projector.projection.base import Projection
from projector.qa.asking import PlannedQuestion
from projector.qa.target.questions import without_article
from projector.records import Dropped, Pair, Question, Span

Places = Mapping[tuple[int, int], Projection]  # by the source stretch


class WrittenQuestion(Struct, frozen=True):
    """One wording of a question: ``side`` is whose language it is in."""

    side: str
    lang: str
    text: str
    score: float | None
    meta: JsonObject


def assemble(
    pair: Pair, plans: Sequence[PlannedQuestion], places: Places, *,
    generator: str, directions: Sequence[str], min_score: float,
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
        reason, detail = "", ""
        for span in plan.answers:
            if plan.is_new and span.id not in known:
                known.add(span.id)
                surface = span.surface(pair.source.text)
                source_spans.append(msgspec.structs.replace(span, text=surface))
            place = places[span.start, span.end]
            if span.id not in present and place.pieces:
                if place.score >= min_score:
                    target_spans.append(_span(span, place, pair))
                    present.add(span.id)
                else:
                    reason, detail = "low_score", f"{place.score:.2f} is below {min_score:.2f}"
            elif not place.pieces:
                reason, detail = place.reason or "no_counterpart", place.detail
            if span.id in present:
                found.append(span.id)
        if plan.answers and not found:
            label = plan.answers[0].label
            dropped.append(Dropped(reason, detail, question=name, label=label))
        elif plan.lacking:
            detail = f"no question in {pair.target.lang!r}: {plan.lacking}"
            dropped.append(Dropped("no_question", detail, question=name))
        has_target = bool(found) or not plan.answers
        for written in _wordings(pair, plan, generator):
            mine = name if written.side == "source" else f"{name}-{written.lang}"
            impossible = given.is_impossible if given is not None else None
            question = Question(
                mine, written.text, written.lang, [a.id for a in plan.answers], impossible,
                written.score, written.meta,
            )  # fmt: skip
            if f"{written.side}-source" in directions and mine not in asked_at_source:
                at_source.append(question)
            if has_target and f"{written.side}-target" in directions:
                kept = msgspec.structs.replace(question, answers=found)
                at_target = [q for q in at_target if q.id != mine]
                at_target.append(kept)
    return msgspec.structs.replace(
        pair,
        source=msgspec.structs.replace(pair.source, spans=source_spans, questions=at_source),
        target=msgspec.structs.replace(pair.target, spans=target_spans, questions=at_target),
        dropped=dropped,
    )


def _wordings(pair: Pair, plan: PlannedQuestion, generator: str) -> list[WrittenQuestion]:
    """The question in its own language and, where there is one, in the other."""
    meta: JsonObject = {"generator": generator}
    if plan.asked.rule:
        meta["rule"] = plan.asked.rule
    if plan.polarity:
        meta["answer"] = plan.polarity
    score = plan.asked.score
    lang = pair.source.lang or "en"
    rows = [WrittenQuestion("source", lang, str(plan.asked.text), _rounded(score), meta)]
    for wording in plan.wordings[:1]:
        told = {**meta, "from": wording.way}
        if wording.constraints_met is not None:
            told["constraints"] = len(wording.constraints_met)
            told["constraints_met"] = sum(wording.constraints_met)
        score = _rounded(wording.score)
        rows.append(WrittenQuestion("target", pair.target.lang, wording.text, score, told))
    return rows


def _rounded(score: float | None) -> float | None:
    return None if score is None else round(score, 4)


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "'"
    taken.add(name)
    return name


def _span(span: Span, place: Projection, pair: Pair) -> Span:
    pieces = list(place.pieces or [])
    text = pair.target.text
    if len(pieces) == 1:
        pieces = [
            without_article(text, pieces[0], span.surface(pair.source.text), pair.target.lang)
        ]
    made = Span(
        span.id, pieces[0][0], pieces[-1][1], span.label,
        pieces=pieces if len(pieces) > 1 else None, score=place.score,
    )  # fmt: skip
    return msgspec.structs.replace(made, text=made.surface(text))
