"""Where spaces stand between words; the words stay what they are."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.text.detokenisation import spaces_after


def text_of(words: list[str], lang: str) -> str:
    spaces = spaces_after(words, lang)
    return "".join(w + " " * s for w, s in zip(words, spaces, strict=True))


@pytest.mark.parametrize(
    ("words", "lang", "text"),
    [
        ("EU rejects German call to boycott British lamb .", "en",
         "EU rejects German call to boycott British lamb."),
        ("`` I do n't know '' , said O'Neill 's dog ( 12 % ) .", "eng",
         "``I don't know'', said O'Neill's dog (12%)."),
        ("¿ Qué ? Dijo « hola » .", "es", "¿Qué? Dijo «hola»."),
        ("L' homme dit « oui » .", "fr", "L'homme dit « oui »."),
        ("Er sagt : „ Ja “ .", "de-AT", "Er sagt: „Ja“."),
        ("Ana , Bo .", "", "Ana, Bo."),
        ("我 在 New York 。", "zh", "我在New York。"),
        ("", "en", ""),
    ],
)  # fmt: skip
def test_words_are_spaced_as_in_text(words: str, lang: str, text: str) -> None:
    assert text_of(words.split(), lang) == text


WORD = st.text(st.characters(codec="utf-8", exclude_categories=["Z", "C"]), min_size=1, max_size=5)


@settings(deadline=None)
@given(words=st.lists(WORD, max_size=8), lang=st.sampled_from(["en", "fr", "es", "zh", ""]))
def test_no_word_is_ever_changed(words: list[str], lang: str) -> None:
    assert text_of(words, lang).replace(" ", "") == "".join(words)
    assert spaces_after(words, lang)[-1:] in ([], [False])
