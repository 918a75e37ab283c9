"""Words of scripts without spaces; the segmenters proper are stand-ins for what users install."""

from pathlib import Path

import pytest

from projector.text import segmenters
from projector.text.segmenters import segment

REAL = segmenters.installed


@pytest.fixture(autouse=True)
def _nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segmenters, "installed", lambda lang: None)


def words(text: str, lang: str) -> list[str]:
    return [text[a:b] for a, b in segment(text, lang)]


def test_characters_but_whole_latin_words_and_numbers() -> None:
    assert words("我买了iPhone 15 Pro，花5,999元。", "zh") == [
        "我", "买", "了", "iPhone", "15", "Pro", "，", "花", "5,999", "元", "。",
    ]  # fmt: skip


def test_clusters_stay_whole() -> None:
    assert words("ก็ดี👨‍👩‍👧か\u3099", "th") == ["ก็", "ดี", "👨‍👩‍👧", "か\u3099"]


def test_an_installed_segmenter_decides_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segmenters, "installed", lambda lang: lambda text: ["北京", "大学"])
    assert words("北京 大学!的", "zh") == ["北京", "大学", "!", "的"]


def test_chinese_words_names_and_numbers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("jieba")
    monkeypatch.setenv("XPROJECT_CACHE", str(tmp_path))
    REAL.cache_clear()
    monkeypatch.setattr(segmenters, "installed", REAL)
    assert words("北京大学2010年投资16,000美元于MPEG-4。", "zh") == [
        "北京大学", "2010", "年", "投资", "16,000", "美元", "于", "MPEG-4", "。",
    ]  # fmt: skip
    # A foreign name is one word, dots and all; a Latin initial stands alone.
    assert words("查尔斯·波特和M·科尔尼", "zh") == ["查尔斯·波特", "和", "M", "·", "科尔尼"]
    assert words("一 二\n三", "zh") == ["一", "二", "三"]
