"""Learn the span matcher's weights, and show what they do on sets that they were not learnt from.

    python tests/benchmarks/fit_matcher.py --data ../shared/data [--cache DIR] [--write] [--ablate] [--ceiling]

Softmax regression over each span's candidates (Och & Ney 2002 rank translations so), every set
counting alike; once over the default aligner's link probabilities, once over the same links made
hard (`hardened`), as other aligners give them. Reported for both: span F1 of each set with weights from all the other folders (leave one
folder out) and with the final ones. The confidence model is fitted on the held-out choices of
those folds. ``--write`` puts the result into the package; ``--ablate`` learns them again without each
kind of feature instead; ``--ceiling`` shows what scores fitted on the sets themselves would cover.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import gold
import msgspec
import numpy as np
from msgspec.structs import replace

from projector.alignment.stage import AlignOptions, AlignStage
from projector.projection.assignment import choose, probabilities
from projector.projection.match.arrays import Candidates, MatchBatch
from projector.projection.match.columns import COUNT, FEATURES, Feature
from projector.projection.match.confidence import EVIDENCE, evidence
from projector.projection.match.projector import MatchProjector
from projector.projection.match.weights import STANDARD, Weights, load_weights
from projector.projection.token_runs import token_run
from projector.records import Pair

HARD_FROM = 0.35  # link probability from which `hardened` keeps a link
KEPT = 40  # candidates of a span that the training looks at
UNREACHED = -2  # gold that no candidate is
PLAIN = 0.6  # recall and precision from which a candidate is plainly a counterpart
NO_GOLD = -1  # no gold span of that label left: the null is right
LEFT_ALONE: set[str] = set()
SELDOM_FEATURES = (
    "name_lowercase",
    "name_last_lowercase",
    "name_article",
    "unbalanced",
)  # a few dozen times each
PRIOR = {"whole_sentence": 2.0, "ends_convention": 0.7, "begins_convention": 0.7}  # see `train`
SIGNED = [n for n in FEATURES if n.endswith(("_own", "_convention"))]
PULLED_UP = (  # features whose weight is positive by their meaning
    *(name for name in SIGNED if name.split("_")[0] in ("first", "last")),
    *("whole_sentence", "begins_convention", "ends_convention", "begins_sentence", "ends_sentence"),
)
PULLED_DOWN = (  # and negative
    *(name for name in SIGNED if name.split("_")[0] in ("before", "after")),
    *("begins_differ", "ends_differ"),
)
SELDOM = 0.1  # of the pull to zero, for these
KINDS = {  # of features, by parts of their names
    "spelling": ("spelling", "identical"),
    "capitals": ("capital", "lowercase", "acronym", "name_"),
    "what a label says": ("name_",),
    "bigrams": ("bigram",),
    "numbers and their units": ("unit_", "digits"),
    "document frequency": ("document_frequency",),
    "span translations": ("translation_",),
    "length": ("length", "longer", "shorter", "letters"),
    "links elsewhere/outside": ("elsewhere", "outside", "share"),
    "punctuation, sentence edges": ("punctuation", "begins", "ends", "unbalanced"),
}


class Links(msgspec.Struct):
    """What an alignment adds to a pair, for the cache."""

    alignment: list[tuple[int, int, float]]
    segments: list[Any] | None = None


def with_links(found: gold.Gold, bitext: Sequence[str], cache: Path | None) -> list[Pair]:
    """The pairs as the default aligner links them."""
    import projector.alignment.hmm.aligner as hmm

    key = hashlib.md5(f"{found.name} {len(found.pairs)} {list(bitext)} {hmm.__file__}".encode())
    path = cache / f"{key.hexdigest()}.json" if cache else None
    if path is not None and path.exists():
        kept = msgspec.json.decode(path.read_bytes(), type=list[Links])
    else:
        start = time.time()
        stage = AlignStage(AlignOptions(engine="hmm", bitext=list(bitext)))
        stage.fit(iter(found.pairs))
        done = [o for o in stage.process(found.pairs) if isinstance(o, Pair)]
        stage.close()
        kept = [Links(pair.alignment or [], pair.segments) for pair in done]
        print(f"aligned {found.name} in {time.time() - start:.0f} s", file=sys.stderr)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(msgspec.json.encode(kept))
    return [
        replace(pair, alignment=links.alignment, segments=links.segments)
        for pair, links in zip(found.pairs, kept, strict=True)
    ]


def hardened(pairs: Sequence[Pair]) -> list[Pair]:
    """The links as an aligner without probabilities gives them."""
    return [
        replace(p, alignment=[(i, j, 1.0) for i, j, x in p.alignment or () if x >= HARD_FROM])
        for p in pairs
    ]


class Example(NamedTuple):
    """A set with its candidates and, for each run of the batch, the gold one's place."""

    name: str
    folder: str
    pairs: list[Pair]
    gold: list[gold.Document]
    asked: MatchBatch
    found: Candidates
    wanted: np.ndarray


