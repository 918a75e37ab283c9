"""``filter --min-similarity``: does it tell translations from pairs that are none?

    python tests/benchmarks/similarity.py --data ../shared/data [--langs es,de,ru,zh,da,et]
        [--pairs 300] [--vectors auto]

Real sentence pairs (news, encyclopaedia) against the same sources with the targets shuffled, and
against the target of the next sentence, which is often about the same thing. Printed: the area
under the ROC curve of either; the similarity below which one true pair in a hundred lies, and how
many wrong pairs `filter` would keep there.
"""

from __future__ import annotations

import argparse
import gzip
import random
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from projector.quality.similarity import TextSimilarity
from projector.records import Document, Pair


def sentences(data: Path, lang: str, count: int) -> list[tuple[str, str]]:
    """The first so many sentence pairs."""
    with gzip.open(data / "bitext" / f"en-{lang}.tsv.gz", "rt", encoding="utf-8") as stream:
        rows = [
            line.rstrip("\n").split("\t")[:2] for line, _ in zip(stream, range(count), strict=False)
        ]
    return [(source, target) for source, target in rows]


def area(true: Sequence[float], false: Sequence[float]) -> float:
    """Probability that a true pair is more alike than a false one; ties count half."""
    right, wrong = np.array(true)[:, None], np.array(false)[None, :]
    return float((right > wrong).mean() + (right == wrong).mean() / 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--langs", default="es,de,ru,zh,da,et")
    parser.add_argument("--pairs", type=int, default=300)
    parser.add_argument("--vectors", default="auto")
    given = parser.parse_args()
    similarity = TextSimilarity(given.vectors)
    print("lang  AUC shuffled  AUC next   1 % of true below   kept there: shuffled, next   pairs/s")
    for lang in given.langs.split(","):
        rows = sentences(given.data, lang, given.pairs)
        start = time.process_time()
        true = scores(similarity, rows, lang)
        speed = len(rows) / (time.process_time() - start)
        order = list(range(len(rows)))
        random.Random(1).shuffle(order)
        shuffled = [(rows[n][0], rows[m][1]) for n, m in enumerate(order) if n != m]
        following = [(a, rows[(n + 1) % len(rows)][1]) for n, (a, _) in enumerate(rows)]
        false = [scores(similarity, some, lang) for some in (shuffled, following)]
        bound = float(np.quantile(true, 0.01))
        kept = [100 * float(np.mean(np.array(some) >= bound)) for some in false]
        print(
            f"{lang:5}{area(true, false[0]):13.4f}{area(true, false[1]):10.4f}{bound:20.3f}"
            f"{kept[0]:18.1f} %{kept[1]:8.1f} %{speed:10.0f}",
            flush=True,
        )


def scores(similarity: TextSimilarity, rows: Sequence[tuple[str, str]], lang: str) -> list[float]:
    """The similarity of each pair of texts."""
    return similarity.of(
        [
            Pair(str(n), Document(str(n), source, "en"), Document(str(n), target, lang))
            for n, (source, target) in enumerate(rows)
        ]
    )


if __name__ == "__main__":
    main()
