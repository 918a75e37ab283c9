"""Text in Latin letters: every annotation still stands on the same words."""

from __future__ import annotations

from anyascii import anyascii
from hypothesis import given
from hypothesis import strategies as st

from projector.augment.romanising import RomaniseOptions, RomaniseStage, romanised
from projector.records import Document, Pair, Question, Segment, Span
from projector.stage import Rejected


def document() -> Document:
    text = "Анна живёт в Москве 👍."
    return Document(
        "d", text, "ru", tokens=[(0, 4), (5, 10), (11, 12), (13, 19), (20, 21), (21, 22)],
        spans=[Span("a", 0, 4, "PER", text="Анна"), Span("b", 13, 19, "LOC"),
               Span("c", 0, 19, "X", pieces=[(0, 4), (13, 19)])],
        questions=[Question("q", "Кто?", "ru", ["a"]), Question("r", "Who?", "en", ["a"])],
    )  # fmt: skip


def test_spans_tokens_and_questions_move_along() -> None:
    made, _ = romanised(document(), "own_script")
    assert made.text == "Anna zhivet v Moskve 👍."
    assert [span.surface(made.text) for span in made.spans] == ["Anna", "Moskve", "Anna Moskve"]
    assert made.words()[:4] == ["Anna", "zhivet", "v", "Moskve"]
    assert [q.text for q in made.questions] == ["Kto?", "Who?"]
    assert made.meta["own_script"] == document().text


def test_a_pair_keeps_its_links_and_segments() -> None:
    source = Document(
        "d", "Anna lives. Yes.", "en", tokens=[(0, 4), (5, 10), (10, 11), (12, 15), (15, 16)]
    )
    target = Document(
        "d", "Анна живёт. Да.", "ru", tokens=[(0, 4), (5, 10), (10, 11), (12, 14), (14, 15)]
    )
    links = [(n, n, 1.0) for n in range(5)]
    pair = Pair("d", source, target, links, [Segment(0, 11, 0, 11), Segment(12, 16, 12, 15)])
    (made,) = RomaniseStage(RomaniseOptions()).process([pair])
    assert isinstance(made, Pair)
    assert made.source == source and made.alignment == links
    assert [made.target.text[s.target_start : s.target_end] for s in made.segments or ()] == [
        "Anna zhivet.", "Da.",
    ]  # fmt: skip
    assert made.steps[-1].engine == "anyascii"
    (other,) = RomaniseStage(RomaniseOptions(side="source")).process([pair])
    assert isinstance(other, Pair) and other.target == target


def test_a_pair_without_a_target_text_is_refused() -> None:
    pair = Pair("d", Document("d", "a", "en"), Document("d", "", "ru"))
    (made,) = RomaniseStage(RomaniseOptions()).process([pair])
    assert isinstance(made, Rejected) and made.reason == "empty_text"


@given(st.text(min_size=1, max_size=40))
def test_any_text_becomes_a_valid_document(text: str) -> None:
    made, places = romanised(Document("d", text, "ja", spans=[Span("s", 0, len(text))]))
    assert len(places) == len(text) + 1 and places[-1] == len(made.text)
    for n, char in enumerate(text):
        assert made.text[places[n] : places[n + 1]] in (anyascii(char), char)
