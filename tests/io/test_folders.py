"""A folder is written whole, and replaced only where all that it holds is known."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from projector.errors import UsageError
from projector.io.folders import write_folder


def write(path: Path | str, *, force: bool = True) -> None:
    with write_folder(str(path), force=force, ours=lambda name: name.endswith(".x")) as folder:
        (folder / "new.x").write_text("new")


def test_a_folder_of_our_files_is_replaced_with_force_only(tmp_path: Path) -> None:
    write(tmp_path / "out")
    (tmp_path / "out" / "old.x").write_text("old")
    with pytest.raises(UsageError, match="--force"):
        write(tmp_path / "out", force=False)
    write(tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["new.x"]


@pytest.mark.parametrize("kind", ["file", "dead link", "link to a folder", "pipe", "inner file"])
def test_a_folder_with_anything_else_is_never_replaced(tmp_path: Path, kind: str) -> None:
    out, mine = tmp_path / "out", tmp_path / "out" / "mine"
    write(out)
    if kind == "file":
        mine.write_text("mine")
    elif kind == "dead link":
        mine.with_name("mine.x").symlink_to("nowhere")
    elif kind == "link to a folder":
        (tmp_path / "elsewhere").mkdir()
        mine.symlink_to(tmp_path / "elsewhere")
    elif kind == "pipe":
        os.mkfifo(mine.with_name("mine.x"))
    else:
        mine.mkdir()
        (mine / "thesis.tex").write_text("mine")
    before = sorted(path.name for path in out.rglob("*"))
    with pytest.raises(UsageError, match="is not replaced"):
        write(out)
    assert sorted(path.name for path in out.rglob("*")) == before


def test_a_link_stays_and_its_folder_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "out")
    (tmp_path / "link").symlink_to("out")
    write(tmp_path / "link")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "out" / "new.x").exists()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    write(".")
    assert (tmp_path / "here" / "new.x").exists()
