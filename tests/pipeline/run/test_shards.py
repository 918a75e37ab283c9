from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from projector.errors import DataError, TooManyRejects, UsageError
from projector.io.jsonl import read_records
from projector.io.shards import input_files
from projector.io.streams import open_read, open_write
from projector.pipeline.job import Job
from projector.pipeline.recipe import Recipe, StageSpec
from projector.pipeline.run.runner import run
from projector.pipeline.run.shards import content_mark, plan_files

pytestmark = pytest.mark.usefixtures("plugin")

RECIPE = Recipe(
    stages=[StageSpec(stage="mark"), StageSpec(stage="kept-total"), StageSpec(stage="mark")]
)


@pytest.fixture
def folder(tmp_path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, texts in {
        "a.jsonl.zst": ["one", "reject", "three"],
        "b.jsonl": [],
        "c.json.gz": [f"text {n}" for n in range(20)],
    }.items():
        with open_write(folder / name) as stream:
            for text in texts:
                stream.write(json.dumps({"text": text}).encode() + b"\n")
    (folder / "notes.txt").write_text("not a shard")
    return folder


def test_each_shard_has_its_own_output_and_the_manifest_knows_it(folder, tmp_path):
    out = tmp_path / "out"
    summary = run(RECIPE, input=str(folder), output=f"{out}/", job=Job(on_error="skip"))
    assert sorted(p.name for p in out.iterdir()) == [
        "a.jsonl.zst",
        "b.jsonl",
        "c.jsonl.gz",
        "manifest.json",
    ]
    assert [r.meta["total"] for r in read_records(out / "a.jsonl.zst")] == [[22, 7]] * 2
    assert len(list(read_records(out / "c.jsonl.gz"))) == 20
    manifest = json.loads((out / "manifest.json").read_text())
    assert [
        (f["name"], f["records_in"], f["records"], f["rejected"]) for f in manifest["files"]
    ] == [
        ("a.jsonl.zst", 3, 2, 1),
        ("b.jsonl", 0, 0, 0),
        ("c.jsonl.gz", 20, 20, 0),
    ]
    assert manifest["totals"] == {"records_in": 23, "records": 22, "rejected": 1}
    for entry in manifest["files"]:
        data = (out / entry["name"]).read_bytes()
        assert entry["sha256"] == hashlib.sha256(data).hexdigest()
    assert (summary.records, summary.written, summary.rejected) == (23, 22, 1)
    (reject,) = map(json.loads, (tmp_path / "out.rejected.jsonl").read_text().splitlines())
    assert (reject["file"], reject["line"]) == (str(folder / "a.jsonl.zst"), 2)
    assert not (tmp_path / "out.work").exists()


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupted_run_over_shards_goes_on(folder, tmp_path, workers):
    whole, out = tmp_path / "whole", tmp_path / "out"
    run(RECIPE, input=str(folder), output=f"{whole}/", job=Job(on_error="skip"))
    with open(folder / "c.json.gz", "rb") as stream:
        kept = stream.read()
    recipe = Recipe(stages=[*RECIPE.stages, StageSpec(stage="mark", options={"value": "marked"})])
    run(recipe, input=str(folder), output=str(tmp_path / "whole2"), job=Job(on_error="skip"))
    with pytest.raises(TooManyRejects):
        run(RECIPE, input=str(folder), output=str(out), job=Job(max_errors=0, block_size=1))
    assert (folder / "c.json.gz").read_bytes() == kept
    job = Job(on_error="skip", resume=True, workers=workers)
    run(RECIPE, input=str(folder), output=str(out), job=job)
    for path in whole.iterdir():
        if path.name != "manifest.json":
            assert (out / path.name).read_bytes() == path.read_bytes()


def test_a_pattern_names_shards_and_a_stream_takes_them_all(folder, tmp_path, xproject):
    recipe = tmp_path / "r.yaml"
    recipe.write_text("stages: [mark]\non_error: skip\n")
    done = xproject("run", recipe, "-i", folder / "*.*z*")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(b"\n") == 22


def test_what_does_not_fit_together_is_refused(folder, tmp_path):
    with pytest.raises(UsageError, match="wanted a folder"):
        plan_files(str(folder), str(tmp_path / "out.jsonl"))
    with pytest.raises(DataError, match="no file of this pattern"):
        input_files(str(tmp_path / "*.nothing"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"without \.jsonl files"):
        input_files(str(tmp_path / "empty"))
    (folder / "a.jsonl").write_text("")
    (folder / "a.ndjson").write_text("")
    with pytest.raises(UsageError, match="two files that would both"):
        plan_files(str(folder), str(tmp_path / "out"))
    (folder / "a.ndjson").unlink()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        plan_files(str(folder), str(tmp_path / "full"))
    with open_read(folder / "a.jsonl.zst") as stream:
        assert stream.read(1) == b"{"


def test_files_that_options_name_are_known_by_content(tmp_path):
    file, model = tmp_path / "file", tmp_path / "model"
    file.write_text("1")
    model.mkdir()
    (model / "weights").write_text("1234")
    options = {"links": str(file), "options": {"m": [str(model), "none"]}, "n": 3, "e": ""}
    before = content_mark(options)
    assert set(before) == {"links", "options"}
    (model / "weights").write_text("12345")
    after = content_mark(options)
    assert after["links"] == before["links"] and after["options"] != before["options"]
