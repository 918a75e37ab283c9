"""Forms of English verbs."""

from __future__ import annotations

import pytest

from projector.qa.english.inflection import bare_form, past_of_participle, third_person


@pytest.mark.parametrize(
    ("lemma", "form"), [("carry", "carries"), ("be", "is"), ("pass", "passes"), ("play", "plays")]
)
def test_third_person(lemma: str, form: str) -> None:
    assert third_person(lemma) == form


def test_past_of_regular_and_irregular_participles() -> None:
    assert [past_of_participle(p) for p in ("written", "built", "founded")] == [
        "wrote", "built", "founded",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "tag", "lemma", "bare"),
    [
        ("hopes", "VBZ", "hop", "hope"),
        ("waged", "VBD", "wag", "wage"),
        ("stopped", "VBD", "stop", "stop"),
        ("walked", "VBD", "walk", "walk"),
        ("goes", "VBZ", "go", "go"),
    ],
)
def test_a_lemma_of_another_verb_is_mended(form: str, tag: str, lemma: str, bare: str) -> None:
    assert bare_form(form, tag, lemma) == bare
