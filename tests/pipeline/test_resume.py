"""Runs that are killed, starved or tampered with, and what they end with."""

from __future__ import annotations

import json
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from projector.errors import DataError, TooManyRejects, UsageError
from projector.pipeline.job import Job
from projector.pipeline.recipe import Recipe, StageSpec
from projector.pipeline.run import identity
from projector.pipeline.run.journal import Journal
from projector.pipeline.run.runner import run

pytestmark = pytest.mark.usefixtures("plugin")

TEXTS = [f"{'reject' if n % 9 == 4 else 'text'} {n} {'y' * (n % 17)}" for n in range(120)]
STAGES = [
    StageSpec(stage="mark"),
    StageSpec(stage="kept-total", options={"reject_over": 22}),
    StageSpec(stage="mark", options={"value": "again"}),
]


@pytest.fixture
def source(documents) -> Path:
    return documents([*TEXTS[:60], b"{bad", b"", *TEXTS[60:]])


@pytest.fixture
def whole(source, tmp_path) -> tuple[bytes, bytes]:
    """What the run gives, and rejects, when nothing disturbs it."""
    out = tmp_path / "whole.jsonl"
    run(Recipe(stages=STAGES), input=str(source), output=str(out), job=Job(on_error="skip"))
    return out.read_bytes(), Path(f"{out}.rejected.jsonl").read_bytes()


def interrupt(source: Path, out: Path, stages=STAGES, **job) -> None:
    """A run that ends in the middle: more rejects than it is allowed."""
    with pytest.raises(TooManyRejects):
        run(
            Recipe(stages=stages),
            input=str(source),
            output=str(out),
            job=Job(max_errors=5, block_size=4, **job),
        )
    assert not out.exists()


def resume(source: Path, out: Path, stages=STAGES, **job):
    job = {"resume": True, "on_error": "skip", **job}
    return run(Recipe(stages=stages), input=str(source), output=str(out), job=Job(**job))


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_killed_at_any_instant_ends_with_the_same_bytes(source, whole, tmp_path, workers):
    """SIGKILL again and again; each start must take up what the one before left."""
    recipe, out = tmp_path / "r.yaml", tmp_path / "out.jsonl"
    slow = "{stage: mark, seconds: 0.012}, {stage: kept-total, reject_over: 22}"
    recipe.write_text(f"stages: [{slow}, {{stage: mark, value: again, seconds: 0.012}}]\n")
    command = [sys.executable, "-m", "projector", "run", recipe, "-i", source, "-o", out]
    command += ["--resume", "--on-error", "skip", "--block-size", "4", "--workers", workers]
    wait = random.Random(workers)
    for _ in range(5):
        process = subprocess.Popen(list(map(str, command)), stderr=subprocess.PIPE)
        time.sleep(0.3 + wait.random() * 0.6)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert not out.exists(), "the run was meant to be longer than its life"
    done = subprocess.run(list(map(str, command)), capture_output=True)
    assert done.returncode == 0, done.stderr
    assert out.read_bytes() == whole[0]
    assert Path(f"{out}.rejected.jsonl").read_bytes() == whole[1]
    assert not Path(f"{out}.work").exists()


def test_counts_of_a_resumed_run_are_those_of_the_whole(source, whole, tmp_path):
    out = tmp_path / "out.jsonl"
    interrupt(source, out)
    summary = resume(source, out)
    assert out.read_bytes() == whole[0]
    assert summary.records == 121
    assert summary.records == summary.written + summary.rejected
    assert summary.rejected == whole[1].count(b"\n")


def test_what_a_corpus_level_stage_has_learned_is_kept(source, whole, tmp_path, monkeypatch):
    out, log = tmp_path / "out.jsonl", tmp_path / "fits"
    monkeypatch.setenv("FIT_LOG", str(log))
    with pytest.raises(TooManyRejects):
        run(
            Recipe(stages=STAGES),
            input=str(source),
            output=str(out),
            job=Job(max_errors=16, block_size=4),
        )
    assert log.read_text() == "fit\n"
    resume(source, out)
    assert log.read_text() == "fit\n"
    assert out.read_bytes() == whole[0]


