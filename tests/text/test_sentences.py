"""Sentence ends in several languages, and what must hold for any text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.text.sentences import abbreviations, split_sentences


@pytest.mark.parametrize(
    ("text", "lang", "count"),
    [
        ("Dr. Smith of the U.S. Army paid $5.30. He left.", "en", 2),
        ("He left... Then J. K. Rowling came. See No. 5. It rains.", "en", 4),
        ('"Really?" she said. "Yes." Then he went.', "en", 3),
        ("It is in the U.S. The end came.", "en", 2),
        ("Yahoo! is nice. What?! (He left.) Done.", "en", 4),
        ("1. The first. 2. The second.", "en", 2),
        ("Pi is 3.14 and e is 2.71.", "en", 1),
        ("Am 3. Oktober kam Dr. Müller. Er ging.", "de", 2),
        ("El Sr. Pérez vino. ¿Qué? ¡Sí! «Ya está.» Fin.", "es", 5),
        ("Il dit « Bonjour ! » Puis il partit.", "fr", 2),
        ("他来了。“你好！”他说。终", "zh", 4),
        ("「はい。」と言った。終わり", "ja", 2),
        ("यह है। वह था॥ ठीक है? हाँ", "hi", 4),
        ("كيف حالك؟ أنا بخير. شكرا۔ نعم", "ar", 4),
        ("Τι κάνεις; Καλά.", "el", 2),
        ("Title Here\nText of it.\n\nNew paragraph", "en", 3),
        ("A line that was wrapped\nin the middle.", "en", 1),
        ("", "en", 0),
        (" \n\n ", "en", 0),
    ],
)
def test_number_of_sentences(text: str, lang: str, count: int) -> None:
    assert len(split_sentences(text, lang)) == count


def test_text_wrapped_at_a_column_is_not_cut_at_its_lines() -> None:
    text = (
        "The committee of the European Parliament met on Monday with\n"
        "Angela Merkel and many others who had come to the city of \n"
        "Brussels in order to discuss it. They left."
    )
    assert [text[b - 1] for _, b in split_sentences(text, "en")] == [".", "."]
    assert len(split_sentences(text, "en")) == 2


@given(
    st.one_of(
        st.text(max_size=80),
        st.text(alphabet="aB1.?!…。؟।;\"'”»( )\n\u00a0", max_size=80),
    ),
    st.sampled_from(["en", "es", "de", "el", "zh", "fr", "hi", ""]),
)
def test_sentences_hold_every_character_but_white_space(text: str, lang: str) -> None:
    at = 0
    for a, b in split_sentences(text, lang):
        assert at <= a < b <= len(text)
        assert not text[at:a].strip()
        assert text[a:b] == text[a:b].strip()
        at = b
    assert not text[at:].strip()


def test_abbreviations_of_a_language() -> None:
    assert "Dr" in abbreviations("en")
    assert "Sra" in abbreviations("spa")
