"""Questions by rule: what is asked, and what is refused."""

from __future__ import annotations

import pytest

from projector.errors import UsageError
from projector.qa.base import Candidate, Request
from projector.qa.english.rules import RuleQuestionGenerator, question
from tests.qa.words import words

MEETING = (
    "Obama/name/person met/verb/past/meet Merkel/name/person in/adp Berlin/name/place "
    "in/adp 2015/num ./punct"
)
PAID = (
    "The/det company/noun has/aux/p3/have paid/verb/pp/pay 20/num workers/noun+pl "
    "in/adp cash/noun ./punct"
)


def ask(marked: str, answer: str, label: str = "") -> str | None:
    text, analysed = words(marked)
    start = text.index(answer)
    return question(analysed, text, start, start + len(answer), label).text


@pytest.mark.parametrize(
    ("marked", "answer", "label", "wanted"),
    [
        (MEETING, "Obama", "PER", "Who met Merkel in Berlin in 2015?"),
        (MEETING, "Merkel", "PER", "Who did Obama meet in Berlin in 2015?"),
        (MEETING, "2015", "DATE", "When did Obama meet Merkel in Berlin?"),
        (PAID, "company", "", "What has paid 20 workers in cash?"),
        (PAID, "20", "NUM", "How many workers has the company paid in cash?"),
        (
            "The/det bridge/noun opened/verb/past/open in/adp Paris/name/place ./punct",
            "Paris",
            "LOC",
            "Where did the bridge open?",
        ),
        (
            "In/adp 1999/num ,/punct the/det bank/noun bought/verb/past/buy two/num rivals/noun+pl ./punct",
            "1999",
            "DATE",
            "When did the bank buy two rivals?",
        ),
        (
            "Three/num ships/noun+pl left/verb/past/leave the/det old/adj harbour/noun ./punct",
            "Three",
            "NUM",
            "How many ships left the old harbour?",
        ),
        (
            "Maria/name/person works/verb/p3/work for/adp Siemens/name/org ./punct",
            "Siemens",
            "ORG",
            "Which organisation does Maria work for?",
        ),
    ],
)
def test_each_rule_turns_its_clause(marked: str, answer: str, label: str, wanted: str) -> None:
    assert ask(marked, answer, label) == wanted


@pytest.mark.parametrize(
    ("marked", "answer", "label"),
    [
        # a negative clause
        ("Ann/name/person did/aux/past/do not/adv meet/verb/inf Bob/name/person ./punct", "Bob", "PER"),
        # a pronoun as subject says nothing outside of its context
        ("He/pron met/verb/past/meet Merkel/name/person yesterday/adv ./punct", "Merkel", "PER"),
        # part of a longer noun phrase
        ("The/det mayor/noun of/adp Rome/name/place spoke/verb/past/speak on/adp Friday/name ./punct", "Rome", "LOC"),
        # no finite verb
        ("A/det quiet/adj day/noun in/adp Rome/name/place ./punct", "Rome", "LOC"),
        # a place that may belong to the noun before it
        ("Ann/name/person opposed/verb/past/oppose the/det war/noun in/adp Iraq/name/place ./punct", "Iraq", "LOC"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(marked: str, answer: str, label: str) -> None:
    assert ask(marked, answer, label) is None


def test_an_answer_that_cuts_a_word_is_refused() -> None:
    text, analysed = words(MEETING)
    made = question(analysed, text, 0, 3, "PER")
    assert made.text is None
    assert "cuts a word" in made.reason


def test_no_question_contains_its_answer() -> None:
    marked = (
        "Berlin/name/place replaced/verb/past/replace Berlin_East/name/place yesterday/adv ./punct"
    )
    assert ask(marked, "Berlin", "LOC") is None


def test_generator_gives_one_outcome_for_each_request() -> None:
    text, analysed = words(MEETING)
    requests = [
        Request(text, Candidate(0, 5, "PER"), words=analysed),
        Request(text, Candidate(1, 5, "PER"), words=analysed),
    ]
    made = RuleQuestionGenerator().ask(requests)
    assert [m.text is not None for m in made] == [True, False]


def test_generator_refuses_unknown_options() -> None:
    with pytest.raises(UsageError, match="beam"):
        RuleQuestionGenerator(beam=4)
