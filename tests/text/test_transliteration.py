"""Names of several scripts in one rough spelling."""

from __future__ import annotations

import pytest

from projector.text.transliteration import fold, skeleton, sound, writes_few_vowels


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Москва", "Moskva"),
        ("Горбачёв", "Gorbachev"),
        ("Чайковский", "Chaikovskii"),
        ("Katharina", "Catarina"),
        ("Ελλάδα", "Elada"),
        ("Schröder", "Schroder"),
        ("1.500", "1,500"),
        ("१२३", "123"),
        ("«", '"'),
    ],
)
def test_the_same_name_sounds_the_same(one: str, other: str) -> None:
    assert sound(one) == sound(other)


@pytest.mark.parametrize(
    ("arabic", "latin"), [("مدريد", "Madrid"), ("برلين", "Berlin"), ("लंदन", "London")]
)
def test_scripts_without_vowels_agree_in_their_consonants(arabic: str, latin: str) -> None:
    assert writes_few_vowels(arabic)
    assert not writes_few_vowels(latin)
    assert skeleton(arabic) == skeleton(latin)


@pytest.mark.parametrize(
    ("word", "spelled"),
    [("ลอนดอน", "london"), ("เลดี", "ledi"), ("도쿄", "dokyo"), ("ガガ", "gaga"), ("Đặng", "dang")],
)
def test_scripts_without_a_table_are_romanised(word: str, spelled: str) -> None:
    assert fold(word) == spelled


@pytest.mark.parametrize(
    "word", ["ঢাকা", "சென்னை", "తెలుగు", "ಕನ್ನಡ", "ગુજરાત", "ਪੰਜਾਬ", "ලංකා", "አዲስ", "ខ្មែរ", "မြန်မာ"]
)
def test_every_living_script_gets_latin_letters(word: str) -> None:
    assert fold(word).isascii() and fold(word)


def test_different_names_stay_different() -> None:
    names = ["Москва", "Минск", "Мюнхен", "Paris", "Prag", "Köln", "Berlin"]
    assert len({sound(name) for name in names}) == len(names)


def test_chinese_stays_as_it_is_and_short_i_is_kept() -> None:
    assert fold("北京") == "北京"
    assert fold("Й") == "i"
