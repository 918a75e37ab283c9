"""Nothing of the user's is destroyed: not the input, not a folder, not a link, not by --force."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from projector.errors import DataError, EngineError, UsageError
from projector.io.jsonl import read_records
from projector.pipeline.job import Job
from projector.pipeline.recipe import Recipe, StageSpec
from projector.pipeline.run.runner import run

pytestmark = pytest.mark.usefixtures("plugin")

FORCE = Job(force=True)


def mark(source: Path | str, out: Path | str, job: Job = Job(), **options: object):
    recipe = Recipe(stages=[StageSpec(stage="mark", options=dict(options))])
    return run(recipe, input=str(source), output=str(out), job=job)


@pytest.fixture
def source(documents) -> Path:
    return documents(["one", "two"])


@pytest.mark.parametrize("job", [Job(), FORCE, Job(resume=True)])
@pytest.mark.parametrize("kind", ["name", "other name", "symlink", "hard link", "rejected", "run"])
def test_an_output_that_is_the_input_is_refused_whatever_it_is_called(source, tmp_path, kind, job):
    out = tmp_path / "out.jsonl"
    if kind == "name":
        out = source
    elif kind == "other name":
        out = tmp_path / "folder" / ".." / source.name
        (tmp_path / "folder").mkdir()
    elif kind == "symlink":
        out.symlink_to(source)
    elif kind == "hard link":
        os.link(source, out)
    else:  # the input stands where the run would write something beside the output
        named = Path(f"{out}.{'rejected.jsonl' if kind == 'rejected' else 'run.json'}")
        source = source.rename(named)
    before = source.read_bytes()
    with pytest.raises(UsageError, match="found the input itself") as error:
        mark(source, out, job)
    assert "--force" not in str(error.value)
    assert source.read_bytes() == before
    assert not Path(f"{out}.work").exists()


def test_a_folder_of_shards_is_not_written_over(documents, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    documents(["one"], "in/a.jsonl"), documents(["two"], "in/b.jsonl")
    with pytest.raises(UsageError, match="found the input itself"):
        mark(folder, folder, FORCE)
    assert json.loads((folder / "a.jsonl").read_text())["text"] == "one"


def test_a_file_that_an_option_names_is_not_written_over(source, tmp_path):
    lexicon = tmp_path / "lexicon.tsv"
    lexicon.write_text("mine")
    with pytest.raises(UsageError, match="found the input itself"):
        mark(source, lexicon, FORCE, file=str(lexicon))
    assert lexicon.read_text() == "mine"


@pytest.mark.parametrize("words", [["--force"], ["--force", "--resume"], []])
def test_standard_streams_are_looked_through(source, tmp_path, words):
    (tmp_path / "r.yaml").write_text("stages: [mark]\n")
    before = source.read_bytes()
    with open(source, "rb") as stream:
        command = [sys.executable, "-m", "projector", "run", "r.yaml", "-o", source, *words]
        done = subprocess.run(command, stdin=stream, capture_output=True, cwd=tmp_path)
    assert (done.returncode, source.read_bytes()) == (2, before)
    assert b"found the input itself (as -)" in done.stderr


@pytest.mark.parametrize("job", [Job(), FORCE, Job(resume=True)])
@pytest.mark.parametrize("name", ["thesis.tex", "journal", "input.jsonl", "phase0-00000.jsonl"])
def test_a_folder_of_the_users_own_under_the_work_folders_name_stays(source, tmp_path, job, name):
    own = tmp_path / "out.jsonl.work" / name
    own.parent.mkdir()
    own.write_text("years of work")
    with pytest.raises(UsageError, match=r"no run has written, wanted .* move it") as error:
        mark(source, tmp_path / "out.jsonl", job)
    assert "--force" not in str(error.value)
    assert own.read_text() == "years of work"


def test_a_file_that_is_put_into_the_work_folder_stays(source, tmp_path):
    out = tmp_path / "out.jsonl"
    with pytest.raises(DataError):
        documents = [*["text"] * 300, "reject"]
        lines = [json.dumps({"text": text}) + "\n" for text in documents]
        source.write_text("".join(lines))
        mark(source, out)
    own = Path(f"{out}.work") / "notes.txt"
    own.write_text("mine")
    for job in (FORCE, Job(resume=True, on_error="skip")):
        with pytest.raises(UsageError, match="found 'notes"):
            mark(source, out, job)
    assert own.read_text() == "mine"


def test_an_empty_folder_or_a_dead_link_is_told_apart(source, tmp_path):
    out = tmp_path / "out.jsonl"
    Path(f"{out}.work").symlink_to(tmp_path)
    with pytest.raises(UsageError, match="found something else than a folder"):
        mark(source, out, FORCE)
    Path(f"{out}.work").unlink()
    Path(f"{out}.work").mkdir()
    assert mark(source, out).written == 2
    assert not Path(f"{out}.work").exists()


def test_force_writes_what_a_link_points_to_and_leaves_the_link(source, tmp_path):
    target, link = tmp_path / "data" / "v3.jsonl", tmp_path / "latest.jsonl"
    target.parent.mkdir()
    target.write_text("old")
    link.symlink_to(target)
    with pytest.raises(UsageError, match="exists already"):
        mark(source, link)
    mark(source, link, FORCE)
    assert link.is_symlink() and link.readlink() == target
    assert len(list(read_records(target))) == 2
    target.unlink()  # a link to nothing: what it names is made
    mark(source, link, FORCE)
    assert link.is_symlink() and len(list(read_records(target))) == 2


@pytest.mark.parametrize("texts", [["gone", "fine"], [b"{bad", "fine"], ["reject"]])
@pytest.mark.parametrize("before", [[], ["kept-total"]])
def test_a_command_that_failed_does_not_stand_in_the_way_of_the_next(
    documents, tmp_path, texts, before
):
    source, out = documents(texts), tmp_path / "out.jsonl"
    stages = [StageSpec(stage=name) for name in [*before, "mark"]]
    with pytest.raises((DataError, EngineError), match=r"gone|asked|JSON"):
        run(Recipe(stages=stages), input=str(source), output=str(out))
    if texts[0] != "gone" or not before:
        assert not Path(f"{out}.work").exists()
    source = documents(["fine"])
    if not Path(f"{out}.work").exists():
        other = [StageSpec(stage="mark", options={"value": "other"})]
        assert run(Recipe(stages=other), input=str(source), output=str(out)).written == 1


def test_a_run_that_was_killed_before_it_did_anything_does_not_either(source, tmp_path):
    from projector.pipeline.run import runner

    out = tmp_path / "out.jsonl"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runner._Run, "_phase", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            mark(source, out)
    assert (Path(f"{out}.work") / "journal").exists()
    assert mark(source, out, value="other").written == 2
