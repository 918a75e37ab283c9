"""The method markers: through a real model, through damaged tags, and by Apertium's own links."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
import pytest

from projector.errors import UsageError
from projector.projection.base import Projection
from projector.projection.markers.projector import MarkerProjector, owners_of
from projector.records import Document, Pair, Span
from projector.translation.base import Translation
from tests.projection.toy_pairs import accuracy, offsets, toy_pairs


class WordForWord:
    """A translator by dictionary that leaves other tokens alone; ``damage`` changes its output."""

    name, model, version, gives_links = "words", "", "1", False

    def __init__(self, words: dict[str, str], damage: Callable[[str], str] = str) -> None:
        self.words, self.damage = words, damage
        self.seen: list[str] = []

    def check(self, source: str, target: str) -> None: ...

    def translate(
        self, sentences: Sequence[str], source: str, target: str, constraints=None
    ) -> list[Translation]:
        self.seen += sentences
        return [
            Translation(self.damage(" ".join(self.words.get(w, w) for w in sentence.split())))
            for sentence in sentences
        ]

    def close(self) -> None: ...


WORDS = {"the": "la", "house": "casa", "of": "de", "sees": "ve", "red": "roja"}


def projector(
    damage: Callable[[str], str] = str, **options: object
) -> tuple[MarkerProjector, WordForWord]:
    pytest.importorskip("torch", reason="the default engine 'hf' needs the extra 'neural'")
    made = MarkerProjector("unused", **options)
    made.translator = WordForWord(WORDS, damage)
    return made, made.translator


def example(links: bool = True) -> Pair:
    text, other = "Obama sees the house of Merkel .", "Obama ve la casa de Merkel ."
    spans = [Span("a", 0, 5, "PER"), Span("b", 11, 20, "OBJ"), Span("c", 24, 30, "PER")]
    return Pair(
        "d", Document("d", text, "en", tokens=offsets(text.split()), spans=spans),
        Document("d", other, "es", tokens=offsets(other.split())),
        alignment=[(n, n, 0.9) for n in range(7)] if links else None,
    )  # fmt: skip


def surfaces(pair: Pair, row: list[Projection]) -> list[str | None]:
    return [
        None if p.pieces is None else " ".join(pair.target.text[a:b] for a, b in p.pieces)
        for p in row
    ]


@pytest.mark.parametrize("markers", ["<{n}> </{n}>", "[ ]"])
@pytest.mark.parametrize("links", [True, False])
def test_tags_come_back_around_the_translated_spans(markers: str, links: bool) -> None:
    made, translator = projector(markers=markers)
    pair = example(links)
    row = made.project([pair])[0]
    assert surfaces(pair, row) == ["Obama", "la casa", "Merkel"]
    first = "<a> Obama </a>" if "{n}" in markers else "[ Obama ]"
    assert translator.seen[0].startswith(first)
    if links:  # both agree
        assert all(p.score > 0.9 for p in row)


def test_lost_tags_fall_back_to_the_links_and_say_so() -> None:
    made, _ = projector(lambda text: text.replace("<b>", "").replace("</b>", ""))
    pair = example()
    row = made.project([pair])[0]
    assert surfaces(pair, row) == ["Obama", "la casa", "Merkel"]
    assert "placed by the links" in row[1].detail and not row[0].detail
    alone = made.project([example(links=False)])[0]
    assert alone[1].pieces is None and alone[1].reason == "no_counterpart"
    assert alone[0].pieces == [(0, 5)]


def test_a_mended_tag_scores_less_than_a_whole_one() -> None:
    made, _ = projector(lambda text: text.replace("</b>", ""))
    row = made.project([example(links=False)])[0]
    assert surfaces(example(), row) == ["Obama", "la casa", "Merkel"]
    assert row[1].score < row[0].score


def test_another_wording_of_the_tagged_text_is_found_in_the_kept_one() -> None:
    made, _ = projector(lambda text: "Hoy " + text.replace("ve", "mira a") + " !")
    pair = example(links=False)
    row = made.project([pair])[0]
    assert surfaces(pair, row) == ["Obama", "la casa", "Merkel"]
    assert pair.target.text == example().target.text  # the record's text is never rewritten


def test_brackets_in_the_text_are_left_alone_by_taking_other_markers() -> None:
    text = "EU [ 1 ] sees Merkel ."
    spans = [Span("a", 0, 2, "ORG"), Span("b", 14, 20, "PER")]
    pair = Pair(
        "d", Document("d", text, "en", tokens=offsets(text.split()), spans=spans),
        Document("d", "EU [ 1 ] ve Merkel .", "es", tokens=offsets("EU [ 1 ] ve Merkel .".split())),
    )  # fmt: skip
    made, translator = projector(markers="[ ]")
    row = made.project([pair])[0]
    assert surfaces(pair, row) == ["EU", "Merkel"]
    assert translator.seen == ["<a> EU </a> [ 1 ] sees <b> Merkel </b> ."]


def test_nested_spans_are_translated_in_layers() -> None:
    pair = example(links=False)
    spans = [*pair.source.spans, Span("d", 15, 20, "N")]
    pair = msgspec.structs.replace(pair, source=msgspec.structs.replace(pair.source, spans=spans))
    made, translator = projector()
    assert surfaces(pair, made.project([pair])[0]) == ["Obama", "la casa", "Merkel", "casa"]
    assert len(translator.seen) == 2


def test_equal_brackets_find_their_owners_by_the_links() -> None:
    expected = [Projection([(20, 25)], 0.9), Projection([(0, 5)], 0.9)]
    assert owners_of([(0, 5), (20, 26)], [0, 1], expected) == {1: (0, 1.0), 0: (1, 1.0)}
    assert owners_of([(0, 5), (40, 46)], [0, 1], expected) == {0: (1, 1.0), 1: (0, 0.7)}
    assert owners_of([(0, 5)], [0, 1], None) == {}


@pytest.mark.neural
def test_a_model_that_carries_brackets_projects_reordered_spans() -> None:
    torch = pytest.importorskip("torch")
    from tests.marking_models import bracket_translator

    torch.set_num_threads(1)
    pairs, wanted = toy_pairs(20, seed=91)
    made = MarkerProjector(bracket_translator(), markers="[ ]", options={"beam": 1})
    assert accuracy(made.project(pairs), wanted) > 0.95
    one, gold = toy_pairs(20, seed=92, spans=1, links="none")
    assert accuracy(made.project(one), gold) > 0.9


@pytest.mark.apertium
def test_with_apertium_the_tags_ride_on_its_units() -> None:
    from projector.translation.stage import TranslateOptions, TranslateStage

    text = "The president of France visited Berlin yesterday. Angela Merkel was in the new house."
    spans = [Span("a", text.index(s), text.index(s) + len(s), "X") for s in ("Berlin",)]
    spans.append(Span("b", text.index("Angela"), text.index(" was"), "PER"))
    stage = TranslateStage(msgspec.convert({"to": "es"}, TranslateOptions))
    pair = stage.process([Document("d", text, "en", spans=spans)])[0]
    stage.close()
    made = MarkerProjector(engine="apertium")
    with_links = made.project([pair])[0]
    assert surfaces(pair, with_links) == [
        s.surface(text).replace("Berlin", "Berlín")
        if "Berlín" in pair.target.text
        else s.surface(text)
        for s in spans
    ]
    # Without links in the record the engine gives its own, for the same translation.
    without = made.project([msgspec.structs.replace(pair, alignment=None)])[0]
    assert [p.pieces for p in without] == [p.pieces for p in with_links]
    other = msgspec.structs.replace(pair.target, text="Otra frase.", tokens=[(0, 4), (5, 10)])
    lost = made.project(
        [msgspec.structs.replace(pair, alignment=None, segments=None, target=other)]
    )[0]
    assert [p.reason for p in lost] == ["no_counterpart"] * 2
    made.close()


def test_wrong_use_is_named() -> None:
    with pytest.raises(UsageError, match="no translator is called 'apertum'"):
        MarkerProjector(engine="apertum")
    pytest.importorskip("torch", reason="the default engine 'hf' needs the extra 'neural'")
    with pytest.raises(UsageError, match="needs a model"):
        MarkerProjector()
    with pytest.raises(UsageError, match="markers"):
        MarkerProjector("x", markers="[")
