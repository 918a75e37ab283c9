"""Spans carried by Firefox students: `candidates` and `constrained` beside `match`, and together.

    python tests/benchmarks/student_projection.py --data ../shared/data [--sentences 1000] \
        [--methods match,candidates,constrained] [--set constrained.most=16 ...]

UNER PUD en-pt, linked by the aligner `firefox` without bitext; the translation models are the
students that come with the extra ``firefox``, both directions. Ensembles of two and three are
scored twice: by the untrained rule (`projection.ensemble.agreed`), and by `projection.agreement`
fitted on one half of the sentences and scored on the other, both ways round. Seconds are of the
processor, loading included.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import gold

from projector.alignment.stage import AlignOptions, AlignStage
from projector.projection.agreement import Place, fit_agreement
from projector.projection.base import Projection, learner
from projector.projection.ensemble import agreed, make_projector
from projector.records import Document, Pair

Answers = list[list[Projection]]


def linked(pairs: Sequence[Pair], engine: str) -> list[Pair]:
    """The pairs with an aligner's links."""
    stage = AlignStage(AlignOptions(engine=engine))
    if stage.sees_corpus:
        stage.fit(iter(pairs))
    return [pair for pair in stage.process(pairs) if isinstance(pair, Pair)]


def answers(method: str, options: dict[str, Any], pairs: Sequence[Pair]) -> Answers:
    """What one method gives for each pair."""
    projector = make_projector(method, "", options)
    learns = learner(projector)
    if learns is not None:
        learns.fit(iter(pairs))
    found: Answers = projector.project(pairs)
    projector.close()
    return found


def span_f1(pairs: Sequence[Pair], found: Answers, wanted: Sequence[Document]) -> tuple[float, int]:
    """Micro F1 of exact labelled spans, and how many are right."""
    right = predicted = total = 0
    for pair, row, target in zip(pairs, found, wanted, strict=True):
        ours = {
            (p.pieces[0][0], p.pieces[-1][1], s.label)
            for p, s in zip(row, pair.source.spans, strict=True)
            if p.pieces
        }
        theirs = {(s.start, s.end, s.label) for s in target.spans}
        right += len(ours & theirs)
        predicted += len(ours)
        total += len(theirs)
    return 200 * right / max(1, predicted + total), right


def places(pair: Pair, answered: Sequence[Projection], target: Document) -> list[Place | None]:
    """For each source span the gold place that a method may have found: one of its own label."""
    free = {(s.start, s.end): s.label for s in target.spans}
    return [
        tuple(p.pieces) if p.pieces and free.get((p.pieces[0][0], p.pieces[-1][1])) == s.label
        else None
        for p, s in zip(answered, pair.source.spans, strict=True)
    ]  # fmt: skip


def gold_places(pairs: Sequence[Pair], members: Sequence[Answers],
                wanted: Sequence[Document]) -> list[list[Place | None]]:  # fmt: skip
    """The right place of each span as far as any of the methods names it."""
    found = []
    for n, (pair, target) in enumerate(zip(pairs, wanted, strict=True)):
        rows = [places(pair, member[n], target) for member in members]
        found.append([next((p for p in ways if p), None) for ways in zip(*rows, strict=True)])
    return found


def together(
    members: Sequence[Answers], choose: Callable[[Sequence[Projection]], Projection], which: range
) -> Answers:
    """One projection of each span of some pairs."""
    return [
        [choose(choices) for choices in zip(*(member[n] for member in members), strict=True)]
        for n in which
    ]


def fitted(names: Sequence[str], members: Sequence[Answers], pairs: Sequence[Pair],
           wanted: Sequence[Document]) -> Answers:  # fmt: skip
    """Each half chosen by weights that were fitted on the other."""
    found: list[list[Projection]] = [[] for _ in pairs]
    places = gold_places(pairs, members, wanted)
    for half in (0, 1):
        train, test = range(1 - half, len(pairs), 2), range(half, len(pairs), 2)
        agreement = fit_agreement(
            names, [[member[n] for n in train] for member in members], [places[n] for n in train]
        )
        for n, row in zip(test, together(members, agreement.choose, test), strict=True):
            found[n] = row
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sentences", type=int, default=1000)
    parser.add_argument("--methods", default="match,candidates,constrained")
    parser.add_argument("--links", default="firefox")
    parser.add_argument("--set", action="append", default=[], metavar="METHOD.OPTION=VALUE")
    given = parser.parse_args()
    task = gold.uner(given.data, "pt")
    pairs = linked(task.pairs[: given.sentences], given.links)
    wanted = task.gold[: len(pairs)]
    total = sum(len(d.spans) for d in wanted)
    print(f"{len(pairs)} sentences, {total} gold spans, links by {given.links}")
    print("| method | span F1 | right | processor s |\n|---|---|---|---|", flush=True)
    members: dict[str, Answers] = {}
    for name in given.methods.split(","):
        options: dict[str, Any] = {}
        for setting in given.set:
            key, _, value = setting.partition("=")
            if key.startswith(f"{name}."):
                options[key.partition(".")[2]] = int(value) if value.isdigit() else value
        start = time.process_time()
        members[name] = answers(name, options, pairs)
        show(name, pairs, members[name], wanted, f"{time.process_time() - start:.0f}")
    for count in range(2, len(members) + 1):
        for names in combinations(members, count):
            some = [members[name] for name in names]
            show("+".join(names), pairs, together(some, agreed, range(len(pairs))), wanted, "")
            show("+".join(names) + ", fitted on the other half", pairs,
                 fitted(names, some, pairs, wanted), wanted, "")  # fmt: skip
    if "torch" in sys.modules:
        raise SystemExit("torch was imported")


def show(
    name: str, pairs: Sequence[Pair], found: Answers, wanted: Sequence[Document], seconds: str
) -> None:
    f1, right = span_f1(pairs, found, wanted)
    print(f"| {name} | {f1:.1f} | {right} | {seconds} |", flush=True)


if __name__ == "__main__":
    main()