def test_a_half_written_journal_line_is_done_again(source, whole, tmp_path, capsys):
    out = tmp_path / "out.jsonl"
    interrupt(source, out)
    journal = Path(f"{out}.work") / "journal"
    data = journal.read_bytes()
    assert data.count(b"\n") > 3
    journal.write_bytes(data[:-20])
    resume(source, out)
    assert out.read_bytes() == whole[0]


def test_a_half_written_block_is_written_again(source, whole, tmp_path):
    out = tmp_path / "out.jsonl"
    interrupt(source, out)
    for part in Path(f"{out}.work").glob("phase0*.jsonl"):
        with open(part, "ab") as stream:
            stream.write(b'{"id": "half a li')
    resume(source, out)
    assert out.read_bytes() == whole[0]


def test_a_damaged_journal_or_part_is_noticed(source, tmp_path):
    out = tmp_path / "out.jsonl"
    interrupt(source, out)
    work = Path(f"{out}.work")
    shutil.copytree(work, tmp_path / "copy")
    part = work / "phase0-00000.jsonl"
    part.write_bytes(b"x" + part.read_bytes()[1:])
    with pytest.raises(DataError, match="changed since they were written"):
        resume(source, out)
    part.write_bytes(b"x")
    with pytest.raises(DataError, match="wanted at least the"):
        resume(source, out)
    shutil.rmtree(work)
    shutil.copytree(tmp_path / "copy", work)
    lines = (work / "journal").read_bytes().splitlines(keepends=True)
    (work / "journal").write_bytes(lines[0] + b"{]\n" + b"".join(lines[1:]))
    with pytest.raises(DataError, match="journal:2: found a damaged journal"):
        resume(source, out)


def flip(path: Path, old: bytes, new: bytes) -> None:
    data = path.read_bytes()
    assert old in data and len(old) == len(new)
    path.write_bytes(data.replace(old, new, 1))


def test_a_changed_number_in_the_journal_is_noticed(source, tmp_path):
    out = tmp_path / "out.jsonl"
    interrupt(source, out)
    flip(Path(f"{out}.work") / "journal", b'"records":4', b'"records":9')
    with pytest.raises(DataError, match=r"journal:\d+: found a damaged journal"):
        resume(source, out)


def test_changed_or_deleted_rejects_are_noticed(source, tmp_path):
    out = tmp_path / "out.jsonl"
    interrupt(source, out)
    rejects = Path(f"{out}.work") / "phase0-00000.rejected.jsonl"
    data = rejects.read_bytes()
    flip(rejects, b"asked_for", b"asked_fro")
    with pytest.raises(DataError, match="changed since they were written"):
        resume(source, out)
    rejects.write_bytes(data)
    flip(rejects, b'"line": ', b'"lime": ')
    with pytest.raises(DataError, match="changed since they were written"):
        resume(source, out)
    rejects.unlink()
    with pytest.raises(DataError, match="wanted at least the"):
        resume(source, out)


def test_a_deleted_part_is_noticed_also_where_an_old_output_stands(source, tmp_path):
    """What an earlier run left under the output's name is not taken for this run's output."""
    out = tmp_path / "out.jsonl"
    interrupt(source, out, stages=STAGES[:1])
    out.write_text("old bytes\n")
    part = Path(f"{out}.work") / "phase0-00000.jsonl"
    assert part.stat().st_size
    part.unlink()
    with pytest.raises(DataError, match="wanted at least the"):
        resume(source, out, stages=STAGES[:1])
    assert out.read_text() == "old bytes\n"


