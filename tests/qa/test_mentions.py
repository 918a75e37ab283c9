"""Names and numbers that a question shares with its context."""

from __future__ import annotations

from projector.qa.mentions import mentions
from tests.qa.words import words


def test_longest_names_win_and_offsets_are_exact() -> None:
    sentence, analysed = words(
        "Angela/name/person Merkel/name/person visited/verb/past New_York/name/place in/adp 2015/num"
    )
    question = "When did Angela Merkel visit New York?"
    found = mentions(question, sentence, analysed, offset=10)
    assert [question[a:b] for a, b, _ in found] == ["Angela Merkel", "New York"]
    assert [(s.start - 10, s.end - 10) for _, _, s in found] == [(0, 13), (22, 30)]


def test_the_wh_word_is_no_mention() -> None:
    sentence, analysed = words("Who/name sang/verb/past Hello/name")
    assert [s.start for _, _, s in mentions("Who sang Hello?", sentence, analysed, 0)] == [9]


def test_without_analysis_capitals_and_numbers_count() -> None:
    sentence = "The Red Cross sent 300 tents to Haiti."
    question = "Where did the Red Cross send 300 tents?"
    found = mentions(question, sentence, [], 0)
    assert [question[a:b] for a, b, _ in found] == ["Red Cross", "300"]
