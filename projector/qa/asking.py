"""What to ask of each pair: its answers, the questions for them, and what they share with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from projector.qa.analysis import Word, analyse, from_tags
from projector.qa.answers import candidates
from projector.qa.base import Asked, Candidate, QuestionGenerator, Request
from projector.qa.mentions import mentions
from projector.records import Pair, Question, Span
from projector.text.sentences import split_sentences
from projector.translation.base import Translation

Sentence = tuple[tuple[int, int], list[Word]]  # its offsets in the source text, its words


class Reader(Protocol):
    """A reading model; see `qa.roundtrip`."""

    def agreement(self, asked: Sequence[tuple[str, str, str]]) -> list[float]:
        """How well it answers each ``(question, context, answer)``, in [0, 1]."""


class Plan(Struct):
    """One question on its way: where its answers are, what it says, and in which words."""

    asked: Asked
    answers: list[Span]
    is_new: bool  # the answer is no span of the record yet
    shared: list[tuple[int, int, Span]]  # a stretch of the question, and its place in the context
    given: Question | None = None  # the record's own question, where it is one
    translated: Translation | None = None


def sentences_of(pairs: Sequence[Pair], *, analysed: bool) -> list[list[Sentence]]:
    """Sentences of each source with their words; one analyser run for the whole batch."""
    found: list[list[tuple[tuple[int, int], list[Word]]]] = []
    to_analyse: list[tuple[int, int]] = []
    for n, pair in enumerate(pairs):
        bounds = split_sentences(pair.source.text, pair.source.lang or "en")
        found.append([((a, b), from_tags(pair.source, a, b) or []) for a, b in bounds])
        to_analyse += [(n, k) for k, (_, words) in enumerate(found[n]) if not words]
    if to_analyse and analysed:
        texts = [pairs[n].source.text[slice(*found[n][k][0])] for n, k in to_analyse]
        for (n, k), words in zip(to_analyse, analyse(texts), strict=True):
            found[n][k] = (found[n][k][0], words)
    return found


def given_questions(pairs: Sequence[Pair]) -> list[list[Plan]]:
    """The records' own questions that the target side lacks, with what they share."""
    plans: list[list[Plan]] = []
    for pair, sentences in zip(pairs, sentences_of(pairs, analysed=True), strict=True):
        spans = pair.source.span_by_id()
        plan = []
        for question in pair.source.questions:
            shared: list[tuple[int, int, Span]] = []
            for (start, end), words in sentences:
                for found in mentions(question.text, pair.source.text[start:end], words, start):
                    if not any(found[0] < b and a < found[1] for a, b, _ in shared):
                        shared.append(found)
            answers = [spans[name] for name in question.answers]
            shared.sort(key=lambda found: found[0])
            plan.append(Plan(Asked(question.text), answers, False, shared, question))
        plans.append(plan)
    return plans


class Asker:
    """Makes the questions of pairs with one generator.

    Args:
        answers, labels, max_questions: see `qa.stage.QaOptions`.
        reader, min_f1: questions that the reading model answers otherwise are refused.
    """

    def __init__(
        self, generator: QuestionGenerator, answers: str, labels: Sequence[str],
        max_questions: int, reader: Reader | None, min_f1: float,
    ) -> None:  # fmt: skip
        self.generator, self.reader = generator, reader
        self.answers, self.labels = answers, labels
        self.max_questions, self.min_f1 = max_questions, min_f1

    def ask(self, pairs: Sequence[Pair]) -> list[list[Plan]]:
        """New questions of each pair in text order, without duplicates."""
        analysed = self.generator.needs_words or self.answers != "spans"
        sentences = sentences_of(pairs, analysed=analysed)
        requests: list[Request] = []
        owners: list[tuple[int, Span, bool, list[Word]]] = []
        for n, (pair, found) in enumerate(zip(pairs, sentences, strict=True)):
            for (start, end), words in found:
                for span, is_new in self._answers(pair, start, end, words):
                    text = pair.source.text[start:end]
                    answer = Candidate(span.start - start, span.end - start, span.label)
                    requests.append(Request(text, answer, pair.source.text, start, words))
                    owners.append((n, span, is_new, words))
        plans: list[list[Plan]] = [[] for _ in pairs]
        seen: list[set[str]] = [set() for _ in pairs]
        asked = self._answerable(requests, self.generator.ask(requests))
        for request, (n, span, is_new, words), made in zip(requests, owners, asked, strict=True):
            if made.text is None or made.text.lower() in seen[n]:
                continue
            if len(plans[n]) >= self.max_questions:
                continue
            if request.wanted.lower() in made.text.lower():
                continue  # whatever the generator, a question must not contain its answer
            seen[n].add(made.text.lower())
            shared = mentions(made.text, request.sentence, words, request.offset)
            plans[n].append(Plan(made, [span], is_new, shared))
        return plans

    def _answers(
        self, pair: Pair, start: int, end: int, words: list[Word]
    ) -> list[tuple[Span, bool]]:
        """Spans to ask for in one sentence; True marks those that the record does not have yet."""
        given = [
            (s, False)
            for s in pair.source.spans
            if start <= s.start and s.end <= end and not s.pieces and s.label != "answer"
            and (not self.labels or s.label in self.labels)
        ]  # fmt: skip
        if self.answers == "spans" or (self.answers == "auto" and pair.source.spans):
            return given
        phrases = [
            Span(f"qa{start + c.start}-{start + c.end}", start + c.start, start + c.end, c.label)
            for c in candidates(words)
        ]
        return [(s, True) for s in phrases if not self.labels or s.label in self.labels]

    def _answerable(self, requests: list[Request], asked: list[Asked]) -> list[Asked]:
        """With a reading model: refuse what it does not answer with (about) the same words."""
        if self.reader is None:
            return asked
        kept = [n for n, a in enumerate(asked) if a.text is not None]
        scores = self.reader.agreement(
            [(str(asked[n].text), requests[n].context, requests[n].wanted) for n in kept]
        )
        out = list(asked)
        for n, f1 in zip(kept, scores, strict=True):
            if f1 < self.min_f1:
                out[n] = Asked(None, reason="the reading model answers otherwise")
        return out
