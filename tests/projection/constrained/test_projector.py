"""The method constrained: markers are placed in the given translation by the marked source."""

from __future__ import annotations

import msgspec
import pytest

from projector.errors import UsageError
from projector.records import Document, Pair, Segment, Span
from tests.marking_models import bracket_translator
from tests.neural_models import toy_translator
from tests.projection.toy_pairs import accuracy, offsets, toy_pairs

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytestmark = pytest.mark.neural

from projector.projection.constrained.projector import ConstrainedProjector  # noqa: E402


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.mark.parametrize("together", [True, False])
def test_all_spans_are_found_without_links(together: bool) -> None:
    pairs, wanted = toy_pairs(30, seed=81, links="none")
    projector = ConstrainedProjector(bracket_translator(), together=together)
    found = projector.project(pairs)
    assert accuracy(found, wanted) > 0.95
    assert all(0 < p.score <= 1 and not p.detail for row in found for p in row)


def test_sure_placements_score_higher_than_wrong_ones() -> None:
    pairs, wanted = toy_pairs(25, seed=82, links="none")
    found = ConstrainedProjector(bracket_translator()).project(pairs)
    scores = [
        p.score
        for row, gold in zip(found, wanted, strict=True)
        for p, g in zip(row, gold, strict=True)
        if p.pieces == [g]
    ]
    assert sum(scores) / len(scores) > 0.8


def spans_of(text: str, *surfaces: str) -> list[Span]:
    return [
        Span(f"s{n}", text.index(s), text.index(s) + len(s), "NP") for n, s in enumerate(surfaces)
    ]


def documents(source: str, target: str, *surfaces: str) -> Pair:
    return Pair(
        "d",
        Document(
            "d", source, "en", tokens=offsets(source.split()), spans=spans_of(source, *surfaces)
        ),
        Document("d", target, "es", tokens=offsets(target.split())),
    )


def surfaces(pair: Pair, row: list) -> list[str | None]:
    return [
        None if p.pieces is None else " ".join(pair.target.text[a:b] for a, b in p.pieces)
        for p in row
    ]


def test_nested_spans_and_parts_of_one_span() -> None:
    pair = documents(
        "the red cat sees Obama .", "la gato rojizo Obama vidat .", "the red cat", "cat", "Obama"
    )
    found = ConstrainedProjector(bracket_translator()).project([pair])[0]
    assert surfaces(pair, found)[0] == "la gato rojizo" and surfaces(pair, found)[2] == "Obama"
    assert found[1].pieces is not None
    broken = Span("x", 0, 22, "NP", pieces=[(0, 11), (17, 22)])
    pair = msgspec.structs.replace(
        pair, source=msgspec.structs.replace(pair.source, spans=[broken])
    )
    found = ConstrainedProjector(bracket_translator()).project([pair])[0]
    assert found[0].pieces == [(0, 20)]  # the two parts touch in the target


def test_sentences_of_a_document_are_searched_apart() -> None:
    first, second = toy_pairs(2, seed=83, spans=1)[0]
    shift, other = len(first.source.text) + 1, len(first.target.text) + 1
    moved = [Span("b", s.start + shift, s.end + shift, "NP") for s in second.source.spans]
    source = Document(
        "d", f"{first.source.text} {second.source.text}", "en", spans=[*first.source.spans, *moved]
    )
    target = Document("d", f"{first.target.text} {second.target.text}", "es")
    pair = Pair(
        "d", source, target,
        segments=[
            Segment(0, shift - 1, 0, other - 1),
            Segment(shift, len(source.text), other, len(target.text)),
        ],
    )  # fmt: skip
    projector = ConstrainedProjector(bracket_translator())
    whole = projector.project([pair])[0]
    apart = [projector.project([one])[0][0] for one in (first, second)]
    assert whole[0].pieces == apart[0].pieces
    assert whole[1].pieces == [(a + other, b + other) for a, b in apart[1].pieces]


def test_what_cannot_be_placed_says_why() -> None:
    long = documents("the cat " * 60, "la gato " * 60, "the cat")
    crowded = documents("the cat sees the dog .", "gato .", "the cat", "the dog")
    found = ConstrainedProjector(bracket_translator()).project(
        [long, crowded, documents("the cat .", "la gato .")]
    )
    assert found[0][0].pieces is None and "the model takes" in found[0][0].detail
    assert [p.reason for p in found[1]] == ["no_counterpart"] * 2 and "1 words for 2" in found[1][
        0
    ].detail
    assert found[2] == []


def test_a_cut_search_is_told_in_the_projection() -> None:
    pair = documents(
        "the cat sees the dog .", "amat la la kaj casita la gato . gato la gato", "the cat"
    )
    found = ConstrainedProjector(bracket_translator(), most=1, best=1, beam=1).project([pair])[0]
    assert found[0].pieces is not None and "cut to 1" in found[0].detail


def test_wrong_use_is_named() -> None:
    with pytest.raises(UsageError, match="needs a model"):
        ConstrainedProjector(scorer="hf")
    with pytest.raises(UsageError, match="markers"):
        ConstrainedProjector("x", markers="[")
    with pytest.raises(UsageError, match="'es'"):
        ConstrainedProjector(toy_translator()).project(
            [
                Pair(
                    "d",
                    Document("d", "a", "es", tokens=[(0, 1)], spans=[Span("s", 0, 1)]),
                    Document("d", "b", "en", tokens=[(0, 1)]),
                )
            ]
        )
