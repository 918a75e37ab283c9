"""What hangs on spans, on the target side: relations, clusters and questions.

They follow their spans by id. What loses a span that it cannot be without is dropped with it, and
the record says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from projector.records import Document, Dropped, Question, Relation

REASON = "span_dropped"


class Dependents(NamedTuple):
    """The target's relations, clusters and questions, and what of the source's was dropped."""

    relations: list[Relation]
    clusters: list[list[str]]
    questions: list[Question]
    dropped: list[Dropped]


def project_dependents(source: Document, target: Document, kept: set[str]) -> Dependents:
    """Carry over what refers to the spans ``kept`` (their ids on the target side).

    - A relation (an event argument too) needs both its spans.
    - A cluster keeps its surviving mentions; it needs two, or all of them if it had fewer.
    - A question keeps its surviving answers and needs one, unless it had none: then it is
      unanswerable, or its answer is not in the text, and is carried as it is. Questions that the
      target has already (translated ones) keep their text and get the answers.
    """
    dropped: list[Dropped] = []
    relations: list[Relation] = []
    for n, relation in enumerate(source.relations):
        if relation.head in kept and relation.tail in kept:
            relations.append(relation)
            continue
        lost = [name for name in (relation.head, relation.tail) if name not in kept]
        dropped.append(
            Dropped(REASON, f"lost {_names(lost)}", relation=n, label=relation.label or None)
        )
    clusters: list[list[str]] = []
    for n, cluster in enumerate(source.clusters):
        left = [name for name in cluster if name in kept]
        if len(left) >= min(2, len(cluster)):
            clusters.append(left)
            continue
        lost = [name for name in cluster if name not in kept]
        dropped.append(
            Dropped(REASON, f"{len(left)} of {len(cluster)} mentions left", cluster=n)
            if left
            else Dropped(REASON, f"lost {_names(lost)}", cluster=n)
        )
    questions: list[Question] = []
    translated = {question.id: question for question in target.questions}
    for question in source.questions:
        answers = [name for name in question.answers if name in kept]
        if question.answers and not answers:
            dropped.append(
                Dropped(REASON, f"lost {_names(question.answers)}", question=question.id)
            )
            translated.pop(question.id, None)
            continue
        known = translated.pop(question.id, None)
        questions.append(
            replace(known, answers=answers) if known else _carried(question, answers, source)
        )
    # Questions that only the target has: those without answers, or with answers that still stand.
    for question in translated.values():
        answers = [name for name in question.answers if name in kept]
        if answers or not question.answers:
            questions.append(replace(question, answers=answers))
        else:
            dropped.append(
                Dropped(REASON, f"lost {_names(question.answers)}", question=question.id)
            )
    return Dependents(relations, clusters, questions, dropped)


def _carried(question: Question, answers: list[str], source: Document) -> Question:
    """A question that nobody translated, in its own language and saying so."""
    return replace(question, answers=answers, lang=question.lang or source.lang)


def _names(ids: Sequence[str]) -> str:
    return "the span " + ids[0] if len(ids) == 1 else "the spans " + ", ".join(ids)
