"""PAXQA read by people: draws to judge, what was judged, and the table over ``--min-quality``.

    python tests/benchmarks/questions.py draw --data ../shared/data --lang es --seed 7 --count 60
    python tests/benchmarks/questions.py table --data ../shared/data --lang es

``draw`` prints questions of ``bitext/en-LANG.tsv.gz`` with their answers, English and target, one
number each; a person writes the numbers that fail and why into ``judged/``. ``table`` counts what
each ``--min-quality`` leaves and, from all judged files, what share of it was kept. Judged files
hold line numbers, offsets and verdicts, never text.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from projector.alignment.stage import AlignOptions, AlignStage
from projector.io.jsonl import encode, read_records
from projector.pipeline.in_memory import apply
from projector.qa.stage import QaOptions, QaStage
from projector.records import Document, Pair, Question

JUDGED = Path(__file__).parent / "judged"


def bitext_pairs(data: Path, lang: str) -> Iterator[Pair]:
    """The pairs of one file; ids are line numbers from 0."""
    with gzip.open(data / "bitext" / f"en-{lang}.tsv.gz", "rt", encoding="utf-8") as lines:
        for n, line in enumerate(lines):
            source, target = line.rstrip("\n").split("\t")[:2]
            if source.strip() and target.strip():
                name = f"b{n}"
                yield Pair(name, Document(name, source, "en"), Document(name, target, lang))


def aligned(data: Path, lang: str, cache: Path) -> list[Pair]:
    """All pairs of a language with the links of ``hmm``, kept in a file for the next call."""
    cached = cache / f"aligned.en-{lang}.jsonl"
    if not cached.exists():
        cache.mkdir(parents=True, exist_ok=True)
        done = apply([AlignStage(AlignOptions(engine="hmm"))], bitext_pairs(data, lang))
        cached.write_bytes(b"\n".join(encode(record).rstrip(b"\n") for record in done) + b"\n")
    return [record for record in read_records(cached) if isinstance(record, Pair)]


class Example:
    """One English question with its answer, and the target side's where there is one."""

    def __init__(self, pair: Pair, english: Question) -> None:
        self.pair, self.english = pair, english
        source, target = pair.source.span_by_id(), pair.target.span_by_id()
        self.answer = source[english.answers[0]]
        self.projected = target.get(english.answers[0])
        other = f"{english.id}-{pair.target.lang}"
        self.question = next((q for q in pair.target.questions if q.id == other), None)

    def key(self) -> dict[str, Any]:
        """What finds the example again: line number, answer offsets, rule."""
        return {
            "line": int(self.pair.id[1:]), "answer": [self.answer.start, self.answer.end],
            "rule": self.english.meta.get("rule", ""),
            "score": self.english.score,
            "target score": self.question.score if self.question else None,
            "from": self.question.meta.get("from") if self.question else None,
        }  # fmt: skip


def examples(pairs: list[Pair], options: QaOptions) -> list[Example]:
    """All examples of the pairs."""
    found = []
    for pair in apply([QaStage(options)], pairs):
        assert isinstance(pair, Pair)
        at_source = [q for q in pair.source.questions if q.lang == "en" and q.answers]
        found += [Example(pair, q) for q in at_source]
    return found


def draw(given: argparse.Namespace) -> None:
    """Print what a seed draws, and write the keys beside for the verdicts."""
    pairs = aligned(given.data, given.lang, given.cache)
    options = QaOptions(
        questions=given.questions, min_quality=given.min_quality, analysis=given.analysis
    )
    if given.pairs:
        pairs = random.Random(given.seed).sample(pairs, given.pairs)
    started = time.time()
    found = examples(pairs, options)
    seconds = time.time() - started
    both = [e for e in found if e.question is not None]
    print(f"{len(pairs)} pairs, {seconds:.0f} s: {len(found)} questions, {len(both)} in both")
    pool = both if given.side == "target" else found
    chosen = random.Random(given.seed).sample(pool, min(given.count, len(pool)))
    rows = []
    for n, e in enumerate(chosen):
        print(f"\n{n} EN {e.pair.source.text}\n   {given.lang} {e.pair.target.text}")
        surface = e.answer.surface(e.pair.source.text)
        print(
            f"   Q {e.english.text} = {surface}  [{e.english.meta.get('rule')} {e.english.score}]"
        )
        if e.question is not None and e.projected is not None:
            asked = e.question
            print(f"   T {asked.text} = {e.projected.text}  [{asked.meta['from']} {asked.score}]")
        rows.append(e.key())
    if given.keys:
        given.keys.write_text(json.dumps({"lang": given.lang, "seed": given.seed, "drawn": rows}))


def table(given: argparse.Namespace) -> None:
    """What each ``--min-quality`` leaves of the corpus, and what share of the judged ones it kept.

    A judged question counts with the score that it has now.
    """
    pairs = aligned(given.data, given.lang, given.cache)
    started = time.time()
    found = examples(pairs, QaOptions(questions="clause", min_quality=0, analysis=given.analysis))
    minutes = (time.time() - started) / 60
    verdicts: dict[tuple[int, tuple[int, int], str], dict[str, str]] = {}
    for name in sorted(JUDGED.glob(f"bitext.en-{given.lang}.*.json")):
        for row in json.loads(name.read_text(encoding="utf-8"))["rows"]:
            verdicts[row["line"], tuple(row["answer"]), row["rule"]] = row
    print(f"{len(pairs)} pairs, {len(pairs) / minutes:.0f} a minute; en-{given.lang}")
    print("min-quality  English  judged kept   target  judged kept  examples in 4 directions")
    for level in (0.0, 0.7, 0.75, 0.8, 0.85, 0.9, 0.92):
        cells, examples_left = [], 0
        for side in ("english", "target"):
            left = [e for e in found if _score(e, side) >= level]
            judged = [v for e in left if side in (v := verdicts.get(_key(e), {}))]
            kept = sum(v[side] == "keep" for v in judged)
            share = kept / len(judged) if judged else float("nan")
            cells.append(f"{len(left):8d} {len(judged):7d} {share:5.2f}")
            answered = sum(e.projected is not None for e in left)
            examples_left += len(left) + answered
        print(f"{level:11.2f} {cells[0]} {cells[1]} {examples_left:12d}")


def _key(example: Example) -> tuple[int, tuple[int, int], str]:
    key = example.key()
    return key["line"], (key["answer"][0], key["answer"][1]), key["rule"]


def _score(example: Example, side: str) -> float:
    """The score of one side's question; below all levels where there is none."""
    question = example.english if side == "english" else example.question
    return -1.0 if question is None or question.score is None else question.score


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("draw")
    one.set_defaults(run=draw)
    two = commands.add_parser("table")
    two.set_defaults(run=table)
    for command in (one, two):
        command.add_argument("--data", type=Path, required=True)
        command.add_argument("--lang", default="es")
        command.add_argument("--cache", type=Path, default=Path("/tmp/xproject-questions"))
        command.add_argument("--questions", default="clause")
        command.add_argument("--analysis", default="auto")
        command.add_argument("--min-quality", type=float, default=QaOptions().min_quality)
    one.add_argument("--seed", type=int, default=1)
    one.add_argument("--count", type=int, default=60)
    one.add_argument("--pairs", type=int, default=0, help="only so many pairs, drawn first")
    one.add_argument("--side", choices=("english", "target"), default="target")
    one.add_argument("--keys", type=Path, help="write the keys of the draw here")
    given = parser.parse_args()
    given.run(given)


if __name__ == "__main__":
    main()
