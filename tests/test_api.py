"""The public face of the package: the commands' names, records in memory, clear errors."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import projector
from projector import Document, Pair, Span
from projector.errors import UsageError


def pairs() -> list[Pair]:
    texts = [("Ada lives in Oslo .", "Ada vive en Oslo ."), ("Bo met Ada .", "Bo vio a Ada .")]
    return [
        Pair(
            f"p{n}",
            Document(f"p{n}", source, "en", spans=[Span("s", 0, source.index(" "), "PER")]),
            Document(f"p{n}", target, "es"),
        )
        for n, (source, target) in enumerate(texts)
    ]


def test_every_public_name_is_there_and_documented() -> None:
    for name in projector.__all__:
        assert getattr(projector, name) is not None
        if name != "__version__":
            assert getattr(projector, name).__doc__
    with pytest.raises(AttributeError, match="no attribute 'transalte'"):
        _ = projector.transalte


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = "import sys, projector; print([m for m in ('msgspec', 'numpy', 'numba') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_align_and_project_give_what_the_stages_give() -> None:
    done = projector.project(projector.align(pairs(), engine="hmm"))
    assert [p.target.spans[0].text for p in done] == ["Ada", "Bo"]
    assert [step.stage for step in done[0].steps] == ["align", "project"]


def test_a_wrong_option_is_named_with_the_nearest_one() -> None:
    with pytest.raises(UsageError, match="did you mean 'engine'"):
        projector.align(pairs(), engin="hmm")


def test_records_go_to_a_file_and_come_back(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    assert projector.write(pairs(), path) == 2
    assert list(projector.read(path)) == pairs()


def test_a_recipe_runs_from_file_to_file(tmp_path: Path) -> None:
    source, out, recipe = (tmp_path / name for name in ("in.jsonl", "out.jsonl", "recipe.yaml"))
    projector.write(pairs(), source)
    recipe.write_text("stages: [{stage: align, engine: hmm}, {stage: project}]\n")
    summary = projector.run(recipe, input=str(source), output=str(out))
    assert (summary.records, summary.written) == (2, 2)
    assert list(projector.read(out)) == projector.project(projector.align(pairs(), engine="hmm"))
