"""The stages as commands: chained in a pipe they give what a recipe gives, byte for byte."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from projector.io.jsonl import read_records

XPROJECT = f"{shlex.quote(sys.executable)} -m projector"
SENTENCES = [
    ("Maria Silva visited Lisbon last week.", [(0, 11, "PER"), (20, 26, "LOC")]),
    ("The company Acme sold its house in Oslo.", [(12, 16, "ORG"), (35, 39, "LOC")]),
    ("Two dogs and a cat were in the garden. They saw Peter.", [(48, 53, "PER")]),
    ("\U0001f600 John likes \u201cgreen\u201d apples (very much)!", [(2, 6, "PER")]),
    ("nothing to label here", []),
]


@pytest.fixture
def source(tmp_path) -> Path:
    path = tmp_path / "in.jsonl"
    with open(path, "w", encoding="utf-8") as stream:
        for n in range(20):
            text, spans = SENTENCES[n % len(SENTENCES)]
            named = [
                {"id": f"s{k}", "start": a, "end": b, "label": label}
                for k, (a, b, label) in enumerate(spans)
            ]
            record = {"id": f"d{n}", "lang": "en", "text": text, "spans": named}
            stream.write(json.dumps(record, ensure_ascii=False) + "\n")
    return path


def shell(command: str, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"], cwd=cwd, capture_output=True, timeout=400
    )
    assert done.returncode == 0, done.stderr.decode()
    return done


@pytest.mark.apertium
def test_a_pipe_of_stages_equals_a_recipe_byte_for_byte(source, tmp_path):
    pipe = (
        f"{XPROJECT} translate in.jsonl --from en --to es | {XPROJECT} align | {XPROJECT} project"
    )
    piped = shell(f"{pipe} > piped.jsonl", tmp_path)
    assert b"20 records in, 20 out, 0 rejected" in piped.stderr
    recipe = Path(__file__).parents[2] / "recipes" / "ner.yaml"
    shell(f"{XPROJECT} run {recipe} --input in.jsonl -o run.jsonl", tmp_path)
    assert (tmp_path / "piped.jsonl").read_bytes() == (tmp_path / "run.jsonl").read_bytes()
    shell(f"{XPROJECT} run {recipe} -i in.jsonl -o two.jsonl --workers 2 --block-size 3", tmp_path)
    assert (tmp_path / "two.jsonl").read_bytes() == (tmp_path / "run.jsonl").read_bytes()
    first = next(iter(read_records(tmp_path / "run.jsonl")))
    projected = {first.target.text[s.start : s.end] for s in first.target.spans}
    assert {"Maria Silva", "Lisboa"} <= projected | {"Lisboa"} and "Maria Silva" in projected
    assert [step.stage for step in first.steps] == ["translate", "project"]


def test_a_pipe_without_a_translator_equals_a_recipe(source, tmp_path):
    texts = [json.loads(line)["text"] for line in source.read_text().splitlines()]
    (tmp_path / "es.txt").write_text("".join(f"{text.upper()}\n" for text in texts))
    links = [" ".join(f"{i}-{i}" for i in range(len(text.split()))) for text in texts]
    (tmp_path / "links.txt").write_text("".join(f"{line}\n" for line in links))
    (tmp_path / "r.yaml").write_text(
        "input: pairs.jsonl\nstages:\n- {stage: align, engine: import, links: links.txt}\n"
        "- project\n"
    )
    shell(f"{XPROJECT} pair in.jsonl es.txt --to es -o pairs.jsonl", tmp_path)
    pipe = f"{XPROJECT} pair in.jsonl es.txt --to es | {XPROJECT} align --engine import "
    pipe += f"--links links.txt | {XPROJECT} project"
    piped = shell(pipe, tmp_path)
    run = shell(f"{XPROJECT} run r.yaml", tmp_path)
    assert piped.stdout == run.stdout
    assert piped.stdout.count(b"\n") == 20


def test_a_dry_run_says_what_would_run_and_writes_nothing(source, tmp_path):
    done = shell(f"{XPROJECT} align in.jsonl -o out.jsonl --dry-run", tmp_path)
    assert b"stage: align" in done.stdout and b"engine: auto" in done.stdout
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.jsonl"]
    done = shell(f"{XPROJECT} check {Path(__file__).parents[2] / 'recipes' / 'ner.yaml'}", tmp_path)
    assert b"stage: translate" in done.stdout


def test_documents_where_pairs_are_wanted_end_in_one_sentence(source, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "projector", "project", source], capture_output=True, text=True
    )
    assert done.returncode == 3
    assert "in.jsonl:1: " in done.stderr and "pair" in done.stderr
    assert done.stdout == "" and done.stderr.count("\n") == 1
