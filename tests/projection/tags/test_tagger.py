from __future__ import annotations

import numpy as np

from projector.projection.tags.function_words import FUNCTION_WORDS
from projector.projection.tags.model import learn
from projector.projection.tags.tagger import Tagger, by_votes, matrix, votes
from projector.projection.tags.universal import as_universal
from tests.projection.pairs import pair


def fitted(*pairs: object) -> Tagger:
    tagger = Tagger()
    for one in pairs:
        tagger.add(one)  # type: ignore[arg-type]
    tagger.finish()
    return tagger


def test_votes_add_up_by_tag() -> None:
    found = votes(["DET", "NOUN", "_"], [(0, 0, 0.5), (1, 0, 0.25), (1, 1, 0.5), (2, 1, 1.0)], 3)
    assert found == [{"DET": 0.5, "NOUN": 0.25}, {"NOUN": 0.5}, {}]
    assert [by_votes(row) for row in found] == ["DET", "NOUN", "_"]
    assert votes(["DET"], [(0, 0, 0.01)], 1) == [{}], "a link of no weight has no vote"


def test_without_a_corpus_a_token_without_links_gets_no_tag() -> None:
    given = pair("a cat", "un gato duerme", "0-0 1-1", tags={"upos": ["DET", "NOUN"]})
    assert Tagger().tags(given) == {"upos": ["DET", "NOUN", "_"]}


def test_the_corpus_tags_what_no_link_reaches_and_outvotes_a_stray_link() -> None:
    seen = pair("a cat", "Un gato", "0-0 1-1", tags={"upos": ["DET", "NOUN"]})
    adjective = pair("big cat", "gato grande", "0-1 1-0", tags={"upos": ["ADJ", "NOUN"]})
    tagger = fitted(*[seen] * 9, *[adjective] * 3)
    loose = pair("sleepy cat", "un gato dormido", "0-2 1-1", tags={"upos": ["ADJ", "NOUN"]})
    assert tagger.tags(loose) == {"upos": ["DET", "NOUN", "ADJ"]}
    astray = pair("a cat", "un gato", [(0, 1, 0.2), (1, 0, 0.2)], tags={"upos": ["DET", "NOUN"]})
    assert tagger.tags(astray) == {"upos": ["DET", "NOUN"]}


def test_words_never_seen_go_by_their_ending() -> None:
    sentences = [(["lentamente", "."], np.array([[1.0, 0, 0], [0, 0, 1]]))] * 3
    sentences += [(["claramente", "."], np.array([[1.0, 0, 0], [0, 0, 1]]))] * 3
    sentences += [(["casa", "."], np.array([[0, 1.0, 0], [0, 0, 1]]))] * 3
    model = learn(["ADV", "NOUN", "PUNCT"], sentences)
    read = model.read(["rápidamente", "."], matrix([{}, {}], model.counts.tags))
    assert read.argmax(1).tolist() == [0, 2]
    assert np.allclose(read.sum(1), 1)


def test_a_possessive_before_its_noun_is_a_determiner_and_small_letters_are_no_name() -> None:
    tags = ["DET", "NOUN", "PRON", "PROPN"]
    model = learn(tags, [(["x"], np.ones((1, 4)))])
    read = np.array([[0.1, 0, 0.9, 0], [0, 0.2, 0, 0.8], [0.1, 0, 0.9, 0]])
    assert as_universal(["su", "octubre", "ella"], read, model) == ["DET", "NOUN", "PRON"]
    assert as_universal(["su", "Madrid", "ella"], read, model)[1] == "PROPN"


def test_languages_and_layers_are_counted_apart() -> None:
    tagger = fitted(pair("a cat", "un gato", "0-0 1-1", tags={"upos": ["DET", "NOUN"]}))
    french = pair("x", "un", "", langs=("en", "fr"), tags={"upos": ["X"]})
    assert tagger.tags(french) == {"upos": ["_"]}
    assert Tagger.load(tagger.dump()).dump() == tagger.dump()


def test_function_words_that_english_lacks_keep_their_class() -> None:
    given = pair(
        "He washes to eat", "Il se lave pour manger", "0-0 1-1 1-2 2-3 3-4",
        tags={"upos": ["PRON", "VERB", "PART", "VERB"], "xpos": ["PRP", "VBZ", "TO", "VB"]},
        langs=("en", "fr"),
    )  # fmt: skip
    wanted = ["PRON", "PRON", "VERB", "ADP", "VERB"]
    assert Tagger().tags(given)["upos"] == wanted
    assert fitted(given).tags(given)["upos"] == wanted
    assert Tagger().tags(given)["xpos"] == ["PRP", "VBZ", "VBZ", "TO", "VB"], "no other layer"


def test_function_words_are_of_known_classes_and_of_one_only() -> None:
    universal = {"ADJ", "ADP", "ADV", "AUX", "CCONJ", "DET", "PART", "PRON", "SCONJ", "VERB"}
    for lang, words in FUNCTION_WORDS.items():
        assert set(words.values()) <= universal, lang
        assert all(word == word.lower() for word in words), lang
