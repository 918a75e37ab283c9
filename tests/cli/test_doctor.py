from __future__ import annotations

import json

from projector.cli import diagnosis
from projector.cli.diagnosis import Finding, diagnose
from projector.cli.main import main
from projector.engines import KINDS


def test_every_engine_has_a_line_and_what_is_missing_says_what_to_type(capsys, monkeypatch):
    monkeypatch.setattr(diagnosis, "installed", lambda name: name != "torch")
    assert main(["doctor", "--json"]) == 0
    found = {f["what"]: f for f in json.loads(capsys.readouterr().out)}
    for kind, names in KINDS.items():
        for name in names:
            what = f"{kind.removesuffix('s').replace('_', ' ')} {name}"
            assert any(key.startswith(what) for key in found), what
    assert found["translator hf"]["ok"] is False
    assert found["translator hf"]["mend"] == "pip install 'xproject[neural]' -c constraints.txt"
    assert "torch" in found["translator hf"]["found"]


def test_apertium_names_its_modes_or_the_command_that_installs_it(monkeypatch, tmp_path):
    monkeypatch.setattr("shutil.which", lambda name: None)
    finding = diagnosis.apertium("apertium")
    assert not finding.ok and finding.mend.startswith("apt-get install")
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setenv("APERTIUM_DATADIR", str(tmp_path))
    assert "no language pair" in diagnosis.apertium("apertium").found
    (tmp_path / "modes").mkdir()
    (tmp_path / "modes" / "eng-spa.mode").write_text("")
    assert diagnosis.apertium("apertium").found == "modes eng-spa"


def test_an_engine_may_speak_for_itself(monkeypatch):
    class Engine:
        @classmethod
        def diagnose(cls):
            return [Finding("key", False, "no XKEY", "export XKEY=...")]

    monkeypatch.setattr(diagnosis, "engine_class", lambda kind, name: Engine)
    monkeypatch.setattr(diagnosis, "installed", lambda name: True)
    found = {f.what: f for f in diagnose()}
    assert found["translator llm: key"].mend == "export XKEY=..."


def test_the_table_is_for_people(capsys):
    assert main(["doctor"]) == 0
    assert "translator apertium" in capsys.readouterr().out
