"""Exact match and F1 of answers to questions, questions matched by id (or by their order)."""

from __future__ import annotations

from collections.abc import Mapping

from projector.json_values import JsonObject
from projector.quality.answer_text import best
from projector.quality.positions import Positions
from projector.records import Document, Question


class AnswerScores:
    """Adds up documents; ``with_answer`` and ``without`` are SQuAD 2's HasAns and NoAns."""

    def __init__(self) -> None:
        self.questions = self.unanswered = self.not_asked = self.placed = 0
        self.exact = self.f1 = 0.0
        self.with_answer = [0, 0.0, 0.0]
        self.without = [0, 0.0, 0.0]

    def add(self, predicted: Document | None, gold: Document) -> None:
        ours = {question.id: question for question in predicted.questions} if predicted else {}
        in_order = (
            predicted.questions
            if predicted is not None
            and len(predicted.questions) == len(gold.questions)
            and not any(question.id in ours for question in gold.questions)
            else None
        )
        for n, question in enumerate(gold.questions):
            mine = in_order[n] if in_order is not None else ours.get(question.id)
            if mine is None or predicted is None:
                self.not_asked += 1
                self._count("", question, gold)
                continue
            span = _chosen(predicted, mine)
            self._count(span[0] if span else "", question, gold)
            if span is not None and span[1] in _places(gold, question):
                self.placed += 1

    def add_texts(self, predicted: Mapping[str, str], gold: Document) -> None:
        """As `add`, from a SQuAD prediction file: question id -> answer text."""
        for question in gold.questions:
            self.not_asked += question.id not in predicted
            self._count(predicted.get(question.id, ""), question, gold)

    def _count(self, answer: str, question: Question, gold: Document) -> None:
        spans = gold.span_by_id()
        wanted = [spans[name].surface(gold.text) for name in question.answers]
        exact, f1 = best(answer, wanted, gold.lang)
        self.questions += 1
        self.unanswered += not answer
        self.exact += exact
        self.f1 += f1
        part = self.with_answer if wanted else self.without
        part[0] += 1
        part[1] += exact
        part[2] += f1

    def result(self) -> JsonObject:
        """``same_place``: share of questions whose answer also stands at a gold answer's place."""
        total = self.questions or 1
        found: JsonObject = {
            "exact_match": self.exact / total,
            "f1": self.f1 / total,
            "same_place": self.placed / total,
            "questions": self.questions,
            "unanswered": self.unanswered,
            "not_asked": self.not_asked,
        }
        if self.without[0]:
            for name, (count, exact, f1) in (
                ("has_answer", self.with_answer),
                ("no_answer", self.without),
            ):
                found[name] = {
                    "questions": count,
                    "exact_match": exact / count if count else 0.0,
                    "f1": f1 / count if count else 0.0,
                }
        return found


def _chosen(doc: Document, question: Question) -> tuple[str, tuple[tuple[int, int], ...]] | None:
    """Text and place of the answer to score: the best scored one, the first of equals."""
    spans = doc.span_by_id()
    answers = [spans[name] for name in question.answers]
    if not answers:
        return None
    span = max(answers, key=lambda s: s.score if s.score is not None else 1.0)
    return span.surface(doc.text), Positions(doc.text).span(span)


def _places(doc: Document, question: Question) -> set[tuple[tuple[int, int], ...]]:
    positions, spans = Positions(doc.text), doc.span_by_id()
    return {positions.span(spans[name]) for name in question.answers}
