"""Rough sounds of names in several scripts."""

from __future__ import annotations

import pytest

from projector.text.phones import SOUNDS, WALL, likenesses, numbers, phones, unspaced_phones


def spelled(found: list[int]) -> str:
    return "".join("|" if number == WALL else SOUNDS[number] for number in found)


@pytest.mark.parametrize(
    ("word", "sounds"),
    [
        ("Shakespeare", "Sakespeare"),
        ("Churchill", "CurCil"),
        ("Cicero", "sisero"),
        ("Xavier", "ksavier"),
        ("Philadelphia", "filadelfia"),
        ("1815", ""),
    ],
)
def test_letters_become_sounds(word: str, sounds: str) -> None:
    assert phones(word) == sounds


@pytest.mark.parametrize(
    ("piece", "lang", "sounds"),
    [
        ("奥巴马", "zh", "aobama"),
        ("·", "zh", ""),
        ("レディー", "ja", "redei"),
        ("は", "ja", "|"),
        ("ー", "ja", ""),
        ("ดี", "th", "di"),
        ("เล", "th", "le"),
        ("Tsui", "zh", "|"),
        ("。", "zh", "|"),
        ("王", "ja", "|"),
    ],
)
def test_pieces_of_scripts_without_spaces(piece: str, lang: str, sounds: str) -> None:
    assert spelled(unspaced_phones(piece, lang)) == sounds


def test_what_is_often_spelled_for_another_sound_is_alike() -> None:
    alike, left_out = likenesses()
    assert (alike == alike.T).all() and alike.max() == 1
    left, right, far = numbers("lrk")
    assert alike[left, right] > 0.5 > alike[left, far]
    vowel, consonant = numbers("uk")
    assert left_out[vowel] < left_out[consonant]
