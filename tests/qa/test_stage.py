"""The qa stage end to end on real engines: rules, match, and Apertium where it is there."""

from __future__ import annotations

import pytest

from projector.errors import UsageError
from projector.pipeline.in_memory import apply
from projector.qa.stage import QaOptions, QaStage
from projector.records import Document, Pair, Question, Span, swapped
from projector.stage import Rejected

SOURCE = "Obama met Merkel in Berlin."
TARGET = "Obama conoció a Merkel en Berlín."
LINKS = [(0, 0, 0.9), (1, 1, 0.9), (2, 3, 0.9), (3, 4, 0.9), (4, 5, 0.9), (5, 6, 0.9)]
UPOS = ["PROPN", "VERB", "PROPN", "ADP", "PROPN", "PUNCT"]
XPOS = ["NNP", "VBD", "NNP", "IN", "NNP", "."]
LEMMAS = ["Obama", "meet", "Merkel", "in", "Berlin", "."]


def tokens(text: str) -> list[tuple[int, int]]:
    found, at = [], 0
    for word in text.replace(".", " .").split():
        start = text.index(word, at)
        at = start + len(word)
        found.append((start, at))
    return found


def pair(spans: list[Span] | None = None, questions: list[Question] | None = None) -> Pair:
    given = [Span("s0", 0, 5, "PER"), Span("s1", 10, 16, "PER")] if spans is None else spans
    source = Document(
        "d", SOURCE, "en", tokens=tokens(SOURCE), spans=given, questions=questions or [],
        tags={"upos": UPOS, "xpos": XPOS, "lemma": LEMMAS},
    )  # fmt: skip
    target = Document("d", TARGET, "es", tokens=tokens(TARGET))
    return Pair("d", source, target, alignment=LINKS)


def made(stage: QaStage, given: Pair) -> Pair:
    (done,) = apply([stage], [given])
    assert isinstance(done, Pair)
    return done


def test_questions_for_the_records_own_spans_without_translator() -> None:
    done = made(QaStage(QaOptions(translator="", questions="translate")), pair())
    assert [(q.text, q.lang, q.answers) for q in done.source.questions] == [
        ("Who met Merkel in Berlin?", "en", ["s0"]),
        ("Who did Obama meet in Berlin?", "en", ["s1"]),
    ]
    assert [q.text for q in done.target.questions] == [q.text for q in done.source.questions]
    spans = done.target.span_by_id()
    assert {s.text for s in spans.values()} == {"Obama", "Merkel"}
    assert all(TARGET[s.start : s.end] == s.text for s in spans.values())
    assert done.steps[-1].stage == "qa"


@pytest.mark.apertium
def test_four_directions_with_constrained_translation() -> None:
    done = made(QaStage(QaOptions(questions="translate", translator="apertium")), pair())
    languages = [(q.lang, doc.lang) for doc in (done.source, done.target) for q in doc.questions]
    assert sorted(set(languages)) == [("en", "en"), ("en", "es"), ("es", "en"), ("es", "es")]
    spanish = [q for q in done.target.questions if q.lang == "es"]
    assert all("Berlín" in q.text for q in spanish)
    assert all(q.meta["constraints"] == q.meta["constraints_met"] for q in spanish)
    assert [q.id for q in spanish] == ["d-q0-es", "d-q1-es"]


@pytest.mark.apertium
def test_phrases_are_asked_where_there_are_no_spans() -> None:
    given = pair(spans=[])
    untagged = Document("d", SOURCE, "en", tokens=tokens(SOURCE))
    bare = Pair("d", untagged, given.target, alignment=LINKS)
    done = made(QaStage(QaOptions(translator="")), bare)
    answers = {s.text for s in done.source.spans}
    assert "Obama" in answers
    assert done.target.questions


def test_only_the_wanted_directions() -> None:
    options = QaOptions(translator="", directions=["source-target"])
    done = made(QaStage(options), pair())
    assert not done.source.questions
    assert len(done.target.questions) == 2


def test_an_answer_without_links_stays_on_its_own_side() -> None:
    given = pair()
    unlinked = Pair(
        "d", given.source, given.target, alignment=[link for link in LINKS if link[0] != 0]
    )
    blank = Document("d", "Ella conoció a Merkel en Berlín.", "es")
    moved = Pair("d", given.source, Document("d", blank.text, "es", tokens=tokens(blank.text)),
                 alignment=unlinked.alignment)  # fmt: skip
    done = made(QaStage(QaOptions(translator="", questions="translate")), moved)
    assert len(done.source.questions) == 2
    assert [q.answers for q in done.target.questions] == [["s1"]]
    assert [d.question for d in done.dropped] == ["d-q0"]


def test_given_questions_keep_their_ids_and_impossible_flags() -> None:
    asked = [
        Question("q7", "Who met Merkel?", "en", ["s0"]),
        Question("q8", "Who met Putin?", "en", [], is_impossible=True),
    ]
    done = made(QaStage(QaOptions(generator="given", translator="")), pair(questions=asked))
    assert [q.id for q in done.source.questions] == ["q7", "q8"]
    assert [(q.id, q.answers, q.is_impossible) for q in done.target.questions] == [
        ("q7", ["s0"], None),
        ("q8", [], True),
    ]


def test_the_english_side_is_found_on_either_side() -> None:
    turned = swapped(pair())
    done = made(QaStage(QaOptions(translator="")), turned)
    assert done.source.lang == "es"
    assert done.target.questions[0].text == "Who met Merkel in Berlin?"
    assert done.alignment == turned.alignment


def test_a_document_is_rejected_not_lost() -> None:
    (outcome,) = QaStage(QaOptions(translator="")).process([Document("d", "Text.", "en")])
    assert isinstance(outcome, Rejected)
    assert outcome.reason == "no_links"


def test_usage_errors() -> None:
    with pytest.raises(UsageError, match="answers"):
        QaStage(QaOptions(answers="all"))
    with pytest.raises(UsageError, match="directions"):
        QaStage(QaOptions(directions=["en-es"]))
