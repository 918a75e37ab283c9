"""The question generator by model: inputs, meaning, and what it refuses."""

from __future__ import annotations

import pytest

from projector.errors import EngineError, UsageError
from projector.qa.base import Candidate, Request
from projector.qa.hf import HuggingFaceQuestionGenerator

CONTEXT = "Clara works in Lima . Hugo lives in Oslo ."


def request(answer: str, context: str = CONTEXT) -> Request:
    start = context.index(answer)
    return Request(context, Candidate(start, start + len(answer)), context)


def test_both_input_styles() -> None:
    highlight = HuggingFaceQuestionGenerator("folder")
    assert highlight.prompt(request("Oslo")) == (
        "generate question: Clara works in Lima . Hugo lives in <hl> Oslo <hl> ."
    )
    prefix = HuggingFaceQuestionGenerator("folder", style="prefix")
    assert prefix.prompt(request("Oslo")) == f"answer: Oslo context: {CONTEXT}"


def test_the_answer_is_marked_in_the_whole_context() -> None:
    asked = Request("Hugo lives in Oslo .", Candidate(14, 18), CONTEXT, offset=22)
    generator = HuggingFaceQuestionGenerator("folder")
    assert generator.prompt(asked).endswith("Hugo lives in <hl> Oslo <hl> .")
    sentence = HuggingFaceQuestionGenerator("folder", scope="sentence")
    assert sentence.prompt(asked) == "generate question: Hugo lives in <hl> Oslo <hl> ."


def test_usage_errors() -> None:
    with pytest.raises(UsageError, match="model"):
        HuggingFaceQuestionGenerator()
    with pytest.raises(UsageError, match="style"):
        HuggingFaceQuestionGenerator("folder", style="{context}")
    with pytest.raises(UsageError, match="scope"):
        HuggingFaceQuestionGenerator("folder", scope="page")


@pytest.mark.neural
def test_a_missing_folder_is_one_sentence() -> None:
    with pytest.raises(EngineError, match="found no folder"):
        HuggingFaceQuestionGenerator("/no/such/folder").ask([request("Oslo")])


@pytest.mark.neural
def test_a_trained_model_asks_for_the_marked_answer() -> None:
    from tests.qa.models import asking_t5

    generator = HuggingFaceQuestionGenerator(
        str(asking_t5()),
        style="generate question : {before}{mark} {answer} {mark}{after}",
        threads=1,
    )
    asked = generator.ask([request("Oslo"), request("Hugo")])
    assert [a.text for a in asked] == ["Where does Hugo live ?", "Who lives in Oslo ?"]
    assert all(a.score is not None and a.score < 0 for a in asked)


@pytest.mark.neural
def test_a_context_beyond_the_window_is_refused() -> None:
    from tests.qa.models import asking_t5

    generator = HuggingFaceQuestionGenerator(str(asking_t5()), threads=1)
    (asked,) = generator.ask(
        [request("Oslo", "Clara works in Lima . " * 40 + "Hugo lives in Oslo .")]
    )
    assert asked.text is None
    assert "window" in asked.reason
