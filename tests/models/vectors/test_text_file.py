"""Vectors from fastText and MUSE text files."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from projector.errors import DataError
from projector.models.vectors.text_file import TextFileVectors

SPACE = "3 2\nhouse 3 4\nParis 0 2\nzero 0 0\n"


def vectors(tmp_path: Path, text: str, name: str = "space.vec") -> TextFileVectors:
    (tmp_path / name).write_text(text, "utf-8")
    return TextFileVectors(str(tmp_path / name))


def test_rows_have_length_one_and_unknown_words_none(tmp_path: Path) -> None:
    found = vectors(tmp_path, SPACE).encode(["house", "nowhere", "zero"], "en")
    assert found == pytest.approx(np.array([[0.6, 0.8], [0, 0], [0, 0]]))


def test_a_form_is_looked_up_as_it_stands_and_then_in_lower_case(tmp_path: Path) -> None:
    found = vectors(tmp_path, SPACE).encode(["Paris", "paris", "House"], "en")
    assert found.tolist() == [[0, 1], [0, 0], pytest.approx([0.6, 0.8])]


def test_a_file_for_each_language(tmp_path: Path) -> None:
    (tmp_path / "w.en.vec").write_text("1 2\nhouse 1 0\n")
    with gzip.open(tmp_path / "w.es.vec", "wt") as stream:
        stream.write("1 2\ncasa 1 0\n")
    space = TextFileVectors(str(tmp_path / "w.{lang}.vec"))
    assert space.languages == {"en", "es"}
    assert space.encode(["house", "casa"], "eng").tolist() == [[1, 0], [0, 0]]


@pytest.mark.parametrize(
    "text", ["house 1 0\n", "1 99999\nhouse 1\n", "1 2\nhouse 1\n", "1 2\nhouse 1 x\n", "1 2\nhouse 1 nan\n", ""]
)  # fmt: skip
def test_what_is_no_vector_file_is_said_to_be_none(tmp_path: Path, text: str) -> None:
    with pytest.raises(DataError, match=r"space\.vec"):
        vectors(tmp_path, text).encode(["house"], "en")
