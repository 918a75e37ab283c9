"""Months that one language names and the other numbers."""

from __future__ import annotations

from projector.alignment.base import TokenPair
from projector.alignment.hmm.month_names import month_names
from projector.alignment.hmm.vocabulary import Vocabulary


def found(source: str, target: str, languages: tuple[str, str]) -> set[tuple[str, str]]:
    vocabulary = Vocabulary.empty(languages, whole_words=True, counts_case=False)
    vocabulary.learn([TokenPair(source.split(), target.split())])
    given = month_names(vocabulary, languages)
    return {
        (vocabulary.source.forms[s], vocabulary.target.forms[t])
        for s, t in zip(given.source.tolist(), given.target.tolist(), strict=True)
    }


def test_a_month_is_its_number_and_what_stands_behind_it() -> None:
    english, chinese = "on January 27 , 1967", "1967 年 1 月 27 日"
    pairs = {("january", sign) for sign in ("1", "月", "日")}
    assert found(english, chinese, ("en", "zh-Hans")) == pairs
    assert found(chinese, english, ("zh", "en")) == {(b, a) for a, b in pairs}


def test_other_languages_are_left_alone() -> None:
    assert not found("on January 27", "27 มกราคม 1", ("en", "th"))
    assert not found("le 27 mars", "3 月", ("fr", "zh"))
