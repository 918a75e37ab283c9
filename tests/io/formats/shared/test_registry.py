"""Which formats there are: a module each, found without being imported, and other packages' own."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from projector.errors import EngineError, UsageError
from projector.io.formats import read, read_lines, shared
from projector.io.formats.shared import registry
from projector.io.formats.shared.registry import find, formats, load, names
from projector.records import Document

# A format in one file: words between bars, one document a line.
TOY = """
from msgspec import Struct

from projector.io.formats.shared.format import Format
from projector.io.formats.shared.text_files import text_lines, write_text
from projector.io.jsonl import Line
from projector.records import Document


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    bar: str = "|"


def read(path, options, notes):
    for line in text_lines(path):
        text = line.text.replace(options.bar, " ").strip()
        yield Line(line.number, Document(f"bar-{line.number}", text), None)


def write(records, path, options, notes, *, force=False):
    lines = (options.bar.join(record.text.split()) + "\\n" for record in records)
    return write_text(lines, path, force=force)


FORMAT = Format(
    name="bars",
    summary="words between bars",
    options=Options,
    read=read,
    write=write,
    suffixes=(".bars",),
    recognises=lambda sample: 0.6 if "|" in sample.text else 0.0,
)
"""


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    """A folder as pip leaves it: the module and the metadata of the package that brings it."""
    (tmp_path / "bars.py").write_text(TOY)
    about = tmp_path / "bars-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: bars\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[xproject.formats]\nbars = bars:FORMAT\n")
    return tmp_path


def xproject(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(folder), *sys.path])
    return subprocess.run(
        [sys.executable, "-m", "projector", *words],
        cwd=folder, env={**os.environ, "PYTHONPATH": path, "COLUMNS": "200"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_another_packages_format_is_one_file_and_converts_both_ways(toy: Path) -> None:
    (toy / "in.bars").write_text("Ana|sings\n")
    done = xproject(toy, "convert", "in.bars", "-o", "out.txt", "--to", "text")
    assert (done.returncode, (toy / "out.txt").read_text()) == (0, "Ana sings\n")
    done = xproject(toy, "convert", "out.txt", "-o", "back.bars", "--set", "bar=/")
    assert (done.returncode, (toy / "back.bars").read_text()) == (0, "Ana/sings\n")
    (toy / "unnamed").write_text("Ana|sings\n")
    assert "(bars)" in xproject(toy, "convert", "unnamed", "--dry-run").stderr


def test_another_packages_format_is_listed_like_the_others(toy: Path) -> None:
    assert "bars" in xproject(toy, "convert", "--help").stdout
    listed = xproject(toy, "convert", "--formats").stdout
    assert "bars         read and write  words between bars" in listed
    assert "options: bar" in listed
    wrong = xproject(toy, "convert", "x.jsonl", "--from", "barz")
    assert "did you mean 'bars'?" in wrong.stderr and "bitext, brat" in wrong.stderr


def test_names_are_found_without_importing_a_format() -> None:
    code = (
        "import sys; from projector.io.formats.shared.registry import names; found = names(); "
        "print(sum(f'projector.io.formats.{n}' in sys.modules for n in found), len(found))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    imported, known = map(int, done.stdout.split())
    assert imported == 0 and known > 20


def test_formats_are_known_without_what_they_need_being_imported() -> None:
    code = (
        "import sys; from projector.io.formats.shared.registry import formats; formats(); "
        "print([m for m in ('pyarrow', 'datasets', 'spacy', 'sacremoses') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("name", names())
def test_every_format_says_what_it_is(name: str) -> None:
    found = load(name)
    assert found.name == name and found.summary
    assert found.read is not None or found.write is not None
    assert found.holds <= shared.format.EVERYTHING
    assert all(suffix.startswith(".") for suffix in found.suffixes)


def test_no_two_formats_are_written_to_one_suffix() -> None:
    suffixes = [s for each in formats() if each.write is not None for s in each.suffixes]
    assert len(suffixes) == len(set(suffixes))


def test_a_format_that_another_package_breaks_says_so_and_leaves_the_others_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = [
        EntryPoint("gone", "no_such_package.format:FORMAT", registry.GROUP),
        EntryPoint("number", "fractions:Fraction", registry.GROUP),
        EntryPoint("jsonl", "fractions:Fraction", registry.GROUP),
    ]
    monkeypatch.setattr(registry, "entry_points", lambda group: entries)
    (tmp_path / "a.txt").write_text("Hi\n")
    assert list(read(tmp_path / "a.txt")) == [Document("a-1", "Hi")]
    with pytest.raises(EngineError, match="the format 'gone' needs the package 'no_such_package'"):
        load("gone")
    with pytest.raises(EngineError, match="no format called 'number'"):
        load("number")
    assert load("jsonl").suffixes  # a name that this project has stays its own


def test_a_missing_package_is_said_when_the_format_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry, "installed", lambda package: False)
    assert load("parquet").suffixes == (".parquet",)
    with pytest.raises(EngineError, match="xproject\\[hub\\]"):
        find("parquet", reading=True)


def test_a_direction_that_a_format_has_not_is_refused_with_those_that_have_it() -> None:
    with pytest.raises(UsageError, match=r"'mlqa' cannot be read \(these can: bitext, brat"):
        find("mlqa", reading=True)


def test_unknown_formats_and_options_name_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    with pytest.raises(UsageError, match="did you mean 'conll'"):
        list(read(tmp_path / "x", "conl"))
    with pytest.raises(UsageError, match="did you mean 'columns'"):
        list(read(tmp_path / "x", "conll", {"column": "a"}))
    with pytest.raises(UsageError, match="scheme"):
        list(read_lines(tmp_path / "x", "conll", {"scheme": "iob3"}))
