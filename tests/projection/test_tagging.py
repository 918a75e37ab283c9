from __future__ import annotations

from projector.projection.tagging import Tagger, decide, votes
from tests.projection.pairs import pair


def test_votes_add_up_by_tag() -> None:
    found = votes(["DET", "NOUN", "_"], [(0, 0, 0.5), (1, 0, 0.25), (1, 1, 0.5), (2, 1, 1.0)], 3)
    assert found == [{"DET": 0.5, "NOUN": 0.25}, {"NOUN": 0.5}, {}]


def test_a_token_without_evidence_is_not_given_a_tag() -> None:
    assert decide({}, {}) == "_"
    given = pair("a cat", "un gato duerme", "0-0 1-1", tags={"upos": ["DET", "NOUN"]})
    assert Tagger().tags(given) == {"upos": ["DET", "NOUN", "_"]}


def test_the_corpus_tags_what_no_link_reaches_and_outvotes_a_stray_link() -> None:
    tagger = Tagger()
    for _ in range(9):
        tagger.add(pair("a cat", "Un gato", "0-0 1-1", tags={"upos": ["DET", "NOUN"]}))
    loose = pair("sleepy cat", "un gato dormido", "0-2 1-1", tags={"upos": ["ADJ", "NOUN"]})
    assert tagger.tags(loose) == {"upos": ["DET", "NOUN", "ADJ"]}
    astray = pair("a cat", "gato un", [(0, 0, 0.4), (1, 1, 0.4)], tags={"upos": ["DET", "NOUN"]})
    assert tagger.tags(astray) == {"upos": ["NOUN", "DET"]}


def test_languages_and_layers_are_counted_apart() -> None:
    tagger = Tagger()
    tagger.add(pair("a cat", "un gato", "0-0 1-1", tags={"upos": ["DET", "NOUN"]}))
    french = pair("x", "un", "", langs=("en", "fr"), tags={"upos": ["X"]})
    assert tagger.tags(french) == {"upos": ["_"]}
    assert Tagger.load(tagger.dump()).dump() == tagger.dump()
