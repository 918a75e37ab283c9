"""Code-switching: words change, annotations keep to them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from projector.augment.codeswitch import CodeSwitchOptions, CodeSwitchStage, switched
from projector.records import Document, Pair, Span
from projector.stage import Rejected

TEXT = "The red house burnt"
DOC = Document(
    "d", TEXT, "en", tokens=[(0, 3), (4, 7), (8, 13), (14, 19)],
    spans=[Span("a", 4, 13, "X", text="red house"), Span("b", 14, 19, "Y"),
           Span("c", 0, 19, "Z", pieces=[(0, 3), (14, 19)])],
)  # fmt: skip
PAIR = Pair(
    "d", DOC, Document("d", "La casa roja ardió", "es", tokens=[(0, 2), (3, 7), (8, 12), (13, 18)]),
    [(0, 0, 0.9), (1, 2, 0.9), (2, 1, 0.9), (3, 3, 0.4)],
)  # fmt: skip


def switch(**options: object) -> Document:
    (made,) = CodeSwitchStage(CodeSwitchOptions(**options)).process([PAIR])  # type: ignore[arg-type]
    assert isinstance(made, Document)
    return made


def test_all_sure_words_change_and_spans_follow() -> None:
    made = switch(share=1.0)
    assert made.text == "La roja casa burnt"
    assert {s.id: s.surface(made.text) for s in made.spans} == {
        "a": "roja casa", "b": "burnt", "c": "La burnt",
    }  # fmt: skip
    assert made.words() == ["La", "roja", "casa", "burnt"]


def test_nothing_changes_with_a_share_of_zero() -> None:
    assert switch(share=0.0).text == TEXT


def test_the_choice_is_the_record_s_own() -> None:
    assert switch(share=0.5, seed=3) == switch(share=0.5, seed=3)
    texts = {switch(share=0.5, seed=n).text for n in range(20)}
    assert len(texts) > 3


def test_a_word_that_a_span_cuts_stays() -> None:
    cut = Document("d", TEXT, "en", tokens=DOC.tokens, spans=[Span("a", 10, 13, "X")])
    (made,) = CodeSwitchStage(CodeSwitchOptions(share=1.0)).process(
        [Pair("d", cut, PAIR.target, PAIR.alignment)]
    )
    assert isinstance(made, Document)
    assert made.text == "La roja house burnt"


@given(
    st.dictionaries(
        st.integers(0, 3), st.text(st.characters(categories=["L"]), min_size=1, max_size=9)
    )
)
def test_any_replacement_keeps_surfaces_by_token(words: dict[int, str]) -> None:
    made = switched(DOC, words, "es")
    expected = [words.get(n, w) for n, w in enumerate(DOC.words())]
    assert made.words() == expected
    assert made.spans[0].surface(made.text) == " ".join(expected[1:3])


def test_without_links_it_is_rejected() -> None:
    (made,) = CodeSwitchStage(CodeSwitchOptions()).process([Pair("d", DOC, PAIR.target)])
    assert isinstance(made, Rejected)
