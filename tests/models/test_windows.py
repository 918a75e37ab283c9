"""Windows cover a text once, in order, with context around what is kept."""

from __future__ import annotations

import pytest

from projector.models.windows import windows


@pytest.mark.parametrize("size", [2, 3, 10, 11])
@pytest.mark.parametrize("length", [0, 1, 2, 10, 11, 12, 37, 100])
def test_kept_stretches_cover_every_piece_exactly_once(length: int, size: int) -> None:
    plan = windows(length, size)
    kept = [n for window in plan for n in range(window.keep_from, window.keep_to)]
    assert kept == list(range(length))
    for window in plan:
        assert window.start <= window.keep_from <= window.keep_to <= window.end <= length
        assert window.end - window.start <= size


def test_a_text_that_fits_is_one_window() -> None:
    assert len(windows(10, 10)) == 1


def test_inner_pieces_keep_a_quarter_window_of_context() -> None:
    plan = windows(400, 100)
    for window in plan[1:-1]:
        assert window.keep_from - window.start >= 25
        assert window.end - window.keep_to >= 25


def test_a_window_of_one_piece_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        windows(10, 1)
