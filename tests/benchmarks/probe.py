"""Does the silver train? Light taggers trained on silver, on gold, and on the source language.

    python tests/benchmarks/probe.py --data ../shared/data

Silver comes from the first half of the sentences (projected with the embedded default and
``bitext/``), gold to score on is the second half; the gold tagger is trained on the first half's
gold, the source-only one on its English side.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from projector.alignment.stage import AlignOptions, AlignStage
from projector.pipeline.in_memory import apply
from projector.projection.stage import ProjectOptions, ProjectStage
from projector.quality.probe import probe
from projector.records import Document, Pair
from tests.benchmarks import gold

SETS: list[tuple[Callable[[Path, str], gold.Gold], str, str]] = [
    (gold.pud, "de", "upos"),
    (gold.pud, "fr", "upos"),
    (gold.uner, "de", "spans"),
    (gold.uner, "pt", "spans"),
]


def silver_of(data: Path, pairs: Sequence[Pair], lang: str) -> list[Document]:
    """Target documents with projected annotations."""
    stages = [
        AlignStage(AlignOptions(engine="hmm", bitext=gold.bitext(data, lang))),
        ProjectStage(ProjectOptions()),
    ]
    return [r.target for r in apply(stages, pairs) if isinstance(r, Pair)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    given = parser.parse_args()
    print(f"{'set':12} {'trained on':12} {'sentences':>9} {'result':>7}")
    for load, lang, layer in SETS:
        found = load(given.data, lang)
        half = len(found.pairs) // 2
        silver = silver_of(given.data, found.pairs[:half], lang)
        result = probe(
            silver,
            found.gold[half:],
            layer=layer,
            gold_train=found.gold[:half],
            source=[p.source for p in found.pairs[:half]],
        )
        for row in result.rows:
            print(f"{found.name:12} {row.train:12} {row.sentences:9} {row.main:7.1f}", flush=True)


if __name__ == "__main__":
    main()