def test_an_output_that_was_changed_before_the_run_was_over_is_noticed(source, tmp_path):
    out = tmp_path / "out.jsonl"
    with pytest.MonkeyPatch.context() as patch:
        from projector.pipeline.run import finish

        patch.setattr(finish, "write_json", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            resume(source, out)
    out.write_bytes(out.read_bytes()[:-10])
    with pytest.raises(DataError, match="phase1"):
        resume(source, out)


def test_an_input_that_changes_after_it_was_learned_from_ends_the_run(documents, tmp_path):
    texts = ["reject"] * 6 + ["text"] * 6
    source, out = documents(texts), tmp_path / "out.jsonl"
    stages = [StageSpec(stage="kept-total", options={"reject_over": 5})]
    interrupt(source, out, stages)
    documents([*texts, "one more"])
    with pytest.raises(DataError, match=r"in\.jsonl: has changed since the run learned from it"):
        resume(source, out, stages)


def test_an_input_that_is_cut_while_it_is_read_ends_the_run_with_a_sentence(
    documents, tmp_path, xproject
):
    source, out = documents(["text " + "x" * 200] * 2000), tmp_path / "out.jsonl"
    recipe = tmp_path / "r.yaml"
    recipe.write_text("stages: [{stage: mark, seconds: 0.002}]\n")
    words = ["run", recipe, "-i", source, "-o", out, "--block-size", 16]
    process = subprocess.Popen(
        [sys.executable, "-m", "projector", *map(str, words)], stderr=subprocess.PIPE
    )
    work = Path(f"{out}.work") / "phase0-00000.jsonl"
    deadline = time.monotonic() + 30
    while not work.exists() or not work.stat().st_size:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    with open(source, "rb+") as stream:
        stream.truncate(source.stat().st_size // 2)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 3
    assert b"it has become shorter while it was read" in said and b"Traceback" not in said
    assert not out.exists()


def test_a_changed_input_is_noticed(source, tmp_path):
    out = tmp_path / "out.jsonl"
    interrupt(source, out)
    source.write_bytes(source.read_bytes().replace(b"text 5 ", b"TEXT 5 "))
    with pytest.raises(UsageError, match=r"in\.jsonl: has changed .*\(from line 5 on\)"):
        resume(source, out)


def test_a_shorter_input_is_noticed(source, tmp_path):
    out = tmp_path / "out.jsonl"
    interrupt(source, out)
    source.write_bytes(b"".join(source.read_bytes().splitlines(keepends=True)[:8]))
    with pytest.raises(UsageError, match="it is shorter"):
        resume(source, out)


def test_another_recipe_or_engine_is_noticed_and_named(source, tmp_path, monkeypatch):
    out = tmp_path / "out.jsonl"
    interrupt(source, out)
    other = [StageSpec(stage="mark", options={"value": "other"}), *STAGES[1:]]
    with pytest.raises(UsageError, match=r"value: was 'marked', is now 'other'"):
        resume(source, out, other)
    with pytest.raises(UsageError, match="was another one"):
        resume(source, out, STAGES[:1])
    monkeypatch.setenv("MARK_VERSION", "2")
    with pytest.raises(UsageError, match=r"engine\.version: was '1', is now '2'"):
        resume(source, out)


def test_a_changed_program_is_noticed(source, tmp_path, monkeypatch):
    out = tmp_path / "out.jsonl"
    interrupt(source, out)
    monkeypatch.setattr(identity, "program", lambda: "other")
    with pytest.raises(UsageError, match=r"program: was '\w+', is now 'other'"):
        resume(source, out)


def test_a_changed_file_that_an_option_names_is_noticed(source, tmp_path):
    out, named = tmp_path / "out.jsonl", tmp_path / "lexicon"
    named.write_text("one")
    stages = [StageSpec(stage="mark", options={"file": str(named)})]
    interrupt(source, out, stages)
    named.write_text("two")
    with pytest.raises(UsageError, match=r"files"):
        resume(source, out, stages)


def test_an_interrupted_run_is_not_thrown_away_by_accident(source, whole, tmp_path):
    out = tmp_path / "out.jsonl"
    interrupt(source, out)
    with pytest.raises(UsageError, match="an interrupted run is there; go on with --resume"):
        resume(source, out, resume=False)
    resume(source, out, resume=False, force=True)
    assert out.read_bytes() == whole[0]


def test_block_size_may_change_on_the_way(source, whole, tmp_path):
    out = tmp_path / "out.jsonl"
    interrupt(source, out)
    resume(source, out, block_size=50)
    assert out.read_bytes() == whole[0]


def test_resuming_a_finished_run_does_nothing(source, tmp_path, monkeypatch):
    out = tmp_path / "out.jsonl"
    first = resume(source, out)
    before = out.stat().st_mtime_ns
    again = resume(source, out)
    assert out.stat().st_mtime_ns == before
    assert (again.records, again.rejected) == (first.records, first.rejected)
    with pytest.raises(UsageError, match="--force to replace it"):
        resume(source, out, STAGES[:1])
    source.write_bytes(source.read_bytes() + b'{"text": "more"}\n')
    with pytest.raises(UsageError, match=r"the input .* has changed"):
        resume(source, out)


def test_killed_while_finishing(source, whole, tmp_path):
    """After the rename and before the journal's line; and after the very last line."""
    out = tmp_path / "out.jsonl"
    resume(source, tmp_path / "twin.jsonl", block_size=4)
    interrupt(source, out)
    keep = tmp_path / "keep"
    shutil.copytree(f"{out}.work", keep)

    class Stop(BaseException):
        pass

    def stopped(*_: object, **__: object) -> None:
        raise Stop

    from projector.pipeline.run import finish, runner

    for where, name in ((finish, "file_digest"), (finish, "write_json"), (runner, "clear")):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(where, name, stopped)
            with pytest.raises(Stop):
                resume(source, out)
        assert Path(f"{out}.work").exists()
        resume(source, out)
        assert out.read_bytes() == whole[0]
        assert Path(f"{out}.rejected.jsonl").read_bytes() == whole[1]
        assert not Path(f"{out}.work").exists()
        out.unlink()
        shutil.copytree(keep, f"{out}.work")


@pytest.mark.parametrize("flags", [{"resume": True}, {"resume": False, "force": True}])
def test_two_runs_do_not_write_one_output(source, tmp_path, flags):
    out = tmp_path / "out.jsonl"
    interrupt(source, out)
    alive = Journal(Path(f"{out}.work") / "journal")  # as a run holds it
    with pytest.raises(UsageError, match="another run is writing here"):
        resume(source, out, **flags)
    alive.close()
    assert resume(source, out, **flags).records == 121


def test_a_full_disk_ends_in_one_sentence_and_the_run_goes_on_afterwards(
    source, whole, tmp_path, xproject
):
    """A limit on the size of files stands for the full disk; the error comes from write()."""
    out, recipe = tmp_path / "out.jsonl", tmp_path / "r.yaml"
    recipe.write_text(
        "stages: [mark, {stage: kept-total, reject_over: 22}, {stage: mark, value: again}]\n"
    )
    words = ["run", recipe, "-i", source, "-o", out, "--on-error", "skip", "--block-size", 4]

    def starve() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000))

    failed = xproject(*words, preexec_fn=starve)
    assert failed.returncode == 3
    assert len(failed.stderr.splitlines()) == 1 and b"File too large" in failed.stderr
    assert not out.exists()
    done = xproject(*words, "--resume")
    assert done.returncode == 0, done.stderr
    assert out.read_bytes() == whole[0]


def test_ctrl_c_says_how_to_go_on(documents, tmp_path, xproject):
    source, out, recipe = documents(["text"] * 300), tmp_path / "out.jsonl", tmp_path / "r.yaml"
    recipe.write_text("stages: [{stage: mark, seconds: 0.01}]\n")
    words = ["run", recipe, "-i", source, "-o", out, "--block-size", 4]
    process = subprocess.Popen(
        [sys.executable, "-m", "projector", *map(str, words)], stderr=subprocess.PIPE
    )
    journal = Path(f"{out}.work") / "journal"
    deadline = time.monotonic() + 30
    while not journal.exists() or journal.read_bytes().count(b"\n") < 2:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert b"--resume" in errors and b"Traceback" not in errors
    lines = journal.read_text().splitlines()
    entries = [json.loads(line) for line in lines]
    assert len(entries) > 1, "what was done before Ctrl-C is in the journal"
    assert xproject(*words, "--resume").returncode == 0
    assert out.read_bytes().count(b"\n") == 300
