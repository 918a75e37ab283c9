"""Universal parts of speech on the target side."""

from __future__ import annotations

import pytest

from projector.projection.tags.tagger import Tagger
from projector.records import Pair
from tests.projection.pairs import pair


def question(n: int) -> Pair:
    """The opening question mark has no link, or a wrong one to the name."""
    return pair(
        f"Did Ana{n} eat Rome's bread ?",
        f"¿ Comió Ana{n} pan romano ?",
        [(0, 1, 0.9), (1, 2, 0.9), (1, 0, 0.4), (2, 1, 0.3), (3, 4, 0.8), (4, 3, 0.9), (5, 5, 0.9)],
        name=str(n),
        tags={"upos": ["AUX", "PROPN", "VERB", "PROPN+PART", "NOUN", "PUNCT"]},
    )


@pytest.mark.parametrize("corpus", [False, True])
def test_punctuation_is_punctuation_and_tags_stay_in_the_tag_set(corpus: bool) -> None:
    tagger = Tagger()
    if corpus:
        for n in range(6):
            tagger.add(question(n))
        tagger.finish()
    found = tagger.tags(question(1))["upos"]
    assert found[0] == found[5] == "PUNCT"
    assert not any("+" in tag for tag in found)
