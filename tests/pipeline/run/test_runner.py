from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from projector.errors import DataError, EngineError, TooManyRejects, UsageError
from projector.io.jsonl import read_records
from projector.pipeline.job import Job
from projector.pipeline.recipe import Recipe, StageSpec
from projector.pipeline.run.runner import run

pytestmark = pytest.mark.usefixtures("plugin")

TEXTS = [f"text number {n}, of some length {'x' * (n % 13)}" for n in range(50)]
SKIP = Job(on_error="skip", block_size=8)


def recipe(*stages: str, **options: object) -> Recipe:
    return Recipe(stages=[StageSpec(stage=name, options=dict(options)) for name in stages])


@pytest.mark.parametrize("block_size", [1, 7, 256])
def test_every_record_comes_out_once_and_in_order(documents, tmp_path, block_size):
    out = tmp_path / "out.jsonl"
    summary = run(
        recipe("mark"),
        input=str(documents(TEXTS)),
        output=str(out),
        job=Job(block_size=block_size),
    )
    records = list(read_records(out))
    assert [r.text for r in records] == TEXTS
    assert {r.meta["mark"] for r in records} == {"marked"}
    assert (summary.records, summary.written, summary.rejected) == (50, 50, 0)
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "in.jsonl",
        "out.jsonl",
        "out.jsonl.run.json",
    ]


def test_bad_lines_and_refused_records_are_set_aside_with_line_reason_and_raw(
    documents, tmp_path, rejected
):
    source = documents(["fine", b"{broken", "reject me", b"", b"\xff\xfe", "crash now", "fine too"])
    out = tmp_path / "out.jsonl"
    summary = run(recipe("mark"), input=str(source), output=str(out), job=SKIP)
    assert [r.text for r in read_records(out)] == ["fine", "fine too"]
    assert (summary.records, summary.written, summary.rejected) == (6, 2, 4)
    found = rejected(out)
    assert [(r["line"], r["reason"]) for r in found] == [
        (2, "invalid_json"),
        (3, "asked_for"),
        (5, "invalid_utf8"),
        (6, "stage_error"),
    ]
    assert found[0]["raw"] == "{broken"
    assert json.loads(found[1]["raw"])["text"] == "reject me"
    assert found[1]["id"] == "d2"
    assert "RuntimeError" in found[3]["detail"] and "xproject_test_stages.py" in found[3]["detail"]


def test_a_bad_line_ends_a_run_that_does_not_skip(documents, tmp_path):
    source = documents(["fine", b"{broken"])
    with pytest.raises(DataError, match=r"in\.jsonl:2: .*--on-error skip"):
        run(recipe("mark"), input=str(source), output=str(tmp_path / "out.jsonl"))
    assert not (tmp_path / "out.jsonl").exists()


def test_a_line_without_end_is_set_aside_and_its_neighbours_are_not(
    documents, tmp_path, monkeypatch
):
    monkeypatch.setenv("XPROJECT_MAX_LINE_BYTES", "1000")
    source, out = documents(["one", "x " * 2000, "three"]), tmp_path / "out.jsonl"
    summary = run(recipe("mark"), input=str(source), output=str(out), job=SKIP)
    assert (summary.records, summary.written, summary.reasons) == (3, 2, {"too_long": 1})


def test_too_many_bad_records_end_the_run(documents, tmp_path):
    source = documents(["reject", "fine", "reject", "reject"])
    with pytest.raises(TooManyRejects, match=r"[23] of [24] records"):
        run(
            recipe("mark"),
            input=str(source),
            output=str(tmp_path / "out.jsonl"),
            job=Job(max_errors=1, block_size=4),
        )
    summary = run(
        recipe("mark"),
        input=str(source),
        output=str(tmp_path / "out.jsonl"),
        job=Job(max_errors=3, force=True),
    )
    assert (summary.written, summary.rejected) == (1, 3)


def test_an_engine_that_is_gone_ends_the_run_even_when_bad_records_are_skipped(documents, tmp_path):
    with pytest.raises(EngineError, match="the engine is gone"):
        run(
            recipe("mark"),
            input=str(documents(["fine", "gone"])),
            output=str(tmp_path / "out.jsonl"),
            job=SKIP,
        )


