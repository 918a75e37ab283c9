"""Shell completion: names of commands, and options of the command that is being typed."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from projector.cli.main import COMMANDS


def complete(shell: str, line: str) -> str:
    words = line.split()
    environment = {
        **os.environ,
        "_XPROJECT_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - (not line.endswith(" "))),
        "_TYPER_COMPLETE_ARGS": line,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }
    if shell != "bash":
        del environment["COMP_WORDS"]
    done = subprocess.run(
        [sys.executable, "-m", "projector"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr
    return done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_commands_are_completed(shell: str) -> None:
    assert "translate" in complete(shell, "xproject tr")
    everything = complete(shell, "xproject ")
    assert all(name in everything for name in COMMANDS)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_options_of_a_command_are_completed(shell: str) -> None:
    found = complete(shell, "xproject align --bi")
    assert "--bitext" in found
    assert "--lexicon" not in found


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(
    ("line", "wanted", "unwanted"),
    [
        ("xproject align --engine h", "hmm", "simalign"),
        ("xproject project --method match+ca", "match+candidates", "markers"),
        ("xproject translate x.jsonl --to c", "ca", "es"),
        ("xproject run r.yaml --to c", "ca", "es"),
        ("xproject export x.jsonl --to conll", "conllu", "squad"),
        ("xproject export x.jsonl --to m", "mlqa", "conll"),
        ("xproject convert x --from d", "doccano", "mlqa"),
        ("xproject convert x --lang c", "ca", "es"),
        ("xproject evaluate x.jsonl --gold-from p", "pharaoh", "retrieval"),
        ("xproject pair a.txt b.txt --to p", "pt", "fi"),
    ],
)
def test_engines_languages_and_formats_are_completed(shell, line, wanted, unwanted) -> None:
    found = complete(shell, line)
    assert wanted in found
    assert unwanted not in found.replace(line, "")
