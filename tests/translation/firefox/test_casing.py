"""Capitals come out as a person would write them."""

from __future__ import annotations

import pytest

from projector.translation.firefox.casing import begin_as, capitals, is_shouted, title_case


@pytest.mark.parametrize(
    ("text", "shouted"),
    [
        ("NO NEW TAXES IN BERLIN", True),
        ("NATO", False),
        ("NATO met", False),
        ("A 3", False),
        ("", False),
        ("ПРЕЗИДЕНТ СКАЗАЛ", True),
        ("七人の侍 七人の侍", False),
    ],
)
def test_only_a_text_of_several_words_in_capitals_is_shouted(text: str, shouted: bool) -> None:
    assert is_shouted(text) is shouted


@pytest.mark.parametrize("text", ["İSTANBUL IS LARGE", "STRAẞE UND WEG", "DON'T GO"])
def test_the_length_stays(text: str) -> None:
    assert len(title_case(text)) == len(text)
    assert len(capitals("straße und weg")) == len("straße und weg")


def test_a_source_without_capitals_gives_a_translation_that_begins_without() -> None:
    assert begin_as("i want to fly", "Eu quero voar") == "eu quero voar"
    assert begin_as("i want Boston", "Eu quero Boston") == "Eu quero Boston"
    assert begin_as("7 items", "Sete itens") == "Sete itens"
