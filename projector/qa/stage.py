"""The stage ``qa``: question-answer examples from aligned pairs, in the way of PAXQA.

Li and Callison-Burch (2023, "PAXQA: Generating Cross-lingual Question Answering Examples at
Training Scale"): questions are made on the English side, their answers are projected along the
word alignment, and each question is asked in the other language as well. Where that side is a
person's translation, its own clause around the projected answer is turned into the question
(`qa.target`); otherwise, and for other languages, the question is translated with the entities
that it shares with the context constrained to their aligned counterparts.

Each document of the pair then holds every question in both languages (``q0`` in its source's
language, ``q0-es`` in the other), so that the two documents give all four directions of question
and context. An answer that cannot be projected leaves the question on the English side only; that,
and a question that the other language lacks, is recorded in ``dropped``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

import msgspec
from msgspec import Struct, field

from projector import __version__
from projector.abilities import total_cost
from projector.engines import engine_class
from projector.errors import UsageError
from projector.json_values import JsonObject
from projector.projection.base import Projection, Projector
from projector.qa.asking import Asker, PlannedQuestion, Reader, given_questions
from projector.qa.base import QuestionGenerator
from projector.qa.english.parsing import Analyser, analyser
from projector.qa.examples import assemble
from projector.qa.translating import QuestionTranslator
from projector.qa.wordings import TargetWordings
from projector.records import Document, Pair, Record, Step, swapped
from projector.stage import Outcome, Rejected

GIVEN = "given"
DIRECTIONS = ("source-source", "target-target", "source-target", "target-source")
WAYS = ("auto", "clause", "translate")


class QaOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of ``xproject qa``.

    ``generator``: an engine (``rules``, ``hf``), or ``given`` to take the questions that the
    record has.
    ``analysis``: what the rules stand on: ``auto``, ``apertium``, ``spacy`` or ``spacy:MODEL``.
    ``answers``: ``spans`` asks for the record's own spans, ``phrases`` for what the generator
    finds, ``auto`` for spans where there are any and phrases otherwise.
    ``questions``: how the other language's questions are made: from its own ``clause``, by
    ``translate``, or ``auto`` for the better-scored of both.
    ``min_quality``: least score of a question, its estimated probability to be kept by a reader;
    with ``translate`` it holds for the English question alone.
    ``min_score``: least score of a projected answer.
    ``yes_no``: questions with the answer yes beside the others.
    ``translator``: the engine that translates the questions, ``auto`` for the best that serves the
    pair; empty for none.
    ``directions``: languages of question and context, out of `DIRECTIONS`.
    """

    generator: str = "rules"
    model: str = ""
    analysis: str = "auto"
    answers: str = "auto"
    labels: list[str] = []
    max_questions: int = 5
    questions: str = "auto"
    min_quality: float = 0.7
    yes_no: bool = False
    method: str = "match"
    min_score: float = 0.5
    translator: str = "auto"
    translator_model: str = ""
    constrain: bool = True
    qa_model: str = ""
    min_answer_f1: float = 0.6
    directions: list[str] = field(default_factory=lambda: list(DIRECTIONS))
    options: JsonObject = {}
    translator_options: JsonObject = {}


class QaStage:
    """Pairs in, the same pairs with questions on both sides out."""

    name = "qa"
    Options = QaOptions
    needs: ClassVar[frozenset[str]] = frozenset(("pair", "links"))
    gives: ClassVar[frozenset[str]] = frozenset(("questions", "target.questions", "target.spans"))
    sees_corpus = False

    def __init__(self, options: QaOptions) -> None:
        self.options = options
        _one_of("answers", options.answers, ("auto", "spans", "phrases"))
        _one_of("questions", options.questions, WAYS)
        for direction in options.directions:
            if direction not in DIRECTIONS:
                raise UsageError(
                    f"directions: found {direction!r}, wanted some of {', '.join(DIRECTIONS)} "
                    "(the question's side, then the context's)"
                )
        self.analyser: Analyser = analyser(options.analysis)
        self.generator: QuestionGenerator | None = None
        self.asker: Asker | None = None
        if options.generator != GIVEN:
            self.generator = engine_class("question_generators", options.generator)(
                options.model, **options.options
            )
            self.asker = Asker(
                self.generator, self.analyser, options.answers, options.labels,
                options.max_questions, options.min_quality, options.yes_no,
                self._reader(), options.min_answer_f1,
            )  # fmt: skip
        self.projector: Projector = engine_class("projectors", options.method)("")
        self.translator = QuestionTranslator(
            "" if options.questions == "clause" else options.translator,
            options.translator_model, options.translator_options,
        )  # fmt: skip
        self.wordings = TargetWordings(
            options.questions, self.translator,
            constrain=options.constrain, least=options.min_quality,
        )  # fmt: skip

    def _reader(self) -> Reader | None:
        if not self.options.qa_model:
            return None
        from projector.qa.score.roundtrip import ReadingModel

        return ReadingModel(self.options.qa_model)

    def step(self) -> Step:
        """Provenance of the questions."""
        o = self.options
        chosen = {
            "analysis": self.analyser.name, "answers": o.answers, "questions": o.questions,
            "min_quality": o.min_quality, "translator": o.translator, "constrain": o.constrain,
        }  # fmt: skip
        return Step("qa", o.generator, o.model, __version__, chosen)

    def fit(self, records: Iterable[Record]) -> None:
        """Nothing to learn."""

    def process(self, records: Sequence[Record]) -> list[Outcome]:
        """Each pair with its questions; what is no aligned pair is rejected."""
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

    def cost(self) -> dict[str, float]:
        """What generator, projector and translator have spent (tokens, money, ...)."""
        return total_cost([self.generator, self.projector, self.translator])

    def close(self) -> None:
        """Free the models, stop the engines."""
        if self.generator is not None:
            self.generator.close()
        self.projector.close()
        self.translator.close()

    def _examples(self, pairs: list[Pair]) -> list[Pair]:
        o = self.options
        plans = self.asker.ask(pairs) if self.asker else given_questions(pairs, self.analyser)
        projected = self.places(pairs, plans)
        self.wordings.make(pairs, plans, projected)
        return [
            assemble(
                pair, plan, places,
                generator=o.generator, directions=o.directions, min_score=o.min_score,
            )
            for pair, plan, places in zip(pairs, plans, projected, strict=True)
        ]  # fmt: skip

    def places(
        self, pairs: list[Pair], plans: list[list[PlannedQuestion]]
    ) -> list[dict[tuple[int, int], Projection]]:
        """Projections of all answers and shared mentions, by their source stretch."""
        jobs: list[Pair] = []
        keys: list[list[tuple[int, int]]] = []
        for pair, plan in zip(pairs, plans, strict=True):
            stretches = {(s.start, s.end): s for p in plan for s in p.answers}
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


def _one_of(what: str, found: str, wanted: Sequence[str]) -> None:
    if found not in wanted:
        raise UsageError(f"{what}: found {found!r}, wanted one of {', '.join(wanted)}")
