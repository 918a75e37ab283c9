"""The question for the target side of a pair: from its clause, by translation, or the better one.

The clause around the projected answer is turned (`qa.target`); the English question is translated
with the entities that it shares with the context constrained to their aligned counterparts
(`qa.translating`). Where a translator serves the languages, both are checked by it
(`qa.score.checking`) and the one that a reader would rather keep is chosen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from projector.projection.base import Projection
from projector.qa.asking import PlannedQuestion, Wording
from projector.qa.score.checking import Checks, checked, share_in
from projector.qa.target.questions import clause_question, has_grammar, without_article
from projector.qa.translating import QuestionTranslator
from projector.records import Offsets, Pair
from projector.translation.base import Constraint

CLAUSE = "clause"
LEAST_CONSTRAINT = 0.5  # a mention whose counterpart is less sure than this constrains nothing
_DIGITS = re.compile(r"\d+")

Places = Mapping[tuple[int, int], Projection]  # by the source stretch


class TargetWordings:
    """Makes and chooses the questions of the target side.

    Args:
        questions: ``auto``, ``clause`` or ``translate``; see `qa.stage.QaOptions`.
        translator: it is asked only where ``questions`` allows.
        constrain: translate under lexical constraints.
        least: least score of a question; with ``translate`` the translation is left as it is.
    """

    def __init__(
        self, questions: str, translator: QuestionTranslator, *, constrain: bool, least: float
    ) -> None:
        self.questions, self.translator = questions, translator
        self.constrain, self.least = constrain, least

    def make(
        self, pairs: Sequence[Pair], plans: Sequence[Sequence[PlannedQuestion]],
        projected: Sequence[Places],
    ) -> None:  # fmt: skip
        """Fill ``wordings`` of each planned question with the best one, or ``lacking``."""
        self.make_all(pairs, plans, projected)
        for plan in plans:
            for question in plan:
                self.choose(question)

    def make_all(
        self, pairs: Sequence[Pair], plans: Sequence[Sequence[PlannedQuestion]],
        projected: Sequence[Places],
    ) -> None:  # fmt: skip
        """Fill ``wordings`` with one for each way that gives one, each scored."""
        if self.questions != "translate":
            for pair, plan, places in zip(pairs, plans, projected, strict=True):
                for question in plan:
                    _from_clause(pair, question, places)
        by_language: dict[tuple[str, str], list[tuple[Pair, PlannedQuestion, Places]]] = {}
        for pair, plan, places in zip(pairs, plans, projected, strict=True):
            languages = (pair.source.lang or "en", pair.target.lang)
            by_language.setdefault(languages, []).extend((pair, p, places) for p in plan)
        if self.questions != CLAUSE:
            for (source, target), rows in by_language.items():
                self._translated(rows, source, target)

    def _translated(
        self, rows: Sequence[tuple[Pair, PlannedQuestion, Places]], source: str, target: str
    ) -> None:
        """Add translations, and check all wordings by the translator."""
        texts = [str(p.asked.text) for _, p, _ in rows]
        wanted = [
            constraints(p, pair.target.text, target, places) if self.constrain else []
            for pair, p, places in rows
        ]
        done = self.translator.translate(texts, source, target, wanted)
        if done is None:
            for _, p, _ in rows:
                if not p.wordings and self.translator.name:
                    p.lacking = p.lacking or self.translator.reasons[source, target]
            return
        engine = self.translator.engine_name(source, target)
        for (_, p, _), translation in zip(rows, done, strict=True):
            if translation.error or not translation.text:
                p.lacking = p.lacking or (translation.error or "an empty translation")
                continue
            met = translation.constraints_met if self.constrain else None
            p.wordings.append(Wording(translation.text, engine, p.asked.score, met))
        found = [(pair, p, w) for pair, p, _ in rows for w in p.wordings if w.score is not None]
        pairs = [(str(p.asked.text), w.text) for _, p, w in found]
        fluency = self.translator.fluency(pairs, source, target)
        returned = self.translator.returned(pairs, source, target)
        for n, (pair, _, wording) in enumerate(found):
            met = wording.constraints_met
            checks = Checks(
                fluency[n], returned[n], share_in(pair.target.text, wording.text),
                sum(met) / len(met) if met else 1.0,
            )  # fmt: skip
            wording.checks, wording.prior = checks, wording.score
            wording.score = checked(wording.prior or 0.0, wording.way, checks)

    def choose(self, plan: PlannedQuestion) -> None:
        """Leave the best-scored wording, unless it is below the wanted quality."""
        if not plan.wordings:
            return
        best = max(plan.wordings, key=lambda wording: wording.score or 0.0)
        plan.wordings, plan.lacking = [best], ""
        chosen = self.questions != "translate"  # who asks for it gets it, scored
        if chosen and best.score is not None and best.score < self.least:
            plan.lacking = f"its quality {best.score:.2f} is below {self.least:.2f}"
            plan.wordings = []


def _from_clause(pair: Pair, plan: PlannedQuestion, places: Places) -> None:
    """The question from the target's own clause, where the sentence was parsed."""
    if plan.made is None or plan.tree is None:
        return
    if not has_grammar(pair.target.lang):
        plan.lacking = f"no clause of {pair.target.lang!r} can be turned"
        return
    place = places[plan.answers[0].start, plan.answers[0].end]
    answer = _single(place)
    if answer is None:
        return
    surface = plan.answers[0].surface(pair.source.text)
    answer = without_article(pair.target.text, answer, surface, pair.target.lang)
    made = clause_question(
        pair, plan.tree, plan.offset, plan.made, plan.asked.score or 0.0, answer, place.score
    )
    if made.text is None:
        plan.lacking = made.reason
    else:
        plan.wordings.append(Wording(made.text, CLAUSE, made.score))


def _single(place: Projection) -> Offsets | None:
    """The stretch of an answer that stands in one piece."""
    return place.pieces[0] if place.pieces and len(place.pieces) == 1 else None


def constraints(plan: PlannedQuestion, target: str, lang: str, places: Places) -> list[Constraint]:
    """The question's shared mentions with the words that stand for them in the target context.

    A counterpart that cannot be the same thing constrains nothing: other digits (a converted
    unit), no capital where the mention is a person's name with its title.
    """
    found = []
    for start, end, span in plan.shared:
        place = places[span.start, span.end]
        stretch = _single(place)
        if stretch is None or place.score < LEAST_CONSTRAINT:
            continue
        mention = str(plan.asked.text)[start:end]
        a, b = without_article(target, stretch, mention, lang)
        wanted = _bare(target[a:b])
        if wanted and _same_thing(mention, wanted):
            capital = wanted[0].upper() + wanted[1:]
            found.append(Constraint(list(dict.fromkeys((wanted, capital))), start, end))
    return found


def _bare(text: str) -> str:
    """Without marks at the edges."""
    return re.sub(r"^\W+|[^\w%.]+$", "", text)


def _same_thing(mention: str, wanted: str) -> bool:
    digits, others = ("".join(_DIGITS.findall(text)) for text in (mention, wanted))
    if digits:
        only = not any(c.isalpha() for c in mention)
        return digits == others and not (only and any(c.isalpha() for c in wanted))
    return True
