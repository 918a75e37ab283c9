"""What hangs on spans, on the target side: relations, clusters and questions.

They follow their spans by id. What loses a span that it cannot be without is dropped with it, and
the record says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from projector.dependents import answers_left, mentions_left, relation_stays
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

    What stays is the rule of `projector.dependents`. A question without answers is unanswerable, or
    its answer is not in the text, and is carried as it is; questions that the target has already
    (translated ones) keep their text and get the answers.
    """
    dropped: list[Dropped] = []
    relations: list[Relation] = []
    for n, relation in enumerate(source.relations):
        if relation_stays(relation, kept):
            relations.append(relation)
            continue
        lost = [name for name in (relation.head, relation.tail) if name not in kept]
        dropped.append(
            Dropped(REASON, f"lost {_names(lost)}", relation=n, label=relation.label or None)
        )
    clusters: list[list[str]] = []
    for n, cluster in enumerate(source.clusters):
        left = mentions_left(cluster, kept)
        if left is not None:
            clusters.append(left)
            continue
        lost = [name for name in cluster if name not in kept]
        count = len(cluster) - len(lost)
        dropped.append(
            Dropped(REASON, f"{count} of {len(cluster)} mentions left", cluster=n)
            if count
            else Dropped(REASON, f"lost {_names(lost)}", cluster=n)
        )
    questions: list[Question] = []
    translated = {question.id: question for question in target.questions}
    for question in source.questions:
        answers = answers_left(question, kept)
        if answers is None:
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
        answers = answers_left(question, kept)
        if answers is not None:
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