def prepare(found: gold.Gold, pairs: list[Pair]) -> Example:
    """Features of all candidates, and which of them is right."""
    projector = MatchProjector()
    projector.fit(pairs)
    asked, candidates = projector.build_candidates(pairs)
    wanted = gold_choice(pairs, found.gold, asked, candidates)
    folder = found.name.split()[0]
    return Example(found.name, folder, pairs, found.gold, asked, candidates, wanted)


def gold_choice(
    pairs: Sequence[Pair], golds: Sequence[gold.Document], asked: MatchBatch, found: Candidates
) -> np.ndarray:
    """For each run the number of its gold candidate, `NO_GOLD` or `UNREACHED`.

    Which gold span belongs to which source span is not annotated; of those with the same label
    (or, for answers, the same id) they are joined one to one by the hand-set weights.
    """
    from scipy.optimize import linear_sum_assignment

    score = found.features @ hand_weights()
    wanted = np.full(len(found.at) - 1, UNREACHED, np.int64)
    for pair, target, runs in zip(pairs, golds, asked.runs, strict=True):
        groups: dict[str, tuple[list[int], list[tuple[int, int]]]] = defaultdict(lambda: ([], []))
        bare = replace(target, tokens=pair.target.tokens, tags={})
        by_id = all(span.label == "answer" for span in pair.source.spans)
        for span, numbers in zip(pair.source.spans, runs, strict=True):
            if numbers and numbers[0] is not None:
                groups[span.id if by_id else span.label][0].append(numbers[0])
        for span in target.spans:
            run = token_run(bare, (span.start, span.end))
            groups[span.id if by_id else span.label][1].append(run)
        for numbers, places in groups.values():
            value = np.full((len(numbers), len(places)), -500.0)
            at = {}
            for x, number in enumerate(numbers):
                wanted[number] = NO_GOLD
                for k in range(found.at[number], found.at[number + 1] - 1):
                    at[x, (int(found.first[k]), int(found.end[k]))] = k
                for y, place in enumerate(places):
                    if (x, place) in at:
                        value[x, y] = score[at[x, place]]
            for x, y in zip(*linear_sum_assignment(-value), strict=True):
                wanted[numbers[x]] = at.get((x, places[y]), UNREACHED)
    for number in np.flatnonzero(wanted == NO_GOLD):
        wanted[number] = found.at[number + 1] - 1
    return wanted


def hand_weights() -> np.ndarray:
    """Reasoned weights, to begin with."""
    hand = {
        "f_measure": 4.0, "source_covered": 2.0, "target_covered": 1.0, "spelling": 1.0, "null": 1.0,
        "first_punctuation": -1.0, "last_punctuation": -1.0, "length": -0.5, "first_link": 0.5,
        "last_link": 0.5, "first_unlinked": -0.5, "last_unlinked": -0.5, "inner_linked_elsewhere": -0.3,
    }  # fmt: skip
    return np.array([hand.get(name, 0.0) for name in FEATURES], np.float32)


class Matrix(NamedTuple):
    """Training data of one set: pruned candidates of the runs that have a right one."""

    features: np.ndarray
    at: np.ndarray
    right: np.ndarray
    weight: np.ndarray


def unlabelled(example: Example) -> np.ndarray:
    """Runs with a plain counterpart in the target that the annotators did not label (so): they
    teach nothing about where counterparts are, nor about how sure one is.

    A name that became a lower-case word is no plain counterpart.
    """
    found = example.found
    plain = (found.features[:, Feature.MIN_RECALL_PRECISION] >= PLAIN) & (
        found.features[:, Feature.NAME_LOWERCASE] == 0
    )
    some = np.logical_or.reduceat(plain, found.at[:-1])
    return some & (example.wanted == found.at[1:] - 1)


