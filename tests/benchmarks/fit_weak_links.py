"""Learn how likely weak links are (`projection/match/weak_links`), and show how well that is told.

    python tests/benchmarks/fit_weak_links.py --data ../shared/data [--cache DIR]

Links of ``hmm`` are made hard, as an aligner without probabilities gives them; what is learnt is
the probabilities that were thrown away with it. No gold is looked at. Printed: the weights from all
folders and without each of them, and the correlation with the true probabilities (held out).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import gold
import numpy as np
from link_sources import Sources, hardened

from projector.projection.match.batch import build
from projector.projection.match.projector import MatchProjector
from projector.projection.match.weak_links import EVIDENCE, VECTOR, Cells, find_cells
from projector.records import Pair

Set = tuple[str, np.ndarray, np.ndarray]  # folder, evidence, probabilities


def evidence(soft: Sequence[Pair]) -> tuple[np.ndarray, np.ndarray]:
    """Evidence of all cells of the pairs with hard links, and the probabilities they had."""
    hard = hardened(soft)
    known = MatchProjector()
    for pair in hard:
        known.statistics.add(pair)
    asked = build(hard, known.statistics, known.translations, known.conventions)
    batch = asked.batch  # with weak links, which are taken away again
    kept = batch.link_p == 1
    batch = batch._replace(
        link_at=np.concatenate([[0], np.cumsum(kept)])[batch.link_at],
        link_i=batch.link_i[kept], link_j=batch.link_j[kept], link_p=batch.link_p[kept],
    )  # fmt: skip
    source = dict.fromkeys(word for pair in hard for word in pair.source.words())
    target = dict.fromkeys(word for pair in hard for word in pair.target.words())
    languages = hard[0].source.lang, hard[0].target.lang
    counts = known.statistics.link_counts(*languages).among(source, target)
    cells = Cells(*find_cells(batch, asked.source, asked.target, counts))
    had = [{(i, j): p for i, j, p in pair.alignment or ()} for pair in soft]
    places = zip(cells.pair.tolist(), cells.i.tolist(), cells.j.tolist(), strict=True)
    return cells.evidence, np.array([had[r].get((i, j), 0.0) for r, i, j in places])


def fit(sets: Sequence[Set], l2: float = 1e-5) -> np.ndarray:
    """Logistic regression on probabilities; a set counts by the root of its size."""
    from scipy.optimize import minimize

    x = np.concatenate([rows for _, rows, _ in sets])
    y = np.concatenate([had for _, _, had in sets])
    weight = np.concatenate([np.full(len(had), len(had) ** -0.5) for _, _, had in sets])
    weight /= weight.sum()
    pull = np.full(x.shape[1], l2)
    pull[0] = 0.0

    def loss(v: np.ndarray) -> tuple[float, np.ndarray]:
        z = x @ v
        p = 1 / (1 + np.exp(-z))
        return (weight * (np.logaddexp(0, z) - y * z)).sum() + pull @ v**2 / 2, x.T @ (
            weight * (p - y)
        ) + pull * v

    return np.asarray(minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B").x)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path)
    given = parser.parse_args()
    sources = Sources(given.data, given.cache)
    sets: list[Set] = []
    for found in gold.span_sets(given.data):
        for links in (sources.bitext, sources.vectors):
            soft = links(found)
            if soft is not None:
                sets.append((found.name.split()[0], *evidence(soft)))
    print(f"{'without':12}" + "".join(f"{name:>20}" for name in EVIDENCE) + f"{'held out':>10}")
    for folder in (*dict.fromkeys(folder for folder, _, _ in sets), ""):
        vector = fit([one for one in sets if one[0] != folder])
        held = [
            np.corrcoef(1 / (1 + np.exp(-x @ vector)), y)[0, 1]
            for name, x, y in sets
            if name == folder
        ]
        print(
            f"{folder or 'none':12}"
            + "".join(f"{value:20.2f}" for value in vector)
            + (f"{np.mean(held):10.2f}" if held else "")
        )
    print(f"{'package':12}" + "".join(f"{value:20.2f}" for value in VECTOR))


if __name__ == "__main__":
    main()
