"""Questions over a dependency tree: what each rule asks, and what is refused."""

from __future__ import annotations

import pytest

from projector.qa.english.parsed_rules import questions, statement_question
from projector.qa.english.predications import predications
from projector.qa.english.syntax import Tree
from projector.qa.english.well_formed import refusal
from tests.qa.trees import BOUGHT, BUILT, tree


def asked(parsed: Tree) -> dict[str, str]:
    return {m.text: parsed.text[slice(*m.answer)] for m in questions(parsed)}


def test_subject_object_and_time_are_asked_for_with_whole_phrases() -> None:
    assert asked(BOUGHT) == {
        "Who bought the small tool in 2014?": "Apple",
        "What did Apple buy in 2014?": "small tool",
        "When did Apple buy the small tool?": "2014",
    }


def test_a_passive_is_turned_to_ask_for_its_agent() -> None:
    found = asked(BUILT)
    assert found["Who built the bridge?"] == "two engineers"
    assert found["What was built by two engineers?"] == "bridge"


def test_a_statement_is_asked_about_with_its_auxiliary_first() -> None:
    made = statement_question(BUILT)
    assert made is not None and made.text == "Was the bridge built by two engineers?"


def test_a_number_before_a_plural_asks_how_many() -> None:
    parsed = tree(
        "Two/NUM/CD/nummod/1/two/CARDINAL ships/NOUN/NNS/nsubj/2/ship left/VERB/VBD/ROOT/2/leave "
        "the/DET/DT/det/4 harbour/NOUN/NN/dobj/2 ./PUNCT/./punct/2"
    )
    assert asked(parsed)["How many ships left the harbour?"] == "Two"


def test_an_office_beside_a_name_asks_who_holds_it() -> None:
    parsed = tree(
        "Ann/PROPN/NNP/compound/1/Ann/PERSON Lee/PROPN/NNP/nsubj/8/Lee/PERSON ,/PUNCT/,/punct/1 "
        "the/DET/DT/det/4 head/NOUN/NN/appos/1 of/ADP/IN/prep/4 Shell/PROPN/NNP/pobj/5/Shell/ORG "
        ",/PUNCT/,/punct/1 resigned/VERB/VBD/ROOT/8/resign ./PUNCT/./punct/8"
    )
    assert asked(parsed) == {"Who is the head of Shell?": "Ann Lee"}


def test_a_negated_or_doubted_clause_is_not_asked_about() -> None:
    denied = tree(
        "Ann/PROPN/NNP/nsubj/3/Ann/PERSON did/AUX/VBD/aux/3/do not/PART/RB/neg/3 "
        "meet/VERB/VB/ROOT/3 Bob/PROPN/NNP/dobj/3/Bob/PERSON ./PUNCT/./punct/3"
    )
    assert predications(denied) == []


@pytest.mark.parametrize(
    ("object_", "reason"),
    [
        ("him/PRON/PRP/dobj/1/he", "a pronoun or pointing word that only the context explains"),
        ("cars/NOUN/NNS/dobj/1/car", "too short or too long"),
    ],
)
def test_what_a_reader_would_throw_out_is_refused(object_: str, reason: str) -> None:
    parsed = tree(
        f"Ann/PROPN/NNP/nsubj/1/Ann/PERSON sold/VERB/VBD/ROOT/1/sell {object_} ./PUNCT/./punct/1"
    )
    (made,) = [m for m in questions(parsed) if m.frame.role == "subject"]
    assert refusal(made, parsed) in (reason, "too short or too long")
