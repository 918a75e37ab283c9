"""What a reader would throw out is not asked, over a real parse."""

from __future__ import annotations

import pytest

from projector.qa.english.parsing import SpacyAnalyser, installed_parser
from projector.qa.english.rules import _questions_of

pytestmark = pytest.mark.skipif(
    not installed_parser(), reason="needs an English spaCy pipeline (en_core_web_sm)"
)


@pytest.fixture(scope="module")
def analyser() -> SpacyAnalyser:
    return SpacyAnalyser()


def asked(analyser: SpacyAnalyser, sentence: str) -> list[str]:
    tree = analyser.analyse([sentence])[0].tree
    assert tree is not None
    return [made.text for made, _ in _questions_of(tree)]


def test_a_plain_sentence_is_asked_about(analyser: SpacyAnalyser) -> None:
    found = asked(analyser, "Marie Curie discovered radium in Paris in 1898.")
    assert "Who discovered radium in Paris in 1898?" in found
    assert "When did Marie Curie discover radium in Paris?" in found


@pytest.mark.parametrize(
    ("sentence", "never"),
    [
        ("A fire in 1939 left the building gutted.", "What did a fire in 1939 leave?"),
        ("The city has more than 380,000 people.", "Who does the city have"),
        ("AMs are suggesting alternative options.", "aMs"),
        ("The storm is moving toward China at eleven kph.", "When"),
        ("The police has discovered the car on January 25.", "When has"),
        ("Each country has unique laws about cars.", "What has unique laws"),
        ("The film was announced today.", "When"),
        ("An agent books similar trips to yours.", "to yours"),
    ],
    ids=[
        "what is said of the object is lost", "have people", "an abbreviation", "a speed",
        "the perfect", "each", "today", "the reader",
    ],
)  # fmt: skip
def test_what_is_not_asked(analyser: SpacyAnalyser, sentence: str, never: str) -> None:
    assert not [text for text in asked(analyser, sentence) if never in text]


@pytest.mark.parametrize(
    ("sentence", "answer"),
    [
        ("A sniper killed the old general in the morning.", "Who killed"),
        ("The Government Act gave the assembly new powers in 2017.", "Which organisation gave"),
    ],
    ids=["a person", "a law is no organisation"],
)
def test_the_question_word(analyser: SpacyAnalyser, sentence: str, answer: str) -> None:
    found = [text for text in asked(analyser, sentence) if text.startswith(answer)]
    assert bool(found) is answer.startswith("Who")