def pruned(example: Example, vector: np.ndarray) -> Matrix:
    """Each run's best candidates by the weights so far, the right one and the null."""
    found = example.found
    score = found.features @ vector
    rows: list[np.ndarray] = []
    at, right = [0], []
    taught = (example.wanted >= 0) & ~unlabelled(example)
    for number in np.flatnonzero(taught):
        a, b = found.at[number], found.at[number + 1]
        wanted = example.wanted[number]
        order = a + np.argsort(-score[a:b], kind="stable")[:KEPT]
        kept = np.union1d(order, [wanted, b - 1])
        right.append(at[-1] + int(np.searchsorted(kept, wanted)))
        rows.append(kept)
        at.append(at[-1] + len(kept))
    numbers = np.concatenate(rows)
    # A set's say grows with the root of its size: the large ones do not drown the others.
    weight = np.full(len(right), 1.0 / np.sqrt(len(right)))
    return Matrix(found.features[numbers].astype(np.float64), np.array(at), np.array(right), weight)


def train(matrices: Sequence[Matrix], start: np.ndarray, l2: float) -> np.ndarray:
    """Softmax regression by L-BFGS; ``l2`` pulls towards 0, less where a feature is seldom.

    Features of clauses and conventions keep the sign that their meaning gives them, and are pulled
    towards `PRIOR`: folders without clauses say nothing about them, or the wrong thing by chance.
    """
    from scipy.optimize import minimize

    mask = np.array([name not in LEFT_ALONE for name in FEATURES], np.float64)
    pull = l2 * np.array([SELDOM if name in SELDOM_FEATURES else 1.0 for name in FEATURES])
    centre = np.array([PRIOR.get(name, 0.0) for name in FEATURES])
    total = sum(m.weight.sum() for m in matrices)

    def loss(vector: np.ndarray) -> tuple[float, np.ndarray]:
        value, slope = 0.0, np.zeros(COUNT)
        for m in matrices:
            z = m.features @ (vector * mask)
            top = np.maximum.reduceat(z, m.at[:-1])
            sizes = np.diff(m.at)
            e = np.exp(z - np.repeat(top, sizes))
            norm = np.add.reduceat(e, m.at[:-1])
            value -= (m.weight * (z[m.right] - top - np.log(norm))).sum()
            p = e / np.repeat(norm, sizes) * np.repeat(m.weight, sizes)
            p[m.right] -= m.weight
            slope += m.features.T @ p
        pulled = vector - centre
        return value / total + pull @ pulled**2 / 2, slope * mask / total + pull * pulled

    bounds = [
        (0.0 if name in PULLED_UP else None, 0.0 if name in PULLED_DOWN else None)
        for name in FEATURES
    ]
    found = minimize(
        loss,
        start.astype(np.float64),
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": 300},
    )
    return np.asarray(found.x * mask)


class Outcome(NamedTuple):
    """Choices of a set under some weights."""

    chosen: np.ndarray
    log_p: np.ndarray
    predicted: list[list[tuple[int, int, str]]]


def apply(example: Example, vector: np.ndarray) -> Outcome:
    """The matcher's joint choice, as token runs with labels."""
    found, batch = example.found, example.asked.batch
    log_p = probabilities(found.at, found.features @ vector.astype(np.float32))
    chosen = choose(
        batch.span_at, batch.span_first, batch.span_end, example.asked.owner, found.at,
        found.first, found.end, log_p,
    )  # fmt: skip
    predicted = []
    for pair, runs in zip(example.pairs, example.asked.runs, strict=True):
        row = []
        for span, numbers in zip(pair.source.spans, runs, strict=True):
            number = numbers[0] if numbers else None
            if number is not None and found.first[chosen[number]] >= 0:
                x = chosen[number]
                label = span.id if span.label == "answer" else span.label
                row.append((int(found.first[x]), int(found.end[x]), label))
        predicted.append(row)
    return Outcome(chosen, log_p, predicted)


def f1(example: Example, outcome: Outcome) -> float:
    """Micro F1 of labelled token runs, in percent."""
    right = predicted = wanted = 0
    for pair, target, row in zip(example.pairs, example.gold, outcome.predicted, strict=True):
        bare = replace(target, tokens=pair.target.tokens, tags={})
        places = {
            (*token_run(bare, (s.start, s.end)), s.id if s.label == "answer" else s.label)
            for s in target.spans
        }
        right += len(places & set(row))
        predicted += len(set(row))
        wanted += len(places)
    return 200 * right / max(1, predicted + wanted)


