"""Made-up records in any number, the same for the same seed: what the scale benchmarks run on.

Documents are English sentences with person, place and organisation spans; pairs bring a Spanish
side of the same build, tokens and word links, so that `project` can be measured alone.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PEOPLE = ["Maria Silva", "John Baker", "Aisha Khan", "Peter de Vries", "Li Wei", "Anna Nowak"]
PLACES = ["Lisbon", "New York", "Buenos Aires", "Cape Town", "Oslo", "San Jose"]
FIRMS = ["Acme", "Northwind Traders", "Blue River Bank", "Globex", "United Steel"]
VERBS = [("visited", "visitó"), ("left", "dejó"), ("praised", "elogió"), ("sold", "vendió")]
TIMES = [("yesterday", "ayer"), ("last week", "la semana pasada"), ("in 2019", "en 2019")]
ENDS = [
    ("because the weather was bad", "porque el tiempo era malo"),
    ("and no_parents said a word about it", "y nadie dijo una palabra sobre ello"),
    ("after a long meeting with the board", "tras una larga reunión con el consejo"),
]


class _Side:
    def __init__(self) -> None:
        self.text, self.tokens, self.spans = "", [], []  # type: ignore[var-annotated]

    def add(self, words: str, label: str = "") -> list[int]:
        start, first = len(self.text) + bool(self.text), len(self.tokens)
        for word in words.split():
            at = len(self.text) + bool(self.text)
            self.text += (" " if self.text else "") + word
            self.tokens.append([at, at + len(word)])
        if label:
            name = f"s{len(self.spans)}"
            self.spans.append({"id": name, "start": start, "end": len(self.text), "label": label})
        return list(range(first, len(self.tokens)))


def pairs(count: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Aligned pairs, about 20 words a side, three to six spans."""
    pick = random.Random(seed)
    for n in range(count):
        source, target, links = _Side(), _Side(), []
        for _ in range(pick.choice((1, 2))):
            person, place, firm = pick.choice(PEOPLE), pick.choice(PLACES), pick.choice(FIRMS)
            verb, when, end = pick.choice(VERBS), pick.choice(TIMES), pick.choice(ENDS)
            parts = [(person, "PER"), (verb, ""), (place, "LOC"), (("with", "con"), "")]
            parts += [(firm, "ORG"), (when, ""), (end, ""), ((".", "."), "")]
            for words, label in parts:
                english, spanish = (words, words) if isinstance(words, str) else words
                left, right = source.add(english, label), target.add(spanish)
                links += [[i, right[min(k, len(right) - 1)], 0.9] for k, i in enumerate(left)]
        yield _pair(n, source, target, links)


def _pair(n: int, source: _Side, target: _Side, links: list[Any]) -> dict[str, Any]:
    return {
        "id": f"p{n}",
        "source": {
            "id": f"p{n}",
            "text": source.text,
            "lang": "en",
            "tokens": source.tokens,
            "spans": source.spans,
        },
        "target": {"id": f"p{n}", "text": target.text, "lang": "es", "tokens": target.tokens},
        "alignment": links,
    }


def short(count: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Aligned pairs of five words and two spans, for the runs of a million."""
    pick = random.Random(seed)
    for n in range(count):
        source, target, links = _Side(), _Side(), []
        verb = pick.choice(VERBS)
        parts: list[tuple[Any, str]] = [(pick.choice(PEOPLE), "PER"), (verb, "")]
        parts += [(pick.choice(PLACES), "LOC"), ((".", "."), "")]
        for words, label in parts:
            english, spanish = (words, words) if isinstance(words, str) else words
            left, right = source.add(english, label), target.add(spanish)
            links += [[i, j, 0.9] for i, j in zip(left, right, strict=True)]
        yield _pair(n, source, target, links)


def documents(count: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """The source sides alone."""
    return (pair["source"] for pair in pairs(count, seed))


def short_documents(count: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """The source sides of the short ones."""
    return (pair["source"] for pair in short(count, seed))


def write(path: Path, count: int, kind: str = "pairs", seed: int = 1) -> Path:
    """Write ``count`` records of a kind; a file that is there is taken as it is."""
    if not path.exists():
        make = {
            "pairs": pairs,
            "short": short,
            "documents": documents,
            "short-documents": short_documents,
        }[kind]
        with open(path, "w", encoding="utf-8") as stream:
            for record in make(count, seed):
                stream.write(json.dumps(record, ensure_ascii=False) + "\n")
    return path
