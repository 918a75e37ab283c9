"""The engine table: names, near misses, missing packages, entry points."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.metadata import EntryPoint

import pytest
from msgspec import Struct

from projector import engines
from projector.errors import EngineError, UsageError


@pytest.mark.parametrize(
    ("kind", "name", "where"),
    [(kind, name, where) for kind, names in engines.KINDS.items() for name, where in names.items()],
)
def test_every_name_in_the_table_leads_to_a_class(kind: str, name: str, where: str) -> None:
    module, _, attribute = where.partition(":")
    try:
        found = getattr(import_module(module), attribute)
    except ModuleNotFoundError as error:
        if str(error.name).startswith("projector"):
            raise
        pytest.skip(f"{name} needs {error.name}")
    # `auto` is `hmm` for pairs without links, and is called so in their provenance.
    assert found.name == {"auto": "hmm"}.get(name, name)


def test_an_unknown_name_gets_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean 'hmm'"):
        engines.engine_class("aligners", "hm")


def test_a_missing_package_is_one_sentence_with_the_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "ctranslate2_absent", None)
    monkeypatch.setitem(engines.KINDS["translators"], "absent", "ctranslate2_absent:X")
    with pytest.raises(EngineError, match="pip install"):
        engines.engine_class("translators", "absent")


def test_other_packages_join_through_entry_points(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(group: str) -> list[EntryPoint]:
        return [EntryPoint("mine", "fractions:Fraction", group)]

    monkeypatch.setattr(engines, "entry_points", found)
    assert engines.table("aligners")["mine"] == "fractions:Fraction"
    assert engines.engine_class("aligners", "mine").__name__ == "Fraction"


class Options(Struct, frozen=True):
    beam: int = 4


def test_options_are_read_and_unknown_ones_refused() -> None:
    assert engines.read_options(Options, {"beam": "8"}, "hf") == Options(8)
    with pytest.raises(UsageError, match="did you mean 'beam'"):
        engines.read_options(Options, {"beem": 8}, "hf")
    with pytest.raises(UsageError, match="hf"):
        engines.read_options(Options, {"beam": "many"}, "hf")


def test_what_misses_a_package_is_called_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    from projector.quality.score_plot import check_plot

    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(EngineError, match=r"the option '--plot' needs the package 'matplotlib'"):
        check_plot("scores.png")
