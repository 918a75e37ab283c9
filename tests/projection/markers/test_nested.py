"""Nested tags (LabelPigeon's): spans inside spans in one sentence, read back and mended."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.projection.markers.insertion import (
    Job,
    Part,
    layers,
    marked,
    parents,
    read_markers,
)
from projector.projection.markers.projector import MarkerProjector
from projector.projection.markers.recovery import CROSSED, MENDED, WHOLE, read_back
from projector.records import Document, Pair, Span
from projector.translation.base import Constraint, Translation
from tests.projection.toy_pairs import offsets

NESTED = read_markers("nested")
TEXT = "Obama sees the red house of Merkel ."


def job(*stretches: tuple[int, int]) -> Job:
    (parts,) = layers([Part(n, a, b) for n, (a, b) in enumerate(stretches)], nested=True)
    return Job((0, len(TEXT)), (0, 0), parts)


def test_tags_nest_and_touch_what_they_mark() -> None:
    made = job((0, 5), (11, 34), (11, 24), (28, 34), (15, 18))
    assert marked(TEXT, made, NESTED) == (
        "<a>Obama</a> sees <b><c>the <d>red</d> house</c> of <e>Merkel</e></b> ."
    )
    assert parents(made.parts) == [-1, -1, 1, 2, 1]


def test_parts_that_cross_go_into_copies_of_their_own() -> None:
    groups = list(layers([Part(0, 0, 10), Part(1, 5, 15), Part(2, 6, 9)], nested=True))
    assert [[part.span for part in group] for group in groups] == [[0, 2], [1]]


_words = st.integers(0, 5)


@given(st.lists(st.tuples(_words, _words), min_size=1, max_size=6))
def test_what_comes_back_untouched_is_read_as_it_was(spans: list[tuple[int, int]]) -> None:
    words = offsets(TEXT.split())
    parts = [Part(n, words[min(a, b)][0], words[max(a, b)][1]) for n, (a, b) in enumerate(spans)]
    for group in layers(parts, nested=True):
        made = Job((0, len(TEXT)), (0, 0), group)
        counts = [len(TEXT[p.start : p.end].split()) for p in group]
        plain, found = read_back(marked(TEXT, made, NESTED), NESTED, counts, parents(group))
        assert plain == TEXT
        assert {(f.part, f.start, f.end) for f in found} == {
            (k, p.start, p.end) for k, p in enumerate(group)
        }
        assert all(f.quality == WHOLE for f in found)


@pytest.mark.parametrize(
    ("text", "stretches"),
    [
        # all there, in another order
        ("<b>Merkel</b> <a>la <c>roja</c> casa</a>",
         {0: ("la roja casa", WHOLE), 1: ("Merkel", WHOLE), 2: ("roja", WHOLE)}),
        # the outer closing tag is lost: three words, the inner tags do not stop it
        ("<a>la casa <c>roja</c> de <b>Merkel</b>",
         {0: ("la casa roja", MENDED), 1: ("Merkel", WHOLE), 2: ("roja", WHOLE)}),
        # the inner one came out across its holder's end: what both share
        ("<a>la casa <c>roja</a> de</c> <b>Merkel</b>",
         {0: ("la casa roja", WHOLE), 1: ("Merkel", WHOLE), 2: ("roja", CROSSED)}),
        # the inner one came out beside its holder
        ("<a>la casa</a> <c>roja</c>", {0: ("la casa", WHOLE), 2: ("roja", CROSSED)}),
        # neighbours that cross
        ("<a>la <b>casa roja</a> Merkel</b>", {0: ("la casa roja", CROSSED), 1: ("Merkel", CROSSED)}),
        ("la casa", {}),
    ],
)  # fmt: skip
def test_damaged_tags_are_mended(text: str, stretches: dict[int, tuple[str, float]]) -> None:
    plain, found = read_back(text, NESTED, [3, 1, 1], [-1, -1, 0])
    assert {f.part: (plain[f.start : f.end], f.quality) for f in found} == stretches


class Tagging:
    """A translator that leaves tags alone; ``lost`` is taken out of what it writes."""

    name, model, version, gives_links = "words", "", "1", False
    words = {"the": "la", "house": "casa", "of": "de", "sees": "ve", "red": "roja"}  # noqa: RUF012

    def __init__(self, lost: str = "") -> None:
        self.lost = lost
        self.seen: list[str] = []

    def check(self, source: str, target: str) -> None:
        """Any pair."""

    def translate(
        self,
        sentences: Sequence[str],
        source: str,
        target: str,
        constraints: Sequence[Sequence[Constraint]] | None = None,
    ) -> list[Translation]:
        self.seen += sentences
        made = [
            re.sub(r"(?<!<)(?<!/)\b\w\w+", lambda m: self.words.get(m[0], m[0]), s)
            for s in sentences
        ]
        return [Translation(re.sub(self.lost, "", s) if self.lost else s) for s in made]

    def close(self) -> None:
        """Nothing."""


def pair() -> Pair:
    target = "Obama ve la roja casa de Merkel ."
    spans = [Span("w", 11, 34, "OBJ"), Span("h", 11, 24, "OBJ"), Span("m", 28, 34, "PER")]
    return Pair(
        "d",
        Document("d", TEXT, "en", tokens=offsets(TEXT.split()), spans=spans),
        Document("d", target, "es", tokens=offsets(target.split())),
        alignment=[(n, n, 0.9) for n in range(8)],
    )


def projected(lost: str = "") -> tuple[list[str], Tagging]:
    made = MarkerProjector("unused", engine="bitext", markers="nested")
    made.translator = translator = Tagging(lost)
    given_ = pair()
    made.fit([given_])
    (row,) = made.project([given_])
    return [
        " ".join(given_.target.text[a:b] for a, b in one.pieces or ()) for one in row
    ], translator


def test_nested_spans_come_through_in_one_sentence() -> None:
    texts, translator = projected()
    assert texts == ["la roja casa de Merkel", "la roja casa", "Merkel"]
    assert translator.seen == ["Obama sees <a><b>the red house</b> of <c>Merkel</c></a> ."]


def test_a_span_whose_tags_are_lost_is_placed_by_the_links() -> None:
    texts, _ = projected(lost="</?[bc]>")
    assert texts == ["la roja casa de Merkel", "la roja casa", "Merkel"]