class Correctness(NamedTuple):
    """Of all runs that got a place: the evidence, whether it is right, whether that is telling."""

    rows: np.ndarray
    right: np.ndarray
    telling: np.ndarray


def correctness(example: Example, outcome: Outcome) -> Correctness:
    """What the confidence is learnt from and measured by; see `unlabelled`."""
    rows = evidence(example.found, outcome.log_p, outcome.chosen)
    placed = example.found.first[outcome.chosen] >= 0
    right = (outcome.chosen == example.wanted)[placed].astype(np.float64)
    return Correctness(rows[placed], right, ~unlabelled(example)[placed])


def fit_confidence(data: Sequence[Correctness], l2: float = 1e-3) -> np.ndarray:
    """Logistic regression of "exactly right" on the evidence."""
    from scipy.optimize import minimize

    x = np.concatenate([d.rows[d.telling] for d in data])
    y = np.concatenate([d.right[d.telling] for d in data])
    weight = np.concatenate(
        [np.full(d.telling.sum(), 1 / np.sqrt(max(1, d.telling.sum()))) for d in data]
    )
    weight /= weight.sum()

    def loss(v: np.ndarray) -> tuple[float, np.ndarray]:
        z = x @ v
        p = 1 / (1 + np.exp(-np.clip(z, -30, 30)))
        value = (weight * (np.logaddexp(0, z) - y * z)).sum() + l2 * v @ v / 2
        return value, x.T @ (weight * (p - y)) + l2 * v

    return np.asarray(minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B").x)


def learn(
    examples: Sequence[Example], l2: float, skip: str = "", start: np.ndarray | None = None
) -> np.ndarray:
    """Weights from all folders but ``skip``; pruned twice, since what is near depends on them
    (once if there are weights to start from)."""
    vector = hand_weights().astype(np.float64) if start is None else start
    used = [e for e in examples if e.folder != skip]
    for _ in range(2 if start is None else 1):
        matrices = [pruned(e, vector.astype(np.float32)) for e in used]
        vector = train(matrices, vector, l2)
    return vector


def ablate(examples: Sequence[Example], l2: float) -> None:
    """Mean F1 of each folder's sets (with extra pairs) without each kind of feature."""
    folders = list(dict.fromkeys(e.folder for e in examples))
    print(f"{'without':28}" + "".join(f"{f:>10}" for f in folders))
    for kind, parts in {"nothing": (), **KINDS}.items():
        LEFT_ALONE.clear()
        LEFT_ALONE.update(n for n in FEATURES if any(part in n for part in parts))
        vector = learn(examples, l2)
        means = [
            np.mean(
                [f1(e, apply(e, vector)) for e in examples if e.folder == f and "," not in e.name]
            )
            for f in folders
        ]
        print(f"{kind:28}" + "".join(f"{m:10.1f}" for m in means), flush=True)


def ceiling(examples: Sequence[Example], vector: np.ndarray) -> None:
    """What a confidence model could cover at most: over all features of the chosen candidates,
    fitted on the very folder that it is measured on (sets with extra pairs)."""
    from projector.quality.calibration import coverage_at_precision

    for folder in dict.fromkeys(e.folder for e in examples):
        data = []
        for e in examples:
            if e.folder == folder and "," not in e.name:
                out = apply(e, vector)
                chosen = out.chosen[e.found.first[out.chosen] >= 0]
                known = correctness(e, out)
                rows = np.hstack([known.rows, e.found.features[chosen]])
                data.append(Correctness(rows, known.right, np.ones(len(rows), np.bool_)))
        model = fit_confidence(data, l2=1e-4)
        said = np.concatenate([1 / (1 + np.exp(-d.rows @ model)) for d in data])
        right = np.concatenate([d.right for d in data])
        covered = coverage_at_precision(said, right, 0.98)
        print(f"{folder:12} coverage at precision 98 % at most {covered:.2f}")


def load(data: Path, cache: Path | None, hard: bool, log: Callable[[str], None]) -> list[Example]:
    """All span sets with their links, each with and without its extra sentence pairs."""
    examples = []
    for found in gold.span_sets(data):
        extra = gold.bitext(data, found.lang)
        for name, bitext in ((found.name, extra), (f"{found.name}, no bitext", [])):
            if bitext or name != found.name:
                pairs = with_links(found, bitext, cache)
                made = prepare(found, hardened(pairs) if hard else pairs)
                examples.append(made._replace(name=name))
        log(f"{found.name}: {len(examples[-1].wanted)} spans")
    return examples


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--l2", type=float, default=5e-4)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--ablate", action="store_true")
    parser.add_argument("--ceiling", action="store_true")
    given = parser.parse_args()
    finals = []
    evidence_rows: list[tuple[str, Correctness]] = []
    for hard in (False, True):
        print("hard links" if hard else "link probabilities", flush=True)
        examples = load(given.data, given.cache, hard, lambda line: print(line, file=sys.stderr))
        if given.ablate:
            ablate(examples, given.l2)
        elif given.ceiling:
            ceiling(examples, load_weights().vector(0.0 if hard else 1.0))
        else:
            final, rows = fit(examples, given.l2, load_weights().vector(0.0 if hard else 1.0))
            finals.append(final)
            evidence_rows += rows
    if not finals:
        return
    print("calibration, both kinds of links")
    report_calibration(evidence_rows)
    if given.write:
        confidence = fit_confidence([rows for _, rows in evidence_rows])
        made = "python tests/benchmarks/fit_matcher.py --data ../shared/data --write"
        soft, hard_weights = (
            {n: round(float(w), 4) for n, w in zip(FEATURES, final, strict=True) if w}
            for final in finals
        )
        said = {n: round(float(w), 4) for n, w in zip(EVIDENCE, confidence, strict=True)}
        weights = Weights(soft, said, hard_weights, made)
        STANDARD.write_bytes(msgspec.json.format(msgspec.json.encode(weights), indent=1) + b"\n")


