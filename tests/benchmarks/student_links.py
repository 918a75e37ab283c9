"""Links of the students beside `hmm`, no bitext: alignment error and what `match` makes of them.

    python tests/benchmarks/student_links.py --data ../shared/data [--engines firefox,firefox+hmm,hmm]
        [--combinations]

Alignment error rate on XL-WA en-pt development (links from 0.35); span F1 on UNER PUD en-pt, all
1,000 sentences as one input and as 25 inputs of 40.

``--combinations`` instead: the error rate of the mean of both with several weights of `hmm`, over
the students' links from several probabilities on, mutual ones or all, at the best of several
thresholds; then that of `firefox` alone (links from 0.35) on the even and on the odd pairs.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import gold
from quality import error_rate, projected, span_f1, table_row

from projector.alignment.stage import AlignOptions, AlignStage
from projector.alignment.symmetrise import average, decode
from projector.records import Link, Pair

LEAST = (0.3, 0.1, 0.05)  # probability from which the students' links are taken
WEIGHTS = (0.0, 0.2, 0.3, 0.4, 0.5)  # of `hmm`
THRESHOLDS = (0.3, 0.35, 0.4, 0.45, 0.5)


def linked(
    engine: str, pairs: Sequence[Pair], size: int = 0, **options: object
) -> list[list[Pair]]:
    """The pairs with links, in inputs of ``size`` (0: all in one)."""
    inputs = []
    for at in range(0, len(pairs), size or len(pairs)):
        part = pairs[at : at + (size or len(pairs))]
        stage = AlignStage(AlignOptions(engine=engine, options=options))
        stage.fit(iter(part))
        inputs.append([pair for pair in stage.process(part) if isinstance(pair, Pair)])
        stage.close()
    return inputs


def combinations(pairs: Sequence[Pair], truth: Sequence[list[Link]]) -> None:
    """Print the best error rate of each mean of both aligners, with its threshold."""

    def links(engine: str, **options: object) -> list[list[Link]]:
        return [pair.alignment or [] for pair in linked(engine, pairs, **options)[0]]

    def error(found: Sequence[list[Link]], threshold: float) -> float:
        return error_rate([decode(x, threshold) for x in found], truth)["AER"]

    table_row(["weight of `hmm`", *(f"{weight}" for weight in WEIGHTS)])
    table_row(["---"] * (len(WEIGHTS) + 1))
    theirs = links("hmm")
    for mutual in (True, False):
        for least in LEAST:
            ours = links("firefox", min_probability=least, mutual=mutual)
            cells = []
            for weight in WEIGHTS:
                mean = [average(x, (1 - weight, weight)) for x in zip(ours, theirs, strict=True)]
                value, at = min((error(mean, at), at) for at in THRESHOLDS)
                cells.append(f"{value:.1f} (from {at})")
            table_row([f"{'mutual' if mutual else 'all'} links from {least}", *cells])
    (alone,) = linked("firefox", pairs)
    for name, n in (("even", 0), ("odd", 1)):
        found = [decode(pair.alignment or []) for pair in alone[n::2]]
        print(f"{name} pairs, firefox: {error_rate(found, truth[n::2])['AER']:.1f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--engines", default="firefox,firefox+hmm,hmm")
    parser.add_argument("--combinations", action="store_true")
    given = parser.parse_args()
    task, truth = gold.xlwa(given.data, "pt")
    if given.combinations:
        combinations(task.pairs, truth)
        return
    names = gold.uner(given.data, "pt")
    table_row(["links", "AER", "UNER, 1,000 sentences", "UNER, inputs of 40"])
    table_row(["---"] * 4)
    for engine in given.engines.split(","):
        (pairs,) = linked(engine, task.pairs)
        cells = [error_rate([decode(pair.alignment or []) for pair in pairs], truth)["AER"]]
        for size in (0, 40):
            done = [p for part in linked(engine, names.pairs, size) for p in projected(part)]
            cells.append(span_f1(done, names.gold)["F1"])
        table_row([engine, *(f"{cell:.1f}" for cell in cells)])


if __name__ == "__main__":
    main()