@pytest.mark.parametrize("stage", ["total", "kept-total"])
@pytest.mark.parametrize("stages_before", [[], ["mark"]])
def test_a_corpus_level_stage_sees_what_the_stages_before_it_let_through(
    documents, tmp_path, rejected, stage, stages_before
):
    source = documents(["fine", "reject this long one", b"[1]", "", "12345678901"])
    out = tmp_path / "out.jsonl"
    specs = [StageSpec(stage=name) for name in stages_before]
    specs += [StageSpec(stage=stage, options={"reject_over": 10}), StageSpec(stage="mark")]
    summary = run(Recipe(stages=specs), input=str(source), output=str(out), job=SKIP)
    records = list(read_records(out))
    seen = [3, 11] if stages_before else [4, 20]
    assert [(r.text, r.meta["total"]) for r in records] == [("fine", seen), ("", seen)]
    assert (summary.records, summary.written, summary.rejected) == (5, 2, 3)
    found = rejected(out)
    assert [(r["line"], r["stage"]) for r in found] == [
        (2, "mark" if stages_before else stage),
        (3, "read"),
        (5, stage),
    ]
    assert json.loads(found[2]["raw"]) == {"id": "d4", "text": "12345678901"}


def test_a_stream_gives_the_same_bytes_as_a_file(documents, tmp_path, xproject):
    (tmp_path / "r.yaml").write_text("stages: [mark, total, {stage: mark, value: again}]\n")
    source = documents(TEXTS)
    run(
        recipe("mark", "total"),
        input=str(source),
        output=str(tmp_path / "two.jsonl"),
    )
    to_file = xproject("run", tmp_path / "r.yaml", "-i", source, "-o", tmp_path / "out.jsonl")
    assert to_file.returncode == 0, to_file.stderr
    through = xproject("run", tmp_path / "r.yaml", stdin=source.read_bytes())
    assert through.stdout == (tmp_path / "out.jsonl").read_bytes()
    assert b"50 records in, 50 out, 0 rejected" in through.stderr


def test_rejected_lines_of_a_stream_go_to_standard_error(documents, tmp_path, xproject):
    (tmp_path / "r.yaml").write_text("stages: [mark]\non_error: skip\n")
    done = xproject("run", tmp_path / "r.yaml", stdin=b'{"text": "ok"}\n{"text": "reject"}\n')
    assert done.returncode == 0
    assert json.loads(done.stdout)["text"] == "ok"
    reject = json.loads(done.stderr.splitlines()[0])
    assert (reject["line"], reject["reason"]) == (2, "asked_for")


def test_an_output_that_exists_is_kept_unless_forced(documents, tmp_path):
    source, out = documents(TEXTS), tmp_path / "out.jsonl"
    out.write_text("mine")
    with pytest.raises(UsageError, match="--force"):
        run(recipe("mark"), input=str(source), output=str(out))
    assert out.read_text() == "mine"
    run(recipe("mark"), input=str(source), output=str(out), job=Job(force=True))
    assert len(list(read_records(out))) == 50


def test_compressed_output_does_not_depend_on_blocks(documents, tmp_path):
    source = documents(TEXTS)
    for size in (3, 100):
        run(
            recipe("mark"),
            input=str(source),
            output=str(tmp_path / f"{size}.jsonl.gz"),
            job=Job(block_size=size),
        )
    assert (tmp_path / "3.jsonl.gz").read_bytes() == (tmp_path / "100.jsonl.gz").read_bytes()
    assert gzip.decompress((tmp_path / "3.jsonl.gz").read_bytes()).count(b"\n") == 50


def test_a_limit_counts_records_not_lines(documents, tmp_path):
    source = documents(["a", b"", "b", "c"])
    summary = run(
        recipe("mark"), input=str(source), output=str(tmp_path / "o.jsonl"), job=Job(limit=2)
    )
    assert (summary.records, summary.written) == (2, 2)


def test_an_empty_input_gives_an_empty_output(documents, tmp_path):
    out = tmp_path / "out.jsonl"
    summary = run(recipe("total"), input=str(documents([])), output=str(out))
    assert (summary.records, out.read_bytes()) == (0, b"")


