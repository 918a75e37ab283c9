"""Which mode is meant, from a folder of mode files."""

from pathlib import Path

import pytest

from projector.errors import EngineError, UsageError
from projector.translation.apertium import modes
from projector.translation.apertium.modes import installed_modes, route

MODES = (
    "eng-spa eng-cat eng-cat_valencia en-gl spa-cat spa-por es-ro cat-spa spa-eng en-eo-bytecode-cg"
)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "modes").mkdir()
    for name in MODES.split():
        (tmp_path / "modes" / f"{name}.mode").touch()
    monkeypatch.setenv("APERTIUM_DATADIR", str(tmp_path))
    monkeypatch.setattr(modes.shutil, "which", lambda name: f"/usr/bin/{name}")


def names(model: str, source: str, target: str) -> list[str]:
    return [mode.name for mode in route(model, source, target)]


def test_debugging_modes_are_left_out() -> None:
    assert set(installed_modes()) == set(MODES.split()) - {"en-eo-bytecode-cg"}


@pytest.mark.parametrize(
    ("model", "source", "target", "wanted"),
    [
        ("", "en", "es", ["eng-spa"]),
        ("", "eng", "spa", ["eng-spa"]),
        ("", "en-GB", "es-MX", ["eng-spa"]),
        ("", "en", "ca", ["eng-cat"]),
        ("valencia", "en", "ca", ["eng-cat_valencia"]),
        ("", "en", "ca-valencia", ["eng-cat_valencia"]),
        ("eng-cat_valencia", "en", "ca", ["eng-cat_valencia"]),
        ("eng-spa, spa-por", "en", "pt", ["eng-spa", "spa-por"]),
    ],
)
def test_routes(model: str, source: str, target: str, wanted: list[str]) -> None:
    assert names(model, source, target) == wanted


@pytest.mark.parametrize(
    ("model", "target", "message"),
    [
        ("", "pt", "--model eng-spa,spa-por"),
        ("", "eo", "apt-get install -y apertium apertium-eo-en"),
        (
            "",
            "it",
            "a pivot through 'es' exists: apt-get install -y apertium-eng-spa apertium-spa-ita",
        ),
        ("", "ja", "installed from 'en' are ca, es, gl"),
        ("balear", "ca", "no variant 'balear'.*valencia"),
        ("eng-sap", "es", "did you mean 'eng-spa'"),
        ("eng-spa,cat-spa", "es", "wanted the second to start from 'es'"),
        ("spa-cat", "ca", "leads from 'es' to 'ca', wanted one from 'en'"),
    ],
)
def test_what_is_not_there_is_told_with_the_way_out(model: str, target: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        route(model, "en", target)


def test_without_apertium_the_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modes.shutil, "which", lambda name: None)
    with pytest.raises(EngineError, match="apt-get install"):
        route("", "en", "es")


def test_a_program_that_is_killed_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The version stands in each record: a kill must not make it another program's."""
    killed = tmp_path / "killed"
    dpkg = tmp_path / "dpkg-query"
    dpkg.write_text(
        f"#!/bin/sh\n[ -e {killed} ] || {{ : > {killed}; echo apert; kill -9 $$; }}\n"
        'case "$1" in -S) echo "apertium-eng-spa: $2";; *) printf 0.8.1;; esac\n'
    )
    dpkg.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert modes.version(f"{tmp_path}/a.mode") == "apertium-eng-spa 0.8.1"
    assert killed.exists()


def test_a_program_that_is_killed_every_time_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("apertium-wblank-mode", "dpkg-query"):
        (tmp_path / name).write_text("#!/bin/sh\nkill -9 $$\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    for ask in (modes.version, modes.commands):
        with pytest.raises(EngineError, match="signal 9, 5 times"):
            ask(f"{tmp_path}/b.mode")
