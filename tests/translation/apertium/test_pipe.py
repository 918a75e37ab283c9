"""The pipeline of processes, with programs that every machine has."""

import os
import time

import pytest

from projector.errors import EngineError
from projector.translation.apertium.leg import guarded
from projector.translation.apertium.pipe import NullPipe, PipeBroken

UPPER = ["sed", "-u", "-z", "s/a/A/g"]
# Ends at the poison, as a crashing analyser would.
FRAGILE = ["sed", "-u", "-z", "/POISON/Q3"]
# Says nothing more from the poison on.
STUCK = ["sed", "-u", "-z", "/POISON/{:a;N;ba}"]


@pytest.fixture(autouse=True)
def _needs_gnu_sed() -> None:
    if os.system("sed --version >/dev/null 2>&1"):
        pytest.skip("needs GNU sed")


def test_texts_come_back_in_order_through_several_processes() -> None:
    pipe = NullPipe([UPPER, ["sed", "-u", "-z", "s/$/!/"]], 20)
    texts = [f"a{n} línea\n😀" for n in range(3000)]
    assert pipe.run(texts) == [f"A{n} líneA\n😀!" for n in range(3000)]
    assert pipe.run(["a"]) == ["A!"]  # the same processes go on
    pipe.close()
    assert pipe.run(["ba"]) == ["bA!"]  # and new ones after a close
    pipe.close()


def test_more_text_than_a_pipe_holds_does_not_block() -> None:
    pipe = NullPipe([UPPER], 20)
    assert [len(t) for t in pipe.run(["a" * 300_000] * 20)] == [300_000] * 20
    pipe.close()


@pytest.mark.parametrize("stage", [FRAGILE, STUCK])
def test_a_poisonous_text_takes_no_other_with_it(stage: list[str]) -> None:
    pipe = NullPipe([["cat"], stage], 0.7)
    texts = [f"text {n}" for n in range(40)]
    texts[17] = "POISON 17"
    texts[30] = "POISON 30"
    wanted = [None if "POISON" in t else t for t in texts]
    assert guarded(pipe, texts) == wanted
    pipe.close()


def test_a_pipeline_that_does_not_run_at_all_is_an_error() -> None:
    with pytest.raises(EngineError, match="does not run"):
        guarded(NullPipe([["false"]], 5), ["a", "b"])
    with pytest.raises(EngineError, match="no-such-program"):
        guarded(NullPipe([["no-such-program"]], 5), ["a"])


def test_the_last_words_of_a_dying_process_are_told() -> None:
    pipe = NullPipe([["sh", "-c", "echo oh no >&2; exit 3"]], 5)
    with pytest.raises(PipeBroken, match="oh no"):
        pipe.run(["a"])


def test_closing_ends_the_processes() -> None:
    pipe = NullPipe([["cat"], ["cat"]], 5)
    pipe.run(["x"])
    pids = [p.pid for p in pipe._processes]
    pipe.close()
    time.sleep(0.05)
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
