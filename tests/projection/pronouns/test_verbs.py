from __future__ import annotations

import pytest

from projector.projection.pronouns.verbs import verb_forms

THEY, HE, WE = frozenset({"3p"}), frozenset({"3s"}), frozenset({"1p"})


@pytest.mark.parametrize(
    ("word", "lang", "persons", "wanted"),
    [
        ("dicen", "es", THEY, True),
        ("parejas", "es", THEY, False),
        ("dice", "es", HE, True),
        ("es", "es", HE, True),
        ("dicen", "es", HE, False),
        ("encontrado", "es", HE, False),
        ("vemos", "pt", WE, True),
        ("debat", "ca", THEY, False),
        ("riuscire", "it", HE, False),
        ("era", "it", HE, True),
        ("anything", "zh", THEY, True),
    ],
)
def test_endings_rule_out_words_that_are_no_verb_of_the_person(
    word: str, lang: str, persons: frozenset[str], wanted: bool
) -> None:
    assert verb_forms(lang).agrees(word, persons) is wanted
