"""Tokens: where Moses, Unicode rules and characters cut, and what must hold for any text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.records import Document, Span
from projector.text import segmenters
from projector.text.tokens import tokenize, with_tokens

LANGUAGES = ["en", "es", "ca", "fr", "de", "hi", "eo", "gl", "zh", "ja", "th", "ar", "", "tr"]


@pytest.fixture(scope="module", autouse=True)
def _no_segmenters():
    """What is cut does not depend on what happens to be installed here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(segmenters, "installed", lambda lang: None)
        yield


def words(text: str, lang: str) -> list[str]:
    return [text[a:b] for a, b in tokenize(text, lang)]


@pytest.mark.parametrize(
    ("text", "lang", "wanted"),
    [
        ("Dr. Smith's U.S.-led team.", "en", "Dr.|Smith|'s|U.S.-led|team|."),
        ("It didn’t cost $5,300.50, (No. 5)...", "en", "It|didn|’t|cost|$|5,300.50|,|(|No.|5|)|..."),
        ("He left. Then No. He", "en", "He|left|.|Then|No|.|He"),
        ("L'home d'Aran, l’aigua", "ca", "L'|home|d'|Aran|,|l’|aigua"),
        ("O'Neill dijo: «¿Qué?»", "es", "O'Neill|dijo|:|«|¿|Qué|?|»"),
        ("see https://a.b/c?d=e. Mail x.y@z.org, @me #tag", "en",
         "see|https://a.b/c?d=e|.|Mail|x.y@z.org|,|@me|#tag"),
        ("cafe\u0301s nai\u0308ve", "en", "cafe\u0301s|nai\u0308ve"),
        ("👩‍👩‍👧‍👦🏽!🇪🇸🇫🇷", "en", "👩‍👩‍👧‍👦🏽|!|🇪🇸|🇫🇷"),
        ("हिन्दी में लिखा है।", "hi", "हिन्दी|में|लिखा|है|।"),
        ("3,5-obla \"don't\"...", "eo", "3,5|-|obla|\"|don't|\"|..."),
        ("北京2008年3.5% iPhone-12", "zh", "北|京|2008|年|3.5|%|iPhone-12"),
        ("สวัสดี ABC", "th", "ส|วั|ส|ดี|ABC"),
        ("مرحبا، كيف؟", "ar", "مرحبا|،|كيف|؟"),
        ("in\u00adside DOTMULTI", "en", "in\u00adside|DOTMULTI"),
        ("   ", "en", ""),
    ],
)  # fmt: skip
def test_where_texts_are_cut(text: str, lang: str, wanted: str) -> None:
    assert "|".join(words(text, lang)) == wanted


@pytest.mark.parametrize("code", ["eng", "en-GB", "EN", "eng_Latn"])
def test_codes_of_one_language_give_the_same_tokens(code: str) -> None:
    assert tokenize("Bob's No. 5.", code) == tokenize("Bob's No. 5.", "en")


TEXTS = st.one_of(
    st.text(max_size=60),
    st.text(
        alphabet="aZ9 .,'’\"-–…@#_/\\&<>|%$€\u0301\u200d\u00ad👩🏽🇪🇸日のก็ن\n\t\x00", max_size=60
    ),
    st.lists(
        st.sampled_from(
            [
                "U.S.",
                "DOTMULTI",
                "don't",
                "l'aigua",
                "No.",
                "5",
                "a.b",
                "...",
                "e\u0301",
                "🇪🇸🇪🇸",
                " ",
            ]
        ),
        max_size=12,
    ).map("".join),
)


@given(TEXTS, st.sampled_from(LANGUAGES))
def test_every_character_but_white_space_is_in_one_token(text: str, lang: str) -> None:
    tokens = tokenize(text, lang)
    at = 0
    for a, b in tokens:
        assert at <= a < b <= len(text)
        assert not text[at:a].strip()
        assert not any(c.isspace() for c in text[a:b]) or lang in ("zh", "ja", "th")
        at = b
    assert not text[at:].strip()


@given(TEXTS, st.sampled_from(["en", "es", "eo"]))
def test_tokens_do_not_depend_on_what_stands_further_on(text: str, lang: str) -> None:
    longer = tokenize(text + " end of it", lang)
    assert longer[-3:] == [(len(text) + n, len(text) + m) for n, m in ((1, 4), (5, 7), (8, 10))]


def test_a_document_keeps_the_tokens_it_brings() -> None:
    doc = Document("d", "a-b c", "en", tokens=[(0, 3), (4, 5)], spans=[Span("s", 0, 1)])
    assert with_tokens(doc) is doc


def test_made_tokens_end_where_spans_do() -> None:
    doc = Document("d", "A London-based firm", "en", spans=[Span("s", 2, 8, "LOC")])
    assert [doc.text[a:b] for a, b in with_tokens(doc).tokens or ()] == [
        "A", "London", "-based", "firm",
    ]  # fmt: skip
