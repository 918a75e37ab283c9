"""Views: which words they take whole, and how these are read."""

from __future__ import annotations

import numpy as np
import pytest

from projector.alignment.hmm.cognates import spelling_evidence
from projector.alignment.hmm.table import Table
from projector.alignment.hmm.views import view, whole_word_views


@pytest.mark.parametrize("pair", [("zh", "en"), ("en", "ja-JP"), ("eng", "tha")])
def test_words_of_scripts_without_spaces_are_taken_whole_by_more_views_with_vectors(
    pair: tuple[str, str],
) -> None:
    assert whole_word_views(*pair, by_vectors=False) == {"form"}
    assert whole_word_views(*pair, by_vectors=True) == {"form", "stem"}
    assert not whole_word_views("en", "es", by_vectors=True)


def test_names_in_chinese_characters_are_compared_as_they_are_read() -> None:
    source, target = ["", "beijing", "he"], ["", "北京", "和"]
    table = Table(np.array([0, 0, 2, 4], np.int64), np.array([1, 2, 1, 2], np.int32))
    kind = view("form", "en", "zh")
    found = spelling_evidence(table, source, target, 1, kind.readers)
    assert found.tolist() == [1, 0, 0, 0]
    assert not spelling_evidence(table, source, target).any()
