"""Work on threads: all of it done, results in order, errors raised."""

from __future__ import annotations

import threading

import pytest

from projector.alignment.hmm.threads import in_order, in_parts


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_every_part_is_done_once(threads: int) -> None:
    done: list[int] = []
    in_parts(7, threads, done.append)
    assert sorted(done) == list(range(7))


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_results_come_in_the_order_of_their_jobs(threads: int) -> None:
    last = threading.Event()

    def first() -> int:
        if threads > 1:
            assert last.wait(10)  # only another thread can end it
        return 0

    def second() -> int:
        last.set()
        return 1

    assert list(in_order([first, second, lambda: 2], threads)) == [0, 1, 2]


@pytest.mark.parametrize("threads", [1, 2])
def test_an_error_of_a_job_is_raised(threads: int) -> None:
    def fails() -> int:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        list(in_order([lambda: 1, fails], threads))
    with pytest.raises(ValueError, match="no"):
        in_parts(2, threads, lambda part: fails())
