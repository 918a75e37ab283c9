from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from projector.errors import EngineError, UsageError
from projector.io.jsonl import read_records
from projector.pipeline.blocks import BlockReader
from projector.pipeline.executors.processes import ProcessExecutor, died, environment
from projector.pipeline.job import Job
from projector.pipeline.phases import Work
from projector.pipeline.recipe import Recipe, StageSpec
from projector.pipeline.run.runner import run

pytestmark = pytest.mark.usefixtures("plugin")

TEXTS = [f"text {n} {'z' * (n % 11)}" for n in range(90)]


def recipe(*names: str) -> Recipe:
    return Recipe(stages=[StageSpec(stage=name) for name in names])


@pytest.mark.parametrize(
    "stages", [("mark",), ("mark", "total", "mark"), ("kept-total",)], ids=lambda s: "+".join(s)
)
def test_workers_give_the_same_bytes_as_one_process(documents, tmp_path, stages):
    source = documents([*TEXTS, "reject", b"nonsense"])
    outs = []
    for workers in (1, 3):
        out = tmp_path / f"{workers}.jsonl"
        job = Job(workers=workers, block_size=5, on_error="skip")
        summary = run(recipe(*stages), input=str(source), output=str(out), job=job)
        rejects = Path(f"{out}.rejected.jsonl").read_bytes()
        outs.append((out.read_bytes(), rejects, summary.records, summary.rejected))
    assert outs[0] == outs[1]


def test_a_record_that_kills_its_worker_is_rejected_and_its_neighbours_are_not(
    documents, tmp_path, rejected
):
    source = documents([*TEXTS[:7], "die", *TEXTS[7:]])
    out = tmp_path / "out.jsonl"
    job = Job(workers=2, block_size=8, on_error="skip")
    summary = run(recipe("mark"), input=str(source), output=str(out), job=job)
    assert [r.text for r in read_records(out)] == TEXTS
    (reject,) = rejected(out)
    assert (reject["line"], reject["id"], reject["reason"]) == (8, "d7", "worker_died")
    assert "signal 9" in reject["detail"]
    assert json.loads(reject["raw"])["text"] == "die"
    assert (summary.records, summary.written, summary.rejected) == (91, 90, 1)


def test_a_block_whose_worker_died_once_is_done_by_the_next(documents, tmp_path):
    source = documents([*TEXTS[:5], f"die once {tmp_path / 'flag'}", *TEXTS[5:]])
    out = tmp_path / "out.jsonl"
    summary = run(recipe("mark"), input=str(source), output=str(out), job=Job(workers=2))
    assert (summary.written, summary.rejected) == (91, 0)
    assert (tmp_path / "flag").exists()


def test_a_record_that_kills_its_worker_ends_a_run_that_does_not_skip(documents, tmp_path):
    with pytest.raises(EngineError, match=r"in\.jsonl:2: the record ended its worker"):
        run(
            recipe("mark"),
            input=str(documents(["fine", "die"])),
            output=str(tmp_path / "out.jsonl"),
            job=Job(workers=2),
        )


def test_an_engine_that_fails_in_a_worker_is_reported_as_it_would_be_here(documents, tmp_path):
    with pytest.raises(EngineError, match="the engine is gone"):
        run(
            recipe("mark"),
            input=str(documents(["fine", "gone"])),
            output=str(tmp_path / "out.jsonl"),
            job=Job(workers=2),
        )


def test_a_carriage_return_between_keys_does_not_end_a_line_of_a_block_that_kills_workers(
    documents, tmp_path, rejected
):
    """JSON takes it as white space: such a record is one record, also where lines go one by one."""
    odd = [b'{\r"id": "odd%d",\r"text": "fine"\r}' % n for n in range(20)]
    source, out = documents([*odd, "die"]), tmp_path / "out.jsonl"
    summary = run(
        recipe("mark"), input=str(source), output=str(out), job=Job(workers=2, on_error="skip")
    )
    assert (summary.records, summary.written, summary.rejected) == (21, 20, 1)
    assert [r["line"] for r in rejected(out)] == [21]


def test_a_record_whose_worker_is_killed_by_chance_is_not_rejected(documents, tmp_path):
    """Twice while it was in a block, once while it was alone: it is not known to be its fault."""
    source = documents([*TEXTS[:5], f"die 3 times {tmp_path / 'flag'}", *TEXTS[5:]])
    out = tmp_path / "out.jsonl"
    summary = run(recipe("mark"), input=str(source), output=str(out), job=Job(workers=2))
    assert (summary.written, summary.rejected) == (91, 0)
    assert (tmp_path / "flag").read_text() == "xxx"