def test_what_was_done_is_kept_beside_the_output(documents, tmp_path):
    run(recipe("mark"), input=str(documents(TEXTS)), output=str(tmp_path / "out.jsonl"))
    known = json.loads((tmp_path / "out.jsonl.run.json").read_text())
    assert known["recipe"]["stages"] == [
        {"stage": "mark", "value": "marked", "seconds": 0.0, "file": "", "seed": 7}
    ]
    assert known["counts"]["records"] == known["counts"]["written"] == 50
    assert known["counts"]["cost"] == {"mark": {"tokens": 50.0}}
    assert known["counts"]["stage_seconds"]["mark"] >= 0
    assert known["versions"]["xproject"] and known["versions"]["python"]
    assert known["seeds"] == {"mark.seed": 7}
    assert known["inputs"][0]["records"] == 50


def test_standard_input_is_read_by_line_not_by_file(monkeypatch, tmp_path):
    class Stdin:
        buffer = io.BytesIO(b'{"text": "one"}\n{"text": "two"}\n')

    monkeypatch.setattr(sys, "stdin", Stdin)
    run(recipe("total"), input="-", output=str(tmp_path / "out.jsonl"))
    records = list(read_records(tmp_path / "out.jsonl"))
    assert [(r.id, r.meta["total"]) for r in records] == [("line-1", [2, 3]), ("line-2", [2, 3])]


def test_a_mandatory_value_of_the_recipe_must_come_from_the_command_line(documents):
    with pytest.raises(UsageError, match=r"output: found \?\?\?"):
        run(Recipe(stages=[StageSpec(stage="mark")], output="???"), input=str(documents(TEXTS)))


def test_a_run_of_which_nothing_comes_out_fails_with_a_sentence(documents, tmp_path, xproject):
    recipe = tmp_path / "r.yaml"
    recipe.write_text("stages: [mark]\non_error: skip\n")
    source, out = documents(["reject"] * 5 + [b"{bad"]), tmp_path / "out.jsonl"
    for words in (["-i", source, "-o", out], ["-i", source, "-o", out, "--resume"], ["-i", source]):
        done = xproject("run", recipe, *words)
        assert done.returncode == 1
        assert b"nothing was written: all of the 6 records were rejected (asked_for 5, inv" in (
            done.stderr
        )
    assert Path(f"{out}.rejected.jsonl").read_bytes().count(b"\n") == 6
    done = xproject("run", recipe, "-i", documents([], "empty.jsonl"))
    assert (done.returncode, done.stdout) == (0, b"")


@pytest.mark.parametrize("workers", [1, 2])
def test_what_stages_spend_arrives_beside_the_output(documents, tmp_path, workers):
    source, out = documents([*TEXTS, "reject", "crash"]), tmp_path / "out.jsonl"
    stages = recipe("mark", "kept-total", "mark")
    run(stages, input=str(source), output=str(out), job=replace(SKIP, workers=workers))
    known = json.loads(Path(f"{out}.run.json").read_text())
    assert known["counts"]["cost"]["mark"]["tokens"] >= 102


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("output", ["-", "out.jsonl"])
def test_closed_standard_streams_are_named_where_they_are_wanted(
    documents, tmp_path, closed, output
):
    (tmp_path / "r.yaml").write_text("stages: [mark]\n")
    documents(TEXTS)
    inputs = "-" if "<" in closed else "in.jsonl"
    command = f"{sys.executable} -m projector run r.yaml -i {inputs} -o {output} {closed}"
    done = subprocess.run(
        ["bash", "-c", f"exec 5>said; {command} || echo $? >&5"],
        cwd=tmp_path,
        capture_output=True,
        stdin=subprocess.DEVNULL,
    )
    code = int((tmp_path / "said").read_text() or 0)
    wanted = 3 if "<" in closed else 2 if ">&-" in closed.replace("2>&-", "") else 0
    wanted = 0 if output != "-" and "<" not in closed else wanted
    if output == "-" and "<" in closed and " >&-" in closed:
        wanted = 2
    assert code == wanted, done.stderr
    assert b"Traceback" not in done.stderr
    if code and "2>&-" not in closed:
        assert b"closed" in done.stderr
    if not code and output != "-":
        assert len(list(read_records(tmp_path / "out.jsonl"))) == 50


def test_missing_input_is_named(tmp_path: Path):
    with pytest.raises(DataError, match=r"none\.jsonl: found no such file"):
        run(recipe("mark"), input=str(tmp_path / "none.jsonl"), output=str(tmp_path / "o.jsonl"))
