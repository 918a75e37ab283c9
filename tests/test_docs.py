"""The documentation's Python is run, its commands exist, its files are there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from projector.cli.main import COMMANDS, main
from projector.io.jsonl import write_records
from projector.records import Document, Span

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_python_of_a_page_runs(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.S)
    names: dict[str, object] = {}
    blocks = [block for block in blocks if not block.startswith("# finetune")]
    for block in blocks:
        exec(compile(block, page.name, "exec"), names)
    if page.name == "README.md":
        assert capsys.readouterr().out == "PER Ada\nLOC London\n"


@pytest.mark.neural
def test_the_fine_tuning_script_trains(tmp_path: Path) -> None:
    pytest.importorskip("seqeval")
    from tests.encoder_models import aligning_bert

    page = (ROOT / "docs" / "finetune.md").read_text(encoding="utf-8")
    script = tmp_path / "finetune.py"
    script.write_text(re.findall(r"```python\n(.*?)```", page, re.S)[0], encoding="utf-8")
    silver, train = tmp_path / "silver.jsonl", tmp_path / "train.jsonl"
    names = ("Obama", "Merkel")
    docs = [
        Document(f"d{n}", f"{names[n % 2]} sees the cat .", "en",
                 spans=[Span("s", 0, len(names[n % 2]), "PER", score=0.9)])
        for n in range(24)
    ]  # fmt: skip
    write_records(docs, silver)
    assert main(["export", str(silver), "--to", "tokens", "-o", str(train)]) == 0
    words = [sys.executable, str(script), str(aligning_bert()), str(train), str(train)]
    done = subprocess.run(
        [*words, str(tmp_path / "out"), "4", "5e-3", "8"], capture_output=True, text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].endswith("F1 on dev 100.0")
    assert (tmp_path / "out" / "config.json").exists()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_of_a_page_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    called = set(re.findall(r"(?:^|[|`(] *)xproject ([a-z]+)", text, re.M))
    assert called <= set(COMMANDS), called - set(COMMANDS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8"))
    missing = [x for x in links if "://" not in x and not (page.parent / x).exists()]
    assert not missing
