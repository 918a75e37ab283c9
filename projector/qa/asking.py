"""What to ask of each pair: its answers, the questions for them, and what they share with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from msgspec import Struct

from projector.qa.base import Asked, Candidate, QuestionGenerator, Request
from projector.qa.english.analysis import from_tags
from projector.qa.english.answers import candidates
from projector.qa.english.frames import Made
from projector.qa.english.parsing import Analysed, Analyser
from projector.qa.english.rules import polar_question
from projector.qa.english.syntax import Tree
from projector.qa.mentions import mentions
from projector.qa.score.checking import Checks
from projector.records import Offsets, Pair, Question, Span
from projector.text.sentences import split_sentences


class AnalysedSentence(Struct, frozen=True):
    """One sentence of a source text: its offsets there and its analysis."""

    bounds: Offsets
    analysis: Analysed


class Reader(Protocol):
    """A reading model; see `qa.score.roundtrip`."""

    def agreement(self, asked: Sequence[tuple[str, str, str]]) -> list[float]:
        """How well it answers each ``(question, context, answer)``, in [0, 1]."""


@runtime_checkable
class ProposesAnswers(Protocol):
    """A generator that knows itself what it can ask for in a parsed sentence."""

    def propose(self, tree: Tree) -> list[Candidate]:
        """Answers that it has a question for."""


class Wording(Struct):
    """A question in the target language: ``way`` is ``clause`` or the translator's name.

    ``score`` is the estimated probability that a reader keeps it, None where the English question
    has none; ``constraints_met`` says which of its lexical constraints it meets; ``checks`` is what
    the translator says of it, where one was asked, and ``prior`` the score before that.
    """

    text: str
    way: str
    score: float | None
    constraints_met: list[bool] | None = None
    checks: Checks | None = None
    prior: float | None = None


class PlannedQuestion(Struct):
    """One question on its way through the stage.

    Attributes:
        asked: its text, score and rule.
        answers: the spans that answer it; ``is_new`` if the record does not have them yet.
        shared: stretches of the question with their places in the context (see `qa.mentions`).
        given: the record's own question, where it is one.
        made, tree, offset: what it was made from, where its sentence was parsed.
        wordings: the questions for the target side, one for each way that gives one, of which the
            stage leaves the best; ``lacking`` says why there is none.
        polarity: ``yes`` or ``no`` where that is the answer, and no span.
    """

    asked: Asked
    answers: list[Span]
    is_new: bool
    shared: list[tuple[int, int, Span]]
    given: Question | None = None
    made: Made | None = None
    tree: Tree | None = None
    offset: int = 0
    wordings: list[Wording] = []
    lacking: str = ""
    polarity: str = ""


def sentences_of(pairs: Sequence[Pair], analyser: Analyser | None) -> list[list[AnalysedSentence]]:
    """Sentences of each source, analysed in one run for the whole batch.

    A document's own tags are taken where it has them and the analyser gives no tree.
    """
    found: list[list[AnalysedSentence]] = []
    waiting: list[tuple[int, int]] = []
    parses = analyser is not None and analyser.name.startswith("spacy")
    for n, pair in enumerate(pairs):
        row: list[AnalysedSentence] = []
        for a, b in split_sentences(pair.source.text, pair.source.lang or "en"):
            words = [] if parses else from_tags(pair.source, a, b) or []
            if not words:
                waiting.append((n, len(row)))
            row.append(AnalysedSentence((a, b), Analysed(words)))
        found.append(row)
    if waiting and analyser is not None:
        texts = [pairs[n].source.text[slice(*found[n][k].bounds)] for n, k in waiting]
        for (n, k), analysis in zip(waiting, analyser.analyse(texts), strict=True):
            found[n][k] = AnalysedSentence(found[n][k].bounds, analysis)
    return found


def given_questions(
    pairs: Sequence[Pair], analyser: Analyser | None = None
) -> list[list[PlannedQuestion]]:
    """The records' own questions that the target side lacks, with what they share."""
    plans: list[list[PlannedQuestion]] = []
    for pair, sentences in zip(pairs, sentences_of(pairs, analyser), strict=True):
        spans = pair.source.span_by_id()
        plan = []
        for question in pair.source.questions:
            shared: list[tuple[int, int, Span]] = []
            for sentence in sentences:
                start, end = sentence.bounds
                text, words = pair.source.text[start:end], sentence.analysis.words
                for found in mentions(question.text, text, words, start):
                    if not any(found[0] < b and a < found[1] for a, b, _ in shared):
                        shared.append(found)
            answers = [spans[name] for name in question.answers]
            shared.sort(key=lambda found: found[0])
            plan.append(PlannedQuestion(Asked(question.text), answers, False, shared, question))
        plans.append(plan)
    return plans


