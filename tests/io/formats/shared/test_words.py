"""From words to a text with offsets."""

from __future__ import annotations

from projector.io.formats.shared.words import joined, located


def test_words_in_their_text() -> None:
    assert located(["I", "'m", "in"], " I'm  in\n") == [(1, 2), (2, 4), (6, 8)]
    assert located(["a", "b"], "a x b") is None
    assert located(["a"], "a b") is None
    assert located(["1 000"], "1\u00a0000") == [(0, 5)]
    assert joined(["a", "b", "c"], [False, True, True]) == ("ab c", [(0, 1), (1, 2), (3, 4)])
