"""An output that a run wrote nothing into holds nothing: the corrected command replaces it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from projector.cli.main import main
from projector.pipeline.run.nothing_written import nothing_written

GOOD = json.dumps({"id": "a", "text": "Ann sat.", "lang": "en"}) + "\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("in.jsonl").write_text("{bad\n{worse\n")
    return tmp_path


def annotate(*words: str, source: str = "in.jsonl", out: str = "out.jsonl") -> int:
    return main(["annotate", source, "-o", out, "--on-error", "skip", *words])


@pytest.mark.parametrize("words", [[], ["--resume"]])
@pytest.mark.parametrize("out", ["out.jsonl", "out.jsonl.gz", "link.jsonl"])
def test_the_corrected_command_needs_no_force(out: str, words: list[str]) -> None:
    if out == "link.jsonl":
        Path(out).symlink_to("real.jsonl")
    assert annotate(out=out) == 1
    assert Path(f"{Path(out).resolve()}.rejected.jsonl").exists()
    Path("in.jsonl").write_text(GOOD)
    assert annotate(*words, out=out) == 0
    assert json.loads(Path(f"{Path(out).resolve()}.run.json").read_text())["counts"]["written"] == 1
    assert not Path(f"{Path(out).resolve()}.rejected.jsonl").exists()


def test_the_same_command_again_ends_as_before(capsys: pytest.CaptureFixture[str]) -> None:
    for words in ([], [], ["--resume"]):
        assert annotate(*words) == 1
        assert "nothing was written" in capsys.readouterr().err


def test_a_folder_of_shards_that_hold_nothing_is_replaced_too() -> None:
    for name in ("a", "b"):
        Path("in").mkdir(exist_ok=True)
        Path(f"in/{name}.jsonl").write_text("{bad\n")
    assert annotate(source="in", out="out") == 1
    Path("in/a.jsonl").write_text(GOOD)
    assert annotate(source="in", out="out") == 0
    assert Path("out/a.jsonl").read_text()
    assert annotate(source="in", out="out") == 2


@pytest.mark.parametrize("change", ["records came", "no notes", "notes of others", "a stranger"])
def test_what_may_hold_something_is_not_replaced(
    change: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("in").mkdir()
    Path("in/a.jsonl").write_text("{bad\n")
    Path("in/b.jsonl").write_text("{bad\n")
    assert annotate() == annotate(source="in", out="out") == 1
    if change == "records came":
        Path("out.jsonl").write_text(GOOD)
        Path("out/a.jsonl").write_text(GOOD)
    elif change == "a stranger":
        Path("out.jsonl").write_text("mine")
        Path("out/thesis.tex").write_text("mine")
    else:
        for name in ("out.jsonl.run.json", "out.run.json"):
            Path(name).unlink()
            if change == "notes of others":
                Path(name).write_text('{"counts": {"written": 0}, "outputs": [5]}')
    assert not nothing_written("out.jsonl") and not nothing_written("out")
    assert annotate() == annotate(source="in", out="out") == 2
    assert "--force" in capsys.readouterr().err


def test_a_run_that_wrote_something_is_not_replaced() -> None:
    Path("in.jsonl").write_text(GOOD + "{bad\n")
    assert annotate() == 0
    assert annotate() == 2
