"""Recipes by name and the package's own samples, from any folder; both inside the wheel."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from projector.cli.main import main
from projector.errors import UsageError
from projector.shipped import input_path, recipe_path, shipped_folder

ROOT = Path(__file__).parent.parent


def test_a_bare_name_is_a_recipe_of_the_package_and_a_path_is_a_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert recipe_path("ner") == shipped_folder("recipes") / "ner.yaml"
    for name in ("ner.yaml", "recipes/ner", "./ner.yaml"):
        assert recipe_path(name) == Path(name)
    with pytest.raises(UsageError, match="did you mean 'squad'"):
        recipe_path("sqad")
    (tmp_path / "ner").write_text("stages: [align]")
    assert recipe_path("ner") == Path("ner")


def test_samples_are_found_where_there_are_none_and_never_over_the_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Path(input_path("samples/ner.jsonl")).samefile(ROOT / "samples" / "ner.jsonl")
    assert input_path("samples/none.jsonl") == "samples/none.jsonl"
    assert input_path("") == "" and input_path("-") == "-"
    (tmp_path / "samples").mkdir()
    (tmp_path / "samples" / "ner.jsonl").write_text("{}")
    assert input_path("samples/ner.jsonl") == "samples/ner.jsonl"


@pytest.mark.apertium
def test_a_recipe_runs_by_name_in_an_empty_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["run", "ner", "-i", "samples/ner.jsonl", "-o", "ner.es.jsonl", "--limit", "3"]
    assert main(words) == 0
    assert (tmp_path / "ner.es.jsonl").read_text(encoding="utf-8").count("\n") == 3


def test_the_wheel_holds_recipes_samples_and_the_mark_of_types(tmp_path: Path) -> None:
    pytest.importorskip("setuptools", minversion="77", reason="setuptools builds the wheel")
    tree = tmp_path / "tree"  # a build leaves files behind, which are to be none of ours
    for name in ("projector", "recipes", "samples"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree / name)
    pip = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-q"]
    done = subprocess.run([*pip, "-w", str(tmp_path), str(tree)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("recipes", "samples"):
        shipped = {f"projector/{folder}/{path.name}" for path in (ROOT / folder).iterdir()}
        assert shipped <= names
    assert "projector/py.typed" in names
    assert not any(name.startswith(("tests", "recipes", "samples")) for name in names)
