from __future__ import annotations

import pytest

from projector.projection.pronouns.clitics import enclitics, hyphenated, proclitics
from projector.projection.pronouns.forms import pronoun_forms


def inside(word: str, lang: str, imperative: bool = False) -> list[str]:
    found = enclitics(word, lang, imperative) + hyphenated(word, pronoun_forms(lang))
    for form, (a, b) in found:
        assert word[a:b].lower() == form
    return [form for form, _ in found]


@pytest.mark.parametrize(
    ("word", "lang", "wanted"),
    [
        ("traerlo", "es", ["lo"]),
        ("Dámelo", "es", ["me", "lo"]),
        ("comprándolas", "es", ["las"]),
        ("pedirle", "es", ["le"]),
        ("hazlo", "es", ["lo"]),
        ("decírselo", "es", ["se", "lo"]),
        ("vê-lo", "pt", ["lo"]),
        ("Dar-lhe-ei", "pt", ["lhe"]),
        ("Donne-le-moi", "fr", ["le", "moi"]),
        ("portar-lo", "ca", ["lo"]),
        ("portarlo", "it", ["lo"]),
        ("vedendoli", "it", ["li"]),
        ("dirglielo", "it", ["glie", "lo"]),
    ],
)
def test_pronouns_in_one_word_with_the_verb(word: str, lang: str, wanted: list[str]) -> None:
    assert inside(word, lang) == wanted


@pytest.mark.parametrize(
    ("word", "lang"),
    [("hablo", "es"), ("resbaló", "es"), ("tienes", "es"), ("parla", "it"), ("guarda-chuva", "pt")],
)
def test_an_ending_alone_is_no_pronoun(word: str, lang: str) -> None:
    assert inside(word, lang) == []


def test_italian_commands_take_pronouns() -> None:
    assert inside("prendilo", "it") == []
    assert inside("prendilo", "it", imperative=True) == ["lo"]


def test_clitics_climb_over_auxiliaries_only() -> None:
    words = "no lo puedo encontrar".split()
    forms = pronoun_forms("es")
    assert proclitics(words, 3, forms, lambda at: words[at] == "puedo", set()) == [1]
    assert proclitics(words, 3, forms, lambda at: False, set()) == []
    assert proclitics("se lo di".split(), 2, forms, lambda at: False, {1}) == [0]
