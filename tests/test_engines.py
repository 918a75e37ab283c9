"""The engine table: names, near misses, missing packages, entry points."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import import_module
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from msgspec import Struct

from projector import engines
from projector.engines import KINDS, STAGES, Engine
from projector.errors import EngineError, UsageError

ALL = [
    (kind, name, engine)
    for kind, engines in {**KINDS, "stages": STAGES}.items()
    for name, engine in engines.items()
]


@pytest.mark.parametrize(("kind", "name", "engine"), ALL)
def test_every_name_in_the_table_leads_to_a_class(kind: str, name: str, engine: Engine) -> None:
    module, _, attribute = engine.where.partition(":")
    try:
        found = getattr(import_module(module), attribute)
    except ModuleNotFoundError as error:
        if str(error.name).startswith("projector"):
            raise
        pytest.skip(f"{name} needs {error.name}")
    assert found.name == name


def test_an_unknown_name_gets_the_nearest() -> None:
    with pytest.raises(UsageError, match="no aligner is called 'hm'; did you mean 'hmm'"):
        engines.engine_class("aligners", "hm")
    with pytest.raises(UsageError, match="no stage is called 'aling'; did you mean 'align'"):
        engines.engine_class("stages", "aling")


NEEDING = [(kind, name, engine) for kind, name, engine in ALL if engine.packages]


@pytest.mark.parametrize(("kind", "name", "engine"), NEEDING)
def test_an_engine_that_is_chosen_names_the_missing_package_and_the_command(
    kind: str, name: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, engine.packages[0], None)
    wanted = f"the engine {name!r} needs the package {engine.packages[0]!r}: pip install "
    with pytest.raises(EngineError, match=wanted):
        engines.engine_class(kind, name)


@pytest.mark.parametrize(
    "words",
    [
        ["translate", "--to", "de", "--engine", "hf", "--model", "m"],
        ["translate", "--to", "de", "--engine", "ctranslate2", "--model", "m"],
        ["align", "--engine", "simalign"],
        ["align", "--engine", "awesome"],
        ["align", "--engine", "simalign+hmm"],
        ["align", "--engine", "attention", "--model", "m"],
        ["qa", "--generator", "hf", "--model", "m"],
        ["project", "--method", "candidates", "--model", "m"],
        ["project", "--method", "constrained", "--model", "m"],
        ["project", "--method", "match+candidates", "--model", "m"],
        ["annotate", "--engine", "spacy"],
        ["translate", "--to", "de", "--engine", "llm", "--model", "m"],
    ],
)
def test_without_extras_a_command_ends_in_one_sentence(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a process whose imports of the optional packages fail as if they were not there."""
    sample = tmp_path / "in.jsonl"
    sample.write_text('{"id": "1", "text": "Maria works.", "lang": "en"}\n', encoding="utf-8")
    block = (
        "import sys\n"
        f"for name in {sorted(engines.EXTRAS)!r}: sys.modules[name] = None\n"
        "from projector.cli.main import main\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", block, words[0], str(sample), *words[1:]],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 4
    assert done.stdout == ""
    # A fresh checkout also says that its kernels are compiled at first use.
    assert re.search(
        r"^xproject: error: the engine '\w+' needs the package '\w+': pip install 'xproject.*\n\Z",
        done.stderr,
        re.MULTILINE,
    ), done.stderr


def test_the_command_names_the_file_of_versions_only_in_a_checkout(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert engines.install_command("torch") == "pip install 'xproject[neural]' -c constraints.txt"
    monkeypatch.setattr(engines, "__file__", str(tmp_path / "projector" / "engines.py"))
    assert engines.install_command("torch") == "pip install 'xproject[neural]'"
    assert engines.install_command("somewhere") == "pip install somewhere"


def test_other_packages_join_through_entry_points(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(group: str) -> list[EntryPoint]:
        return [EntryPoint("mine", "fractions:Fraction", group)]

    monkeypatch.setattr(engines, "entry_points", found)
    assert engines.table("aligners")["mine"].where == "fractions:Fraction"
    assert engines.engine_class("aligners", "mine").__name__ == "Fraction"
    assert engines.engine_class("stages", "mine").__name__ == "Fraction"
    assert ("mine", "") in engines.choices("aligners")("mi")


def test_completion_offers_the_engines_with_what_they_do() -> None:
    assert ("simalign", KINDS["aligners"]["simalign"].summary) in engines.choices("aligners")("s")
    offered = [name for name, _ in engines.choices("aligners")("hmm+a")]
    assert offered == ["hmm+auto", "hmm+awesome", "hmm+attention"]


class Options(Struct, frozen=True):
    beam: int = 4


def test_options_are_read_and_unknown_ones_refused() -> None:
    assert engines.read_options(Options, {"beam": "8"}, "hf") == Options(8)
    with pytest.raises(UsageError, match="did you mean 'beam'"):
        engines.read_options(Options, {"beem": 8}, "hf")
    with pytest.raises(UsageError, match="hf"):
        engines.read_options(Options, {"beam": "many"}, "hf")


def test_the_former_name_of_a_lower_bound_still_reads() -> None:
    class Bounded(Struct, frozen=True):
        min_score: float = 0.3

    assert engines.read_options(Bounded, {"least": "0.5"}, "match") == Bounded(0.5)
    with pytest.raises(UsageError, match="no option 'least'"):
        engines.read_options(Bounded, {"least": 0.5, "min_score": 0.4}, "match")
    with pytest.raises(UsageError, match="no option 'least'"):
        engines.read_options(Options, {"least": 1}, "hf")


def test_what_misses_a_package_is_called_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    from projector.quality.score_plot import check_plot

    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(EngineError, match=r"the option '--plot' needs the package 'matplotlib'"):
        check_plot("scores.png")
