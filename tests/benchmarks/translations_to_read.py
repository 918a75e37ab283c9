"""Sentences of bitext/en-pt by the student (Portuguese) and by Apertium (Spanish), to be read.

    python tests/benchmarks/translations_to_read.py --data ../shared/data [--seed 18] [--count 60]

Drawn at random by the seed and translated as `xproject translate` does, cut into sentences first.
What a reader found of the first 60 is in docs/notes/marian.md.
"""

from __future__ import annotations

import argparse
import gzip
import random
from pathlib import Path

from projector.records import Document, Pair
from projector.translation.stage import TranslateOptions, TranslateStage


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=18)
    parser.add_argument("--count", type=int, default=60)
    given = parser.parse_args()
    with gzip.open(given.data / "bitext" / "en-pt.tsv.gz", "rt", encoding="utf-8") as file:
        read = [line.rstrip("\n").split("\t")[:2] for line in file]
    rows = list(dict.fromkeys(tuple(pair) for pair in read if all(map(str.strip, pair))))
    texts = [row[0] for row in random.Random(given.seed).sample(rows, given.count)]
    documents = [Document(str(n), text, "en") for n, text in enumerate(texts, 1)]
    made = []
    for engine, target in (("firefox", "pt"), ("apertium", "es")):
        stage = TranslateStage(TranslateOptions(to=target, engine=engine))
        found = stage.process(documents)
        made.append([one.target.text if isinstance(one, Pair) else repr(one) for one in found])
        stage.close()
    for n, (text, student, rules) in enumerate(zip(texts, *made, strict=True), 1):
        print(f"{n}. {text}\n   student   {student}\n   Apertium  {rules}")


if __name__ == "__main__":
    main()
