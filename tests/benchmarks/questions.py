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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("draw")
    one.set_defaults(run=draw)
    for command in (one,):
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
