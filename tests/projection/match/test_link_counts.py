"""What the corpus's links say of forms, counted by hand."""

from __future__ import annotations

import pytest

from projector.projection.match import link_counts as module
from projector.projection.match.link_counts import LinkCounts
from tests.projection.pairs import pair


def test_forms_and_their_links_are_counted_in_lower_case() -> None:
    counts = LinkCounts()
    counts.add(pair("The house", "La casa", "0-0 1-1"))
    counts.add(pair("the house", "casa", "1-0"))
    assert counts.source == {"the": 2, "house": 2}
    assert counts.target == {"la": 1, "casa": 2}
    assert counts.links == {"the": {"la": 1}, "house": {"casa": 2}}


def test_counts_among_a_few_words_are_in_their_order() -> None:
    counts = LinkCounts()
    counts.add(pair("the house a", "la casa la", "0-0 1-1 2-2 0-1"))
    found = counts.among(["House", "the", "unseen"], ["la", "La", "casa"])
    assert found.source.tolist() == [1, 1, 0]
    assert found.target.tolist() == [2, 2, 1]
    assert found.form.tolist() == [0, 0, 1]
    assert found.at.tolist() == [0, 1, 3, 3]
    assert found.column.tolist() == [1, 0, 1] and found.links.tolist() == [1, 1, 1]


def test_only_the_first_pairs_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COUNTED_PAIRS", 2)
    counts = LinkCounts()
    for _ in range(3):
        counts.add(pair("house", "casa", "0-0"))
    assert counts.links == {"house": {"casa": 2}}