def test_a_worker_that_is_killed_while_it_starts_is_replaced(documents, tmp_path, monkeypatch):
    whole, source = tmp_path / "whole.jsonl", documents(TEXTS)
    run(recipe("mark"), input=str(source), output=str(whole))
    monkeypatch.setenv("MARK_STARTS", f"3 {tmp_path / 'starts'}")
    executor = ProcessExecutor(Work(specs=[StageSpec(stage="mark")]), 1)
    with open(source, "rb") as stream:
        done = list(executor.run(BlockReader(stream, size=5)))
    executor.close()
    assert b"".join(part.output for part in done) == whole.read_bytes()
    assert (tmp_path / "starts").read_text() == "xxx"


@pytest.mark.parametrize(("how", "times"), [("killed", 5), ("ended", 2)])
def test_a_worker_that_never_starts_is_given_up(documents, tmp_path, monkeypatch, how, times):
    monkeypatch.setenv("MARK_STARTS", f"99 {tmp_path / 'starts'} {how}")
    executor = ProcessExecutor(Work(specs=[StageSpec(stage="mark")]), 1)
    message = f"ended {times} times while it was starting"
    with open(documents(TEXTS), "rb") as stream, pytest.raises(EngineError, match=message):
        list(executor.run(BlockReader(stream)))
    executor.close()
    assert (tmp_path / "starts").read_text() == "x" * times


def test_ctrl_c_ends_a_run_and_its_workers_without_a_traceback(documents, tmp_path):
    """The terminal sends the signal to every process of the run, starting workers included."""
    (tmp_path / "r.yaml").write_text("stages: [{stage: mark, seconds: 0.05}]\n")
    source = documents(["text"] * 500)
    words = ["run", "r.yaml", "-i", source, "-o", "out.jsonl", "--workers", 2]
    for wait in (0.6, 0.9, 1.3, 1.8):
        process = subprocess.Popen(
            [sys.executable, "-m", "projector", *map(str, words), "--resume"],
            stderr=subprocess.PIPE,
            cwd=tmp_path,
            start_new_session=True,
        )
        time.sleep(wait)
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=30)
        assert b"Traceback" not in said, said.decode()
        assert process.returncode in (130, -signal.SIGINT)


def test_a_worker_that_cannot_start_is_reported(documents, tmp_path, monkeypatch):
    monkeypatch.delenv("PYTHONPATH")
    with pytest.raises(UsageError, match="no stage is called 'mark'"):
        run(
            recipe("mark"),
            input=str(documents(TEXTS)),
            output=str(tmp_path / "out.jsonl"),
            job=Job(workers=2),
        )


def test_workers_end_with_the_run_that_started_them(documents, tmp_path):
    (tmp_path / "r.yaml").write_text("stages: [{stage: mark, seconds: 0.2}]\n")
    source, out = documents(["text"] * 500), tmp_path / "out.jsonl"
    words = ["run", tmp_path / "r.yaml", "-i", source, "-o", out, "--workers", 2]
    process = subprocess.Popen([sys.executable, "-m", "projector", *map(str, words)])
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")

    def started() -> list[str]:
        tasks = Path(f"/proc/{process.pid}/task").glob("*/children")
        return [pid for task in tasks for pid in task.read_text().split()]

    if not children.exists():
        process.kill()
        pytest.skip("this system does not tell the children of a process")
    wait_until(lambda: len(started()) == 2)
    pids = started()
    process.kill()
    process.wait()
    wait_until(lambda: not any(alive(pid) for pid in pids))


def alive(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(true, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_worker_gets_its_share_of_cores_and_one_of_the_gpus(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,5")
    assert [environment(n, 3)["CUDA_VISIBLE_DEVICES"] for n in range(3)] == ["2", "5", "2"]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert environment(0, 3)["CUDA_VISIBLE_DEVICES"] == ""
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    assert environment(0, 64)["OMP_NUM_THREADS"] == "5"
    monkeypatch.delenv("OMP_NUM_THREADS")
    assert environment(0, 64)["OMP_NUM_THREADS"] == "1"


def test_how_a_worker_died_is_said_in_words():
    assert died(-11) == "killed by signal 11"
    assert died(3) == "exit status 3"
