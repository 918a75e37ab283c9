"""No command writes over what it reads: not with --force, not through a link."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from projector.cli.main import main

PAIR = {
    "id": "p",
    "source": {"id": "p", "lang": "en", "text": "Ann sat.", "tokens": [[0, 3], [4, 7], [7, 8]]},
    "target": {"id": "p", "lang": "es", "text": "Ann se sent\u00f3.", "spans": []},
    "alignment": [[0, 0, 1.0]],
}
RECIPE = "stages: [{stage: filter, copies: true}]\n"

# The command's words; IN and OUT are put in by the test.
COMMANDS = [
    ["run", "r.yaml", "-i", "IN", "-o", "OUT"],
    ["translate", "IN", "-o", "OUT", "--to", "es", "--engine", "bitext", "--model", "b.tsv"],
    ["align", "IN", "-o", "OUT"],
    ["project", "IN", "-o", "OUT"],
    ["qa", "IN", "-o", "OUT", "--translator", "none"],
    ["filter", "IN", "-o", "OUT", "--copies"],
    ["convert", "IN", "-o", "OUT", "--from", "jsonl", "--to", "jsonl"],
    ["export", "IN", "-o", "OUT", "--to", "jsonl"],
    ["report", "IN", "-o", "OUT"],
    ["pair", "IN", "other.jsonl", "-o", "OUT", "--from", "en", "--to", "es"],
    ["pair", "other.jsonl", "IN", "-o", "OUT", "--from", "en", "--to", "es"],
    ["calibrate", "IN", "--gold", "other.jsonl", "-o", "OUT"],
    ["calibrate", "other.jsonl", "--gold", "IN", "-o", "OUT"],
    ["lexicon", "import", "IN", "-o", "OUT"],
    ["lexicon", "train", "IN", "-o", "OUT", "--from", "en", "--to", "es"],
]


@pytest.mark.parametrize("kind", ["name", "symlink", "hard link"])
@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: "-".join(words[:2]))
def test_a_command_refuses_to_write_over_its_input(words, kind, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    line = json.dumps(PAIR) + "\n"
    for name in ("in.jsonl", "other.jsonl"):
        Path(name).write_text(line)
    Path("r.yaml").write_text(RECIPE)
    Path("b.tsv").write_text("Ann sat.\tAnn se sent\u00f3.\n")
    out = "in.jsonl"
    if kind == "symlink":
        out = "link.jsonl"
        Path(out).symlink_to("in.jsonl")
    elif kind == "hard link":
        out = "twin.jsonl"
        os.link("in.jsonl", out)
    given = [{"IN": "in.jsonl", "OUT": out}.get(word, word) for word in words]
    for force in ([], ["--force"]):
        assert main([*given, *force]) == 2
        said = capsys.readouterr().err
        assert "found the input itself" in said, said
        assert "--force" not in said
    assert Path("in.jsonl").read_text() == line
