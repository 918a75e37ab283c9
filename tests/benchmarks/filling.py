"""What filling the gaps of imported links is worth (``align --engine import+hmm``).

    python tests/benchmarks/filling.py --data ../shared/data

Imported are links of `hmm` without word vectors and bitext, made hard: from 0.7 on (sparse, much
like an intersection), from 0.35 on, the latter with 30 % of them dropped at random, and gold links
with 30 % dropped. The gaps are filled by `hmm` as it is, without bitext. Printed: alignment error
on XL-WA and span F1 of `match`, imported alone / filled / `hmm` alone.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import gold
import quality
from alignment import error_rate, hmm_links
from msgspec.structs import replace

from projector.alignment.filling import fill_missing
from projector.alignment.symmetrise import decode
from projector.records import Link, Pair

DROPPED = 0.3
Score = Callable[[Sequence[list[Link]]], float]


def sources(pairs: Sequence[Pair], chance: random.Random) -> dict[str, list[list[Link]]]:
    """Links as other tools give them."""
    soft = hmm_links(pairs, [], {"vectors": "none"})
    sparse, hard = (
        [[(i, j, 1.0) for i, j, p in links if p >= least] for links in soft]
        for least in (0.7, 0.35)
    )
    return {"from 0.7": sparse, "from 0.35": hard, "30 % dropped": dropped(hard, chance)}


def dropped(every: Sequence[list[Link]], chance: random.Random) -> list[list[Link]]:
    return [[link for link in links if chance.random() >= DROPPED] for links in every]


def show(
    name: str, imported: dict[str, list[list[Link]]], pairs: Sequence[Pair], score: Score
) -> None:
    others = hmm_links(pairs, [], {})
    for source, given in imported.items():
        filled = [fill_missing(a, b) for a, b in zip(given, others, strict=True)]
        print(
            f"{name:12} {source:20} imported {score(given):5.1f}  filled {score(filled):5.1f}  "
            f"hmm {score(others):5.1f}",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    given = parser.parse_args()
    chance = random.Random(0)
    for lang in ("es", "da"):
        task, truth = gold.xlwa(given.data, lang)
        wanted = [{(i, j) for i, j, _ in links} for links in truth]
        imported = sources(task.pairs, chance)
        sure = [[(i, j, 1.0) for i, j in sorted(links)] for links in wanted]
        imported["gold, 30 % dropped"] = dropped(sure, chance)
        show(
            f"xl-wa {lang}", imported, task.pairs,
            lambda links, wanted=wanted: error_rate([decode(x) for x in links], wanted),
        )  # fmt: skip
    for loader, lang in ((gold.xsid, "de"), (gold.xsid, "tr"), (gold.europarl, "es")):
        task = loader(given.data, lang)

        def f1(links: Sequence[list[Link]], task: gold.Gold = task) -> float:
            pairs = [replace(p, alignment=x) for p, x in zip(task.pairs, links, strict=True)]
            return quality.span_f1(quality.projected(pairs), task.gold)["F1"]

        show(task.name, sources(task.pairs, chance), task.pairs, f1)


if __name__ == "__main__":
    main()