class Asker:
    """Makes the questions of pairs with one generator.

    Args:
        analyser: for the source's sentences; None where neither generator nor answers need it.
        answers, labels, max_questions, min_quality, yes_no: see `qa.stage.QaOptions`.
        reader, min_f1: questions that the reading model answers otherwise are refused.
    """

    def __init__(
        self, generator: QuestionGenerator, analyser: Analyser | None, answers: str,
        labels: Sequence[str], max_questions: int, min_quality: float, yes_no: bool,
        reader: Reader | None, min_f1: float,
    ) -> None:  # fmt: skip
        self.generator, self.analyser, self.reader = generator, analyser, reader
        self.answers, self.labels = answers, labels
        self.max_questions, self.min_quality, self.min_f1 = max_questions, min_quality, min_f1
        self.yes_no = yes_no

    def ask(self, pairs: Sequence[Pair]) -> list[list[PlannedQuestion]]:
        """New questions of each pair, the best first chosen, in text order."""
        needed = self.generator.needs_words or self.answers != "spans"
        sentences = sentences_of(pairs, self.analyser if needed else None)
        requests: list[Request] = []
        owners: list[tuple[int, Span, bool]] = []
        for n, (pair, found) in enumerate(zip(pairs, sentences, strict=True)):
            for sentence in found:
                start, end = sentence.bounds
                analysis = sentence.analysis
                tree = analysis.tree
                if tree is not None and self._asks_for_spans(pair):
                    tree = tree.with_entities(_entities(pair, start, end))
                text = pair.source.text[start:end]
                for span, is_new in self._answers(pair, sentence, tree):
                    answer = Candidate(span.start - start, span.end - start, span.label)
                    requests.append(
                        Request(text, answer, pair.source.text, start, analysis.words, tree)
                    )
                    owners.append((n, span, is_new))
        asked = self._answerable(requests, self.generator.ask(requests))
        rows: list[list[PlannedQuestion]] = [[] for _ in pairs]
        for request, (n, span, is_new), done in zip(requests, owners, asked, strict=True):
            if done.text is None or request.wanted.lower() in done.text.lower():
                continue  # whatever the generator, a question must not contain its answer
            if done.score is not None and done.score < self.min_quality:
                continue
            shared = mentions(done.text, request.sentence, request.words, request.offset)
            rows[n].append(
                PlannedQuestion(
                    done, [span], is_new, shared,
                    made=done.made, tree=request.tree, offset=request.offset,
                )
            )  # fmt: skip
        best = [self._best(row) for row in rows]
        if self.yes_no:
            for row, found in zip(best, sentences, strict=True):
                row += self._polar(found)
        return best

    def _polar(self, sentences: Sequence[AnalysedSentence]) -> list[PlannedQuestion]:
        """Questions that "yes" answers, one for each parsed sentence that gives a good one."""
        plans = []
        for sentence in sentences:
            tree = sentence.analysis.tree
            made = None if tree is None else polar_question(tree)
            if made is None or tree is None:
                continue
            text, score = made
            if score >= self.min_quality:
                asked = Asked(text, rule="yes or no", score=score)
                shared = mentions(text, tree.text, sentence.analysis.words, sentence.bounds[0])
                plans.append(PlannedQuestion(asked, [], False, shared, polarity="yes"))
        return plans

    def _best(self, row: list[PlannedQuestion]) -> list[PlannedQuestion]:
        """The best-scored ones, without duplicates, in their own order."""
        kept: list[int] = []
        seen: set[str] = set()
        order = sorted(range(len(row)), key=lambda n: -(row[n].asked.score or 0.0))
        for n in order:
            text = str(row[n].asked.text).lower()
            if text not in seen and len(kept) < self.max_questions:
                seen.add(text)
                kept.append(n)
        return [row[n] for n in sorted(kept)]

    def _asks_for_spans(self, pair: Pair) -> bool:
        return self.answers == "spans" or (self.answers == "auto" and bool(pair.source.spans))

    def _answers(
        self, pair: Pair, sentence: AnalysedSentence, tree: Tree | None
    ) -> list[tuple[Span, bool]]:
        """Spans to ask for in one sentence; True marks those that the record does not have yet."""
        start, end = sentence.bounds
        if self._asks_for_spans(pair):
            return [
                (s, False)
                for s in pair.source.spans
                if start <= s.start and s.end <= end and not s.pieces and s.label != "answer"
                and (not self.labels or s.label in self.labels)
            ]  # fmt: skip
        if tree is not None and isinstance(self.generator, ProposesAnswers):
            proposed = self.generator.propose(tree)
        else:
            proposed = candidates(sentence.analysis.words)
        phrases = [
            Span(f"qa{start + c.start}-{start + c.end}", start + c.start, start + c.end, c.label)
            for c in proposed
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


def _entities(pair: Pair, start: int, end: int) -> list[tuple[int, int, str]]:
    """The record's own spans in a sentence, with offsets there."""
    return [
        (s.start - start, s.end - start, s.label)
        for s in pair.source.spans
        if start <= s.start and s.end <= end and not s.pieces
    ]
