"""English words by Apertium, and from a document's own tags."""

from __future__ import annotations

import pytest

from projector.qa.english.analysis import analyse, from_tags
from projector.records import Document


@pytest.mark.apertium
def test_offsets_lemmas_and_forms_of_real_sentences() -> None:
    sentence = 'The company didn\'t pay $20 to "John Smith" in [New York] 😀.'
    (words,) = analyse([sentence])
    assert all(sentence[w.start : w.end] == w.text for w in words)
    by_text = {w.text: w for w in words}
    assert by_text["pay"].pos == "verb"
    assert by_text["pay"].form == "inf"
    assert by_text["didn't"].negated
    assert by_text["John"].kind == "person"
    assert by_text["New York"].kind == "place"


@pytest.mark.apertium
def test_sentences_stay_apart() -> None:
    sentences = ["One.", "", "A line\nwith a break.", "Two [x] {y} ^z$ a/b @ <c>."]
    words = analyse(sentences)
    assert [bool(w) for w in words] == [True, False, True, True]
    assert words[0][0].text == "One"
    assert words[3][-1].text == "."


def test_tags_of_the_document_are_used() -> None:
    doc = Document(
        "d", "He saw dogs.", "en", tokens=[(0, 2), (3, 6), (7, 11), (11, 12)],
        tags={"upos": ["PRON", "VERB", "NOUN", "PUNCT"], "xpos": ["PRP", "VBD", "NNS", "."],
              "lemma": ["he", "see", "dog", "."]},
    )  # fmt: skip
    words = from_tags(doc, 3, 12)
    assert words is not None
    assert [(w.text, w.start, w.lemma, w.pos, w.form, w.plural) for w in words] == [
        ("saw", 0, "see", "verb", "past", False),
        ("dogs", 4, "dog", "noun", "", True),
        (".", 8, ".", "punct", "", False),
    ]


def test_a_document_without_tags_has_none() -> None:
    assert from_tags(Document("d", "He saw."), 0, 7) is None
