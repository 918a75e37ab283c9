"""Back-translation: the source text is replaced, labels stay."""

from __future__ import annotations

import pytest

from projector.augment.backtranslation import BackOptions, BackTranslateStage
from projector.records import Document, Pair, Span
from projector.stage import Rejected


@pytest.mark.apertium
def test_the_source_is_translated_back_with_its_labels() -> None:
    pair = Pair(
        "d", Document("d", "The home is of colour red.", "en", labels={"topic": "x"}),
        Document("d", "La casa es roja.", "es"),
    )  # fmt: skip
    stage = BackTranslateStage(BackOptions())
    (made,) = stage.process([pair])
    stage.close()
    assert isinstance(made, Pair)
    assert made.source.text == "The house is red."
    assert made.source.labels == {"topic": "x"}
    assert made.target.text == pair.target.text
    words = [(made.source.words()[i], made.target.words()[j]) for i, j, _ in made.alignment or ()]
    assert ("house", "casa") in words


@pytest.mark.apertium
def test_spans_would_be_lost_so_they_are_refused() -> None:
    source = Document("d", "Rome", "en", spans=[Span("a", 0, 4, "LOC")])
    (made,) = BackTranslateStage(BackOptions()).process(
        [Pair("d", source, Document("d", "Roma", "es"))]
    )
    assert isinstance(made, Rejected)
    assert made.reason == "has_spans"
