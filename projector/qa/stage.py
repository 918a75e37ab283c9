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
from msgspec import Struct, field

from projector import __version__
from projector.abilities import total_cost
from projector.engines import engine_class
from projector.errors import UsageError
from projector.projection.base import Projection, Projector
from projector.qa.asking import Asker, Plan, given_questions
from projector.qa.base import QuestionGenerator
from projector.qa.examples import assemble
from projector.records import Document, Pair, Record, Step, swapped
from projector.stage import Outcome, Rejected
from projector.translation.base import Constraint, Translator

GIVEN = "given"
DIRECTIONS = ("source-source", "target-target", "source-target", "target-source")


class QaOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of ``xproject qa``.

    ``generator``: an engine (``rules``, ``hf``), or ``given`` to take the questions that the
    record has.
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
    directions: list[str] = field(default_factory=lambda: list(DIRECTIONS))
    options: dict[str, Any] = {}
    translator_options: dict[str, Any] = {}


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
        self.generator: QuestionGenerator | None = None
        self.asker: Asker | None = None
        if options.generator != GIVEN:
            self.generator = engine_class("question_generators", options.generator)(
                options.model, **options.options
            )
            self.asker = Asker(
                self.generator, options.answers, options.labels, options.max_questions,
                self._reader(), options.min_answer_f1,
            )  # fmt: skip
        self.projector: Projector = engine_class("projectors", options.method)("")
        self.translator: Translator | None = None
        if options.translator:
            self.translator = engine_class("translators", options.translator)(
                options.translator_model, **options.translator_options
            )

    def _reader(self) -> Any:
        if not self.options.qa_model:
            return None
        from projector.qa.roundtrip import Reader

        return Reader(self.options.qa_model)

    def step(self) -> Step:
        o = self.options
        chosen = {"answers": o.answers, "translator": o.translator, "constrain": o.constrain}
        return Step("qa", o.generator, o.model, __version__, chosen)

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

    def cost(self) -> dict[str, float]:
        """What generator, projector and translator have spent (tokens, money, ...)."""
        return total_cost([self.generator, self.projector, self.translator])

    def close(self) -> None:
        if self.generator is not None:
            self.generator.close()
        self.projector.close()
        if self.translator is not None:
            self.translator.close()

    def _examples(self, pairs: list[Pair]) -> list[Pair]:
        o = self.options
        plans = self.asker.ask(pairs) if self.asker else given_questions(pairs)
        projected = self.places(pairs, plans)
        self._translate(pairs, plans, projected)
        return [
            assemble(
                pair,
                plan,
                places,
                generator=o.generator,
                translator=o.translator,
                directions=o.directions,
                min_score=o.min_score,
            )
            for pair, plan, places in zip(pairs, plans, projected, strict=True)
        ]

    def places(
        self, pairs: list[Pair], plans: list[list[Plan]]
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

    def _translate(
        self, pairs: list[Pair], plans: list[list[Plan]],
        projected: list[dict[tuple[int, int], Projection]],
    ) -> None:  # fmt: skip
        """Translate all questions of the batch, language by language, under their constraints."""
        if self.translator is None:
            return
        by_language: dict[tuple[str, str], list[tuple[Plan, list[Constraint]]]] = {}
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


def _constraints(
    plan: Plan, target: str, places: dict[tuple[int, int], Projection]
) -> list[Constraint]:
    """The question's shared mentions with the words that stand for them in the other context."""
    found = []
    for start, end, span in plan.shared:
        place = places[span.start, span.end]
        if place.pieces and len(place.pieces) == 1:
            a, b = place.pieces[0]
            found.append(Constraint([target[a:b]], start, end))
    return found
