"""Links of the students beside `hmm`, no bitext: alignment error and what `match` makes of them.

    python tests/benchmarks/student_links.py --data ../shared/data [--engines firefox,firefox+hmm,hmm]

Alignment error rate on XL-WA en-pt development (links from 0.35); span F1 on UNER PUD en-pt, all
1,000 sentences as one input and as 25 inputs of 40.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import gold
from quality import error_rate, projected, span_f1, table_row

from projector.alignment.stage import AlignOptions, AlignStage
from projector.alignment.symmetrise import decode
from projector.records import Pair


def linked(engine: str, pairs: Sequence[Pair], size: int = 0) -> list[list[Pair]]:
    """The pairs with links, in inputs of ``size`` (0: all in one)."""
    inputs = []
    for at in range(0, len(pairs), size or len(pairs)):
        part = pairs[at : at + (size or len(pairs))]
        stage = AlignStage(AlignOptions(engine=engine))
        stage.fit(iter(part))
        inputs.append([pair for pair in stage.process(part) if isinstance(pair, Pair)])
        stage.close()
    return inputs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--engines", default="firefox,firefox+hmm,hmm")
    given = parser.parse_args()
    task, truth = gold.xlwa(given.data, "pt")
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
