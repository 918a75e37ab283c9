"""Records to publish, as a run leaves them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from projector.io.jsonl import write_records
from projector.records import Document, Dropped, Pair, Question, Span, Step

NLLB = Step("translate", "hf", "facebook/nllb-200-distilled-600M", "transformers 5")
FIREFOX = Step("translate", "firefox", "en-pt", "0.1.0")
MATCH = Step("project", "match", "", "1", {"min_score": 0.5})


def pair(number: int, step: Step = FIREFOX, label: str = "PER") -> Pair:
    """``Ana saw Rome.`` with two spans, of which the second was dropped in every third pair."""
    spans = [
        Span("s0", 0, 3, label, score=0.95),
        Span("s1", 7, 11, "LOC", score=0.7),
    ]
    lost = number % 3 == 0
    return Pair(
        f"r{number}",
        Document(
            f"r{number}",
            "Ana saw Rome.",
            "en",
            spans=[Span("s0", 0, 3, label), Span("s1", 8, 12, "LOC")],
        ),
        Document(
            f"r{number}",
            "Ana viu Roma.",
            "pt",
            tokens=[(0, 3), (4, 7), (8, 12), (12, 13)],
            spans=[spans[0]] if lost else [spans[0], Span("s1", 8, 12, "LOC", score=0.7)],
        ),
        steps=[step, MATCH],
        dropped=[Dropped("no_links", span="s1")] if lost else [],
    )


def asked(number: int) -> Document:
    """A document with a question that has an answer and one that has none."""
    return Document(
        f"q{number}",
        "Ana viu Roma.",
        "pt",
        spans=[Span("a", 8, 12)],
        questions=[
            Question("0", "O que viu Ana?", "pt", answers=["a"]),
            Question("1", "Quando?", "pt", is_impossible=True),
        ],
    )


@pytest.fixture
def silver(tmp_path: Path) -> Callable[..., str]:
    """Write pairs (or other records) as a run does, with OUT.run.json beside them."""

    def write(name: str = "pt.jsonl", step: Step = FIREFOX, records: object = None) -> str:
        path = tmp_path / name
        given = records if isinstance(records, list) else [pair(n, step) for n in range(6)]
        write_records(given, path)
        run = {
            "inputs": [{"path": "/home/somebody/secret-project/in.jsonl"}],
            "counts": {"rejected_by_reason": {"too_long": 2}},
            "engines": [{"stage": "annotate", "engine": "stanza", "model": "en"}],
            "licences": [],
        }
        Path(f"{path}.run.json").write_text(json.dumps(run))
        return str(path)

    return write
