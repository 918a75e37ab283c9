"""The pipeline of processes, with programs that every machine has."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.errors import EngineError
from projector.translation.apertium.pipe import NullPipe, PipeBroken, isolate

UPPER = ["sed", "-u", "-z", "s/a/A/g"]
# Ends at a certain text, as a crashing analyser would.
FRAGILE = ["sed", "-u", "-z", "/POISON/Q3"]
# Says nothing more from a certain text on.
STUCK = ["sed", "-u", "-z", "/POISON/{:a;N;ba}"]

# Passes everything on, and at the end of its input one more null.
ECHO_AT_END = ["sh", "-c", "cat; printf '\\0'"]
# Answers the first text, the probe, and dies with words.
FAREWELL = "head -z -n 1; echo oh no >&2; exit 3"


@pytest.fixture(autouse=True, scope="module")
def _needs_gnu_sed() -> None:
    if os.system("sed --version >/dev/null 2>&1"):
        pytest.skip("needs GNU sed")


def test_texts_come_back_in_order_through_several_processes() -> None:
    pipe = NullPipe([UPPER, ["sed", "-u", "-z", "s/$/!/"]], 20, "end")
    texts = [f"a{n} línea\n😀" for n in range(3000)]
    assert pipe.run(texts) == [f"A{n} líneA\n😀!" for n in range(3000)]
    assert pipe.run(["a"]) == ["A!"]  # the same processes go on
    pipe.close()
    assert pipe.run(["ba"]) == ["bA!"]  # and new ones after a close
    pipe.close()


def test_more_text_than_a_pipe_holds_does_not_block() -> None:
    pipe = NullPipe([UPPER], 20, "end")
    assert [len(t) for t in pipe.run(["a" * 300_000] * 20)] == [300_000] * 20
    pipe.close()


@pytest.mark.parametrize("stage", [FRAGILE, STUCK])
def test_a_text_that_breaks_the_processes_is_isolated(stage: list[str]) -> None:
    pipe = NullPipe([["cat"], stage], 0.7, "end")
    texts = [f"text {n}" for n in range(40)]
    texts[17] = "POISON 17"
    texts[30] = "POISON 30"
    wanted = [None if "POISON" in t else t for t in texts]
    assert pipe.run_each(texts) == wanted
    pipe.close()


def test_a_pipeline_that_does_not_run_at_all_is_an_error() -> None:
    with pytest.raises(EngineError, match="does not run"):
        NullPipe([["false"]], 5, "end").run(["a", "b"])
    with pytest.raises(EngineError, match="no-such-program"):
        NullPipe([["no-such-program"]], 5, "end").run(["a"])


def test_the_last_words_of_a_dying_process_are_told() -> None:
    with pytest.raises(EngineError, match="oh no"):
        NullPipe([["sh", "-c", "echo oh no >&2; exit 3"]], 5, "end").run(["a"])
    pipe = NullPipe([["cat"], ["sh", "-c", FAREWELL]], 5, "end")
    with pytest.raises(PipeBroken, match="oh no"):
        pipe.run(["a"])
    pipe.close()


def test_a_process_killed_at_any_text_costs_no_answer() -> None:
    # The last process prints a null at the end of its input, as lt-proc does.
    texts = [f"text {n}" for n in range(60)]
    for strike in range(0, 60, 7):
        pipe = NullPipe([["cat"], ["sed", "-u", "-z", "s/e/E/"], ECHO_AT_END], 20, "end")
        pipe.run(["x"])
        answered: list[str | None] = list(pipe.run(texts[:strike]))
        pipe._processes[strike % 3].kill()
        assert answered + pipe.run_each(texts[strike:]) == [t.replace("e", "E") for t in texts]
        pipe.close()


def test_what_ends_look_like_is_no_answer() -> None:
    pipe = NullPipe([["sed", "-u", "-z", "/POISON/Q3"], ECHO_AT_END, ECHO_AT_END], 20, "end")
    for n in range(8):  # as many nulls follow the poison as there are answers missing, or more
        with pytest.raises(PipeBroken) as caught:
            pipe.run(["a"] * n + ["POISON"])
        assert caught.value.answered >= n
    pipe.close()


@pytest.mark.parametrize("hung", [False, True])
@given(
    st.lists(st.booleans(), min_size=1, max_size=40),
    st.integers(0, 3),
    st.sets(st.integers(0, 200), max_size=2),
)
def test_texts_that_break_every_run_are_found_and_no_others(
    hung: bool, poison: list[bool], extra: int, accidents: set[int]
) -> None:
    """Texts that break every run are found; a run that breaks for no reason is done again."""
    runs = itertools.count()

    def run(texts: Sequence[str]) -> list[str]:
        bad = next((n for n, text in enumerate(texts) if text.startswith("bad")), None)
        if next(runs) in accidents:
            raise PipeBroken(min(len(texts), 5), hung, "killed")
        if bad is not None:
            raise PipeBroken(min(len(texts), bad + (0 if hung else extra)), hung, "poison")
        return [text.upper() for text in texts]

    texts = [("bad" if p else "good") + str(n) for n, p in enumerate(poison)]
    done = isolate(run, texts, 3)
    if not hung or not accidents:  # what blocks twice in a row counts as a cause
        assert done == [None if p else t.upper() for t, p in zip(texts, poison, strict=True)]
    assert next(runs) < 8 * (sum(poison) + len(accidents) + 1) + 5


def test_closing_ends_the_processes() -> None:
    pipe = NullPipe([["cat"], ["cat"]], 5, "end")
    pipe.run(["x"])
    pids = [p.pid for p in pipe._processes]
    pipe.close()
    time.sleep(0.05)
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
