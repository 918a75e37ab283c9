"""Rewriting: text changes where it was told to, and every annotation stays on its words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from projector.augment.contractions import without_contractions
from projector.augment.rewriting import Edit, rewritten
from projector.records import Document, Relation, Span
from projector.text.tokens import with_tokens

DOC = Document(
    "d",
    "Ana vive na Costa do Sol.",
    "pt",
    tokens=[(0, 3), (4, 8), (9, 11), (12, 17), (18, 20), (21, 24), (24, 25)],
    tags={"upos": ["PROPN", "VERB", "ADP", "PROPN", "ADP", "PROPN", "PUNCT"]},
    spans=[
        Span("s0", 0, 3, "PER", text="Ana"),
        Span("s1", 12, 24, "LOC", score=0.5, text="Costa do Sol"),
        Span("s2", 4, 24, "X", pieces=[(4, 8), (18, 24)]),
    ],
    relations=[Relation("lives", "s0", "s1")],
)


def test_contractions_become_words_and_spans_grow_with_them() -> None:
    made = without_contractions(DOC)
    assert made.text == "Ana vive em a Costa de o Sol."
    assert made.words() == ["Ana", "vive", "em", "a", "Costa", "de", "o", "Sol", "."]
    assert made.tags["upos"] == "PROPN VERB _ _ PROPN _ _ PROPN PUNCT".split()
    assert [span.surface(made.text) for span in made.spans] == [
        "Ana",
        "Costa de o Sol",
        "vive de o Sol",
    ]
    assert made.spans[1].text == "Costa de o Sol" and made.spans[1].score == 0.5
    assert made.relations == DOC.relations


def test_an_edit_of_as_many_tokens_keeps_their_tags() -> None:
    made = rewritten(DOC, [Edit(0, 3, "Eva", [(0, 3)])])
    assert made.text.startswith("Eva vive") and made.tags == DOC.tags


def test_an_edge_inside_an_edit_moves_out() -> None:
    doc = Document("d", "no Rio", "pt", tokens=[(0, 2), (3, 6)], spans=[Span("s", 1, 6, "LOC")])
    made = without_contractions(doc)
    assert made.spans[0].surface(made.text) == "em o Rio"


def test_nothing_changes_without_a_contraction() -> None:
    doc = with_tokens(Document("d", "Ana ri.", "pt"))
    assert without_contractions(doc) == doc


WORDS = st.lists(st.sampled_from(["na", "Rio", "dos", "casa", "ao", "."]), min_size=1, max_size=9)


@given(WORDS, st.data())
def test_a_span_covers_what_its_words_became(words: list[str], data: st.DataObject) -> None:
    tokens, at = [], 0
    for word in words:
        tokens.append((at, at + len(word)))
        at += len(word) + 1
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    span = Span("s", tokens[first][0], tokens[last][1], "X")
    made = without_contractions(Document("d", " ".join(words), "pt", tokens=tokens, spans=[span]))
    parts = {"na": "em a", "dos": "de os", "ao": "a o"}
    expected = [parts.get(word, word) for word in words]
    assert made.text == " ".join(expected)
    assert made.spans[0].surface(made.text) == " ".join(expected[first : last + 1])
    assert made.words() == " ".join(expected).split()
