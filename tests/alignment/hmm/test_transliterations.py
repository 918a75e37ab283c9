"""Names that scripts without spaces spell in pieces are found by their sound."""

from __future__ import annotations

import pytest

from projector.alignment.base import TokenPair
from projector.alignment.hmm.aligner import HmmAligner
from projector.alignment.hmm.transliterations import spaced_and_unspaced, transliterations
from projector.alignment.hmm.vocabulary import Vocabulary
from projector.alignment.symmetrise import decode
from tests.benchmarks.names import named_pairs, score


def found(pairs: list[TokenPair], languages: tuple[str, str]) -> dict[tuple[str, str], float]:
    vocabulary = Vocabulary.empty(languages, whole_words=True, counts_case=True)
    corpus = vocabulary.learn(pairs)
    given = transliterations(corpus, vocabulary, languages)
    return {
        (vocabulary.source.forms[s], vocabulary.target.forms[t]): worth
        for s, t, worth in zip(*(part.tolist() for part in given), strict=True)
    }


def test_each_word_of_a_name_gets_its_own_pieces() -> None:
    english = ["Lady", "Gaga", "sang", "the", "national", "anthem", "."]
    thai = ["เล", "ดี", "กากา", "ร้อง", "เพลงชาติ"]
    there = found([TokenPair(english, thai)], ("en", "th"))
    assert set(there) == {("lady", "เล"), ("lady", "ดี"), ("gaga", "กากา")}
    back = found([TokenPair(thai, english)], ("th", "en"))
    assert back == {(b, a): worth for (a, b), worth in there.items()}


def test_words_in_lower_case_are_looked_for_in_katakana_alone() -> None:
    english = ["The", "concourse", "is", "open"]
    japanese = TokenPair(english, ["コン", "コース", "は", "開い", "て", "いる"])
    assert ("concourse", "コース") in found([japanese], ("en", "ja"))
    assert not found([TokenPair(english, ["孔", "科", "斯", "开", "了"])], ("en", "zh"))


def test_a_piece_of_most_sentences_is_worth_little() -> None:
    pairs = [TokenPair(["Madrid", "is", "far"], ["马", "德", "里", "很", "远"])]
    others = [TokenPair(["it", "is", "big"], ["它", "很", "大", "里"]) for _ in range(9)]
    alone, among = (found(given, ("en", "zh")) for given in (pairs, pairs + others))
    assert among["madrid", "马"] > alone["madrid", "马"]  # its share of the sentences is lower
    assert among["madrid", "里"] < 0.2 * among["madrid", "马"]


def test_a_word_of_a_hundred_thousand_letters_is_no_name() -> None:
    assert not found([TokenPair(["Lady" * 25_000], ["เลดี" * 1000])], ("en", "th"))


def test_one_side_writes_spaces() -> None:
    assert spaced_and_unspaced(("en", "th")) and spaced_and_unspaced(("zh-Hant", "de"))
    assert not spaced_and_unspaced(("en", "de")) and not spaced_and_unspaced(("ja", "zh"))


@pytest.mark.parametrize("lang", ["th", "ja", "zh"])
def test_names_of_fourteen_sentences(lang: str) -> None:
    right, given, wanted = score(lang, "none")
    assert 2 * right / (given + wanted) > 0.65
    assert right / wanted > 0.7


def test_the_same_whatever_was_trained_before_and_on_more_threads() -> None:
    pairs = [sentence.pair for sentence in named_pairs("zh")]
    links = []
    for threads in 1, 2:
        aligner = HmmAligner(vectors="none", threads=threads)
        aligner.fit(iter(pairs), "en", "zh")
        links.append(aligner.align(pairs, "en", "zh"))
    assert links[0] == links[1]
    assert (0, 0) in decode(links[0][1])  # Clinton
