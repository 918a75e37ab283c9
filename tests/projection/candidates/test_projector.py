"""The method candidates: a translation model finds the span, with or without links."""

from __future__ import annotations

import msgspec
import pytest

from projector.errors import UsageError
from projector.projection.ngrams import Window, windows
from projector.records import Document, Pair, Span
from tests.marking_models import bracket_translator
from tests.neural_models import plain_t5
from tests.projection.toy_pairs import accuracy, toy_pairs

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytestmark = pytest.mark.neural

from projector.projection.candidates.projector import CandidateProjector, occurrences  # noqa: E402


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def doc(text: str, lang: str = "en", **fields: object) -> Document:
    words, tokens, at = text.split(), [], 0
    for word in words:
        at = text.index(word, at)
        tokens.append((at, at + len(word)))
        at += len(word)
    return Document("d", text, lang, tokens=tokens, **fields)


@pytest.mark.parametrize("links", ["gold", "noisy", "none"])
def test_spans_are_found_with_good_bad_and_no_links(links: str) -> None:
    pairs, wanted = toy_pairs(30, seed=61, links=links)
    found = CandidateProjector(bracket_translator()).project(pairs)
    assert accuracy(found, wanted) > (0.97 if links == "gold" else 0.9)
    assert all(0 < p.score <= 1 for row in found for p in row if p.pieces)


def test_translation_beats_links_that_point_to_the_wrong_phrase() -> None:
    source = doc("the red cat likes the old house .", spans=[Span("a", 0, 11, "NP")])
    target = doc("la gato rojizo la casita vetusto amat .", "es")
    # Every link of the first phrase points into the second.
    links = [(0, 3, 0.9), (1, 5, 0.9), (2, 4, 0.9), (3, 6, 0.9), (7, 7, 0.9)]
    pair = Pair("p", source, target, alignment=links)
    found = CandidateProjector(bracket_translator()).project([pair])[0][0]
    assert target.text[slice(*found.pieces[0])] == "la gato rojizo"


def test_two_equal_spans_take_two_places() -> None:
    source = doc("the cat sees the cat .", spans=[Span("a", 0, 7, "NP"), Span("b", 13, 20, "NP")])
    target = doc("la gato la gato vidat .", "es")
    links = [(0, 0, 0.9), (1, 1, 0.9), (3, 2, 0.9), (4, 3, 0.9), (2, 4, 0.9), (5, 5, 0.9)]
    found = CandidateProjector(bracket_translator()).project(
        [Pair("p", source, target, alignment=links)]
    )[0]
    assert [p.pieces for p in found] == [[(0, 7)], [(8, 15)]]


def test_a_span_whose_words_are_not_there_has_no_counterpart() -> None:
    source = doc(
        "the red cat likes Obama .", spans=[Span("a", 0, 11, "NP"), Span("b", 18, 23, "PER")]
    )
    target = doc("Obama amat .", "es")
    pair = Pair("p", source, target, alignment=[(4, 0, 0.9), (3, 1, 0.9), (5, 2, 0.9)])
    first, second = CandidateProjector(bracket_translator(), min_similarity=0.3).project([pair])[0]
    assert first.pieces is None and first.reason == "no_counterpart"
    assert second.pieces == [(0, 5)]


def test_batches_do_not_matter_and_empty_records_pass() -> None:
    pairs, _ = toy_pairs(8, seed=62)
    pairs.append(msgspec.structs.replace(pairs[0], id="x", source=doc("the cat ."), alignment=None))
    empty = doc("the cat .", spans=[Span("a", 0, 3, "NP")])
    pairs.append(Pair("y", empty, Document("y", "", "es", tokens=[])))
    projector = CandidateProjector(bracket_translator())
    together = projector.project(pairs)
    assert together[-2] == [] and together[-1][0].pieces is None
    for pair, row in zip(pairs, together, strict=True):
        alone = projector.project([pair])[0]
        assert [p.pieces for p in alone] == [p.pieces for p in row]
        assert [p.score for p in alone] == pytest.approx([p.score for p in row], abs=1e-3)


def test_ctranslate2_ranks_as_well() -> None:
    pytest.importorskip("ctranslate2")
    pairs, wanted = toy_pairs(15, seed=63, links="noisy")
    assert (
        accuracy(
            CandidateProjector(bracket_translator(), scorer="ctranslate2").project(pairs), wanted
        )
        > 0.9
    )


def test_windows_follow_the_links_and_keep_punctuation_off_the_edges() -> None:
    source, target = doc("a , b c"), doc("x , y z", "es")
    links = [(0, 0, 1.0), (2, 2, 1.0), (3, 3, 0.5)]
    found = windows(source, target, links, (2, 4), 50)
    assert found[0] == Window(2, 4, 1.0)
    assert all((w.first, w.end) not in ((1, 3), (0, 2)) for w in found)
    assert windows(source, target, [], (2, 3), 3) == [
        Window(0, 1, 0.0),
        Window(2, 3, 0.0),
        Window(3, 4, 0.0),
    ]


def test_a_candidate_is_looked_for_as_whole_words() -> None:
    pair = Pair("p", doc("Obama", spans=[Span("a", 0, 5, "PER")]), doc("Obama y Obama", "es"))
    assert occurrences(pair, ["Obama", "bama"]) == [(0, 1), (2, 3)]


def test_a_generator_without_useful_answers_leaves_it_to_the_n_grams() -> None:
    pairs, wanted = toy_pairs(6, seed=64)
    with_generator = CandidateProjector(bracket_translator(), generator=plain_t5(), hypotheses=3)
    assert accuracy(with_generator.project(pairs), wanted) > 0.9


def test_wrong_use_is_named() -> None:
    with pytest.raises(UsageError, match="needs a model"):
        CandidateProjector(scorer="hf")
    with pytest.raises(UsageError, match=r"no option 'limits'.*'limit'"):
        CandidateProjector("x", limits=3)
    with pytest.raises(UsageError, match="no translator is called 'bleu'"):
        CandidateProjector("x", scorer="bleu")
