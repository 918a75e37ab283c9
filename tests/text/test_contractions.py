"""Contractions: the parts of each, with its capitals, and languages that have no table."""

from __future__ import annotations

import pytest

from projector.errors import UsageError
from projector.text.contractions import CONTRACTIONS, contractions, parts_of


def test_parts_have_the_capitals_of_the_word() -> None:
    table = contractions("pt-BR")
    assert parts_of("nas", table) == ("em", "as")
    assert parts_of("À", table) == ("A", "a")
    assert parts_of("NO", table) == ("EM", "O")
    assert parts_of("casa", table) is None


def test_a_typographic_apostrophe_is_an_apostrophe() -> None:
    assert parts_of("dell’", contractions("it")) == ("di", "l'")


@pytest.mark.parametrize("lang", CONTRACTIONS)
def test_every_contraction_has_two_parts_and_is_none_itself(lang: str) -> None:
    for word, parts in CONTRACTIONS[lang].items():
        assert word == word.lower() and len(parts) == 2, word


def test_a_language_without_a_table_is_said() -> None:
    with pytest.raises(UsageError, match="found the language 'fi', wanted one of ca, de, es"):
        contractions("fi")