def fit(
    examples: Sequence[Example], l2: float, now: np.ndarray
) -> tuple[np.ndarray, list[tuple[str, Correctness]]]:
    """Weights from all folders, and what held-out choices say; prints both."""
    final = learn(examples, l2)
    held = {
        folder: learn(examples, l2, skip=folder, start=final)
        for folder in sorted({e.folder for e in examples})
    }
    hand = hand_weights()
    print(
        f"{'set':24}{'hand':>8}{'package':>9}{'held out':>10}{'final':>8}{'gold none':>11}{'unreached':>11}"
    )
    rows = []
    for e in examples:
        out = apply(e, held[e.folder])
        rows.append((e.folder, correctness(e, out)))
        null = e.found.features[np.maximum(e.wanted, 0), Feature.NULL] > 0
        print(
            f"{e.name:24}{f1(e, apply(e, hand)):8.1f}{f1(e, apply(e, now)):9.1f}{f1(e, out):10.1f}"
            f"{f1(e, apply(e, final)):8.1f}{100 * np.mean(null & (e.wanted >= 0)):10.1f}%"
            f"{100 * np.mean(e.wanted == UNREACHED):10.1f}%",
            flush=True,
        )
    report_calibration(rows)
    return final, rows


def report_calibration(rows: Sequence[tuple[str, Correctness]]) -> None:
    """Calibration on each folder of a model fitted on the others; all spans count, then those only
    that are telling."""
    pooled: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    for folder in sorted({f for f, _ in rows}):
        model = fit_confidence([r for f, r in rows if f != folder])
        here = [r for f, r in rows if f == folder]
        said = np.concatenate([1 / (1 + np.exp(-r.rows @ model)) for r in here])
        right = np.concatenate([r.right for r in here])
        pooled.append((said, right, np.concatenate([r.telling for r in here])))
        print(f"{folder:12} held out: {described(*pooled[-1])}")
    said, right, telling = (np.concatenate(part) for part in zip(*pooled, strict=True))
    print(f"{'all':12} held out: {described(said, right, telling)}")


def described(said: np.ndarray, right: np.ndarray, telling: np.ndarray) -> str:
    """Scores against rights in words."""
    from projector.quality.calibration import coverage_at_precision, expected_calibration_error

    return (
        f"right {right.mean():.3f}, said {said.mean():.3f}, "
        f"ECE {expected_calibration_error(said, right):.3f} "
        f"(of telling ones {expected_calibration_error(said[telling], right[telling]):.3f}), "
        f"coverage at precision 98 % {coverage_at_precision(said, right, 0.98):.2f}"
    )


if __name__ == "__main__":
    main()
