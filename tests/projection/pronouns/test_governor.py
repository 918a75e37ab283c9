from __future__ import annotations

import pytest

from projector.projection.pronouns.forms import OBJECT, SUBJECT
from projector.projection.pronouns.governor import governor


@pytest.mark.parametrize(
    ("text", "pronoun", "verbs", "role"),
    [
        ("He was in the kitchen", "He", ["was"], SUBJECT),
        ("He never could", "He", ["could"], SUBJECT),
        ("She has just finished a novel", "She", ["has", "finished"], SUBJECT),
        ("And where is it now ?", "it", ["is"], SUBJECT),
        ("What did she want ?", "she", ["did", "want"], SUBJECT),
        ("Does it train on Sunday ?", "it", ["Does", "train"], SUBJECT),
        ("No , but it will be next week", "it", ["will", "be"], SUBJECT),
        ("No , on Sunday it rests", "it", ["rests"], SUBJECT),
        ("I washed it .", "it", ["washed"], OBJECT),
        ("Show it to me !", "it", ["Show"], OBJECT),
        ("Show it to me !", "me", ["Show"], OBJECT),
        ("I did not like him either .", "him", ["like"], OBJECT),
        ("I will not repair it .", "it", ["repair"], OBJECT),
        ("Do you have it ?", "it", ["have"], OBJECT),
    ],
)
def test_the_verb_of_a_pronoun_is_found_by_word_order(
    text: str, pronoun: str, verbs: list[str], role: str
) -> None:
    words = text.split()
    found = governor(words, words.index(pronoun))
    assert found is not None
    assert [words[n] for n in found.verbs] == verbs
    assert found.role == role


@pytest.mark.parametrize(
    ("text", "pronoun"),
    [
        ("Where is her passport ?", "her"),  # a possessive
        ("All of it ?", "it"),
        ("the cat and me .", "me"),
        ("the house", "house"),
    ],
)
def test_where_order_leaves_doubt_there_is_no_verb(text: str, pronoun: str) -> None:
    words = text.split()
    assert governor(words, words.index(pronoun)) is None


def test_commands_are_told_from_statements() -> None:
    for text, imperative in (
        ("Then bring it here .", True),
        ("Please bring it .", True),
        ("They bring it .", False),
        ("We want to bring it .", False),
    ):
        words = text.split()
        found = governor(words, words.index("it"))
        assert found is not None and found.imperative is imperative, text
