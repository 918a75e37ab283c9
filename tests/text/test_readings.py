"""Words in Chinese characters in Latin letters."""

from __future__ import annotations

import pytest

from projector.text.readings import hepburn, reader


@pytest.mark.parametrize(
    ("kana", "spelled"),
    [("トウキョウ", "tokyo"), ("ジュンイチロウ", "junichiro"), ("オオサカ", "osaka"), ("チャ", "cha"),
     ("キューバ", "kyuba")],
)  # fmt: skip
def test_kana_are_spelled_as_hepburn_does(kana: str, spelled: str) -> None:
    assert hepburn(kana) == spelled


def test_chinese_words_are_read_and_single_characters_are_not() -> None:
    for lang in ("zh", "zho", "zh-TW"):
        read = reader(lang)
        assert read is not None
        assert read("北京") == "beijing" and read("他") == "他" and read("GDP") == "GDP"


def test_other_languages_have_no_readings() -> None:
    assert reader("es") is None and reader("ko") is None and reader("") is None


def test_japanese_names_are_read_by_the_dictionary() -> None:
    pytest.importorskip("fugashi", reason="needs the extra 'ja'")
    read = reader("ja")
    if read is None:
        pytest.skip("fugashi has no dictionary: needs the extra 'ja'")
    assert read("足利") == "ashikaga" and read("東京") == "tokyo"
    assert read("の") == "の" and read("テレビ") == "テレビ"
