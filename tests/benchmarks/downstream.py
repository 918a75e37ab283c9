"""Does the silver train? English EWT made Portuguese, a CRF trained on it, scored on Bosque.

    python tests/benchmarks/downstream.py --data DATA [--work FOLDER]

The product's own commands translate, align and project (FOLDER keeps what they made), then
``filter`` and ``export`` write one training set for each row. The CRF is ``xproject probe``'s. What
to do was chosen on Bosque's development sentences of even number ("tuned on"); the others are the
figure ("unseen"). Beside the silver: Bosque's own training data cut to as many spans, and English.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2]))

from projector.io.formats import read
from projector.quality.crf_tagger import CrfTagger
from projector.quality.probe import Data, score, sentences_of
from projector.records import Document, Pair

LOCALES = "pt_PT,pt_BR"
SPLIT = ["--split-contractions"]
NAMES = ["--names", LOCALES]
EMPTY = ["--keep-empty", "0"]


class Row(NamedTuple):
    """A training set: the options of ``filter`` (none: left out) and of ``export``."""

    name: str
    filter: list[str]
    export: list[str]


ROWS = [
    Row("silver as it is", [], []),
    Row("+ contractions split", [], SPLIT),
    Row("+ records without spans left out", EMPTY, SPLIT),
    Row("+ 1 copy with local names", EMPTY, [*SPLIT, *NAMES, "--copies", "1"]),
    Row("+ 3 copies (the default)", EMPTY, [*SPLIT, *NAMES]),
    Row("+ 7 copies", EMPTY, [*SPLIT, *NAMES, "--copies", "7"]),
    Row("3 copies, without the split", EMPTY, NAMES),
    Row("3 copies, with records without spans", [], [*SPLIT, *NAMES]),
    Row("3 copies, 10 % of those", ["--keep-empty", "0.1"], [*SPLIT, *NAMES]),
    Row("3 copies, spans from 0.5", EMPTY, [*SPLIT, *NAMES, "--min-score", "0.5"]),
    Row("3 copies, records from 0.5", [*EMPTY, "--min-score", "0.5"], [*SPLIT, *NAMES]),
    Row("3 copies, records from 0.8", [*EMPTY, "--min-score", "0.8"], [*SPLIT, *NAMES]),
    Row("3 copies, no span lost", [*EMPTY, "--max-dropped", "0"], [*SPLIT, *NAMES]),
    Row("3 copies, most words linked", [*EMPTY, "--max-unaligned", "0.1"], [*SPLIT, *NAMES]),
]


def command(*words: str | Path) -> None:
    """One command of the product; its messages are shown if it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "projector", *map(str, words)],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"xproject {' '.join(map(str, words))}\n{done.stderr}")


def documents(path: Path, side: str = "target") -> list[Document]:
    """All documents of a file; of pairs, one side."""
    records = list(read(str(path)))
    return [getattr(r, side) if isinstance(r, Pair) else r for r in records]


def silver(data: Path, work: Path, engine: str) -> Path:
    """Projected pairs of both English files; what is there already is taken as it is."""
    last = work / "projected.jsonl"
    if last.exists():
        return last
    for part in ("dev", "test"):
        command(
            "convert", data / f"en.ewt-{part}.iob2", "--lang", "en", "-o", work / f"{part}.jsonl"
        )
    english = work / "english.jsonl"
    english.write_bytes(b"".join((work / f"{p}.jsonl").read_bytes() for p in ("dev", "test")))
    pairs, linked = work / "pairs.jsonl", work / "linked.jsonl"
    command(
        "translate", english, "--to", "pt", "--engine", engine, "--on-error", "skip", "-o", pairs
    )
    command("align", pairs, "-o", linked)
    command("project", linked, "-o", last)
    return last


def training_set(row: Row, projected: Path, work: Path) -> Data:
    """What ``filter`` and ``export`` make of the silver."""
    given = projected
    if row.filter:
        given = work / "kept.jsonl"
        command("filter", projected, "-o", given, "--force", *row.filter)
    out = work / "train.jsonl"
    command("export", given, "-o", out, "--force", *row.export)
    return sentences_of(documents(out), "spans")


def spans(data: Data) -> int:
    return sum(tag.startswith("B-") for row in data.tags for tag in row)


def first_spans(data: Data, count: int) -> Data:
    """The first sentences that hold so many spans."""
    seen = 0
    for n, row in enumerate(data.tags):
        seen += sum(tag.startswith("B-") for tag in row)
        if seen >= count:
            return Data(data.words[: n + 1], data.tags[: n + 1])
    return data


def show(name: str, train: Data, halves: list[Data]) -> None:
    """Train, and print a row: precision, recall, F1 on either half."""
    tagger = CrfTagger()
    tagger.fit(train.words, train.tags)
    figures = []
    for half in halves:
        found = score(name, len(train.words), half.tags, tagger.tag(half.words), "spans")
        figures += [f"{found.precision:.1f}", f"{found.recall:.1f}", f"**{found.f1:.1f}**"]
    print(f"| {name} | {len(train.words)} | {spans(train)} | {' | '.join(figures)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, help="a folder that keeps translation and projection")
    parser.add_argument("--engine", default="auto")
    options = parser.parse_args()
    data = options.data / "uner-downstream"
    with tempfile.TemporaryDirectory(prefix="xproject-downstream-") as temporary:
        work = options.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        projected = silver(data, work, options.engine)
        for part in ("train", "dev"):
            gold = work / f"gold-{part}.jsonl"
            if not gold.exists():
                command("convert", data / f"pt.bosque-{part}.iob2", "--lang", "pt", "-o", gold)
        dev = documents(work / "gold-dev.jsonl")
        halves = [sentences_of(dev[n::2], "spans") for n in (0, 1)]
        print("| trained on | sentences | spans | tuned on: P | R | F1 | unseen: P | R | F1 |")
        print("|---|---|---|---|---|---|---|---|---|")
        plain = training_set(ROWS[0], projected, work)
        for row in ROWS:
            train = plain if row is ROWS[0] else training_set(row, projected, work)
            show(row.name, train, halves)
        gold = sentences_of(documents(work / "gold-train.jsonl"), "spans")
        show("gold, as many spans", first_spans(gold, spans(plain)), halves)
        show("gold, all", gold, halves)
        show("English only", sentences_of(documents(projected, "source"), "spans"), halves)


if __name__ == "__main__":
    main()
