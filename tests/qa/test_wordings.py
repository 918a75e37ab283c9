"""Lexical constraints of translated questions, and the choice between the ways."""

from __future__ import annotations

import pytest

from projector.projection.base import Projection
from projector.qa.asking import PlannedQuestion, Wording
from projector.qa.base import Asked
from projector.qa.translating import QuestionTranslator
from projector.qa.wordings import TargetWordings, constraints
from projector.records import Span

TARGET = "Os taínos viviam em 1492 na ilha de 300 quilos."


def asked(text: str, *mentions: str) -> PlannedQuestion:
    shared = []
    for n, mention in enumerate(mentions):
        start = text.index(mention)
        shared.append((start, start + len(mention), Span(f"m{n}", n, n + 1)))
    return PlannedQuestion(Asked(text, score=0.9), [], True, shared)


def place(text: str, score: float = 0.9) -> Projection:
    start = TARGET.index(text)
    return Projection([(start, start + len(text))], score)


def wanted(question: PlannedQuestion, *places: Projection) -> list[list[str]]:
    projected = {(n, n + 1): p for n, p in enumerate(places)}
    return [c.wanted for c in constraints(question, TARGET, "pt", projected)]


def test_a_counterpart_may_be_written_with_a_capital() -> None:
    question = asked("What did the Tainos do?", "Tainos")
    assert wanted(question, place("Os taínos")) == [["taínos", "Taínos"]]


@pytest.mark.parametrize(
    ("mention", "counterpart"),
    [("650", "300"), ("1492", "em 1492 na")],
    ids=["a converted unit", "more than the number"],
)
def test_numbers_that_are_not_the_same_constrain_nothing(mention: str, counterpart: str) -> None:
    assert wanted(asked(f"Who ate {mention} pigs?", mention), place(counterpart)) == []


def test_the_same_number_does() -> None:
    assert wanted(asked("Who came in 1492?", "1492"), place("1492")) == [["1492"]]


def test_an_unsure_counterpart_constrains_nothing() -> None:
    assert wanted(asked("Who came in 1492?", "1492"), place("1492", 0.3)) == []


def chosen(*wordings: Wording, least: float = 0.7) -> PlannedQuestion:
    plan = asked("Who came?")
    plan.wordings = list(wordings)
    maker = TargetWordings("auto", QuestionTranslator("", "", {}), constrain=True, least=least)
    maker.choose(plan)
    return plan


def test_the_better_wording_is_chosen() -> None:
    plan = chosen(Wording("Quem chegou?", "clause", 0.8), Wording("Quem veio?", "firefox", 0.9))
    assert [w.text for w in plan.wordings] == ["Quem veio?"]


def test_none_is_good_enough() -> None:
    plan = chosen(Wording("Quem chegou?", "clause", 0.6))
    assert plan.wordings == []
    assert plan.lacking == "its quality 0.60 is below 0.70"
