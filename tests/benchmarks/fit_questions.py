"""Fits the weights of the questions' quality score from the judged draws.

    python tests/benchmarks/fit_questions.py --data ../shared/data [--write]

Each judged file (``judged/bitext.en-LANG.seedN.json``) names lines of ``bitext/en-LANG.tsv.gz``,
answers and verdicts; the features are computed anew. Logistic regression with an L2 penalty;
printed are the log loss and the kept share by fifths of the score, each from a model that was
fitted without the file's own rows (leave one file out).
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from questions import JUDGED, aligned
from scipy.optimize import minimize

from projector.qa.question_score import WEIGHTS, english_features, probability, weights
from projector.qa.stage import QaOptions, QaStage
from projector.qa.target.questions import clause_question, without_article

PENALTY = 6.0
# What reading drafts had shown before any draw was judged: the centre of the penalty. Few rows of
# a draw fail, so that the data alone would say little about most features.
PRIOR = {
    "english": {
        "bias": 2.6, "vague definites": -0.5, "possessive": -0.4, "few content words": -0.5,
        "answer is one noun": -0.3, "names": 0.15, "adverbial clause": -0.3,
        "relative clause": -0.3, "commas": -0.4, "long": -0.3, "sentence length": -0.1,
        "asks where": -0.3, "asks why": -0.5,
    },
    "target": {
        "bias": -0.4, "english": 0.5, "answer": 0.3, "coverage": 1.0, "loose": -0.6,
        "commas": -0.3, "length ratio": -1.0, "whole text": 0.3,
    },
}  # fmt: skip
Row = tuple[str, Mapping[str, float], bool]  # file, features, kept


def rows_of(name: Path, data: Path, cache: Path) -> tuple[list[Row], list[Row]]:
    """Features and verdicts of one judged file: English, and target."""
    judged = json.loads(name.read_text(encoding="utf-8"))
    by_line: dict[int, list[dict[str, object]]] = {}
    for row in judged["rows"]:
        by_line.setdefault(row["line"], []).append(row)
    pairs = [p for p in aligned(data, judged["lang"], cache) if int(p.id[1:]) in by_line]
    stage = QaStage(QaOptions(min_quality=0.0, max_questions=1000, questions="clause"))
    assert stage.asker is not None
    plans = stage.asker.ask(pairs)
    english: list[Row] = []
    target: list[Row] = []
    for pair, plan, places in zip(pairs, plans, stage.places(pairs, plans), strict=True):
        for p in plan:
            verdicts = [
                v for v in by_line[int(pair.id[1:])]
                if v["answer"] == [p.answers[0].start, p.answers[0].end]
                and v["rule"] == p.asked.rule
            ]  # fmt: skip
            if not verdicts or p.made is None or p.tree is None:
                continue
            features = english_features(p.made, p.tree)
            english.append((name.name, features, verdicts[0]["english"] == "keep"))
            place = places[p.answers[0].start, p.answers[0].end]
            if "target" not in verdicts[0] or not place.pieces or len(place.pieces) != 1:
                continue
            score = probability(features, weights("english"))
            surface = p.answers[0].surface(pair.source.text)
            lang = pair.target.lang
            answer = without_article(pair.target.text, place.pieces[0], surface, lang)
            made = clause_question(pair, p.tree, p.offset, p.made, score, answer, place.score)
            if made.text is not None:
                target.append((name.name, made.features, verdicts[0]["target"] == "keep"))
    stage.close()
    return english, target


def fit(rows: Sequence[Row], kind: str) -> dict[str, float]:
    """Weights by penalised maximum likelihood around `PRIOR`; the bias is penalised little."""
    names = sorted({name for _, features, _ in rows for name in features})
    x = np.array([[features.get(n, 0.0) for n in names] for _, features, _ in rows])
    y = np.array([1.0 if kept else -1.0 for *_, kept in rows])
    free = np.array([0.5 if n == "bias" else PENALTY for n in names])
    centre = np.array([PRIOR[kind].get(n, 0.0) for n in names])

    def loss(w: np.ndarray) -> float:
        return float(np.logaddexp(0, -y * (x @ w)).sum() + 0.5 * (free * (w - centre) ** 2).sum())

    found = minimize(loss, centre, method="L-BFGS-B").x
    return {n: round(float(v), 4) for n, v in zip(names, found, strict=True)}


def held_out(rows: Sequence[Row], kind: str) -> list[tuple[float, bool]]:
    """Scores of each file's rows by weights fitted on the other files."""
    scored = []
    for name in sorted({row[0] for row in rows}):
        fitted = fit([row for row in rows if row[0] != name], kind)
        scored += [(probability(f, fitted), kept) for file, f, kept in rows if file == name]
    return scored


def report(what: str, scored: list[tuple[float, bool]]) -> None:
    """Log loss, and the kept share by fifths of the score."""
    loss = -sum(math.log(p if kept else 1 - p) for p, kept in scored) / len(scored)
    print(f"{what}: {len(scored)} judged, {sum(k for _, k in scored)} kept, log loss {loss:.3f}")
    scored = sorted(scored)
    for n in range(5):
        part = scored[n * len(scored) // 5 : (n + 1) * len(scored) // 5]
        mean = sum(p for p, _ in part) / len(part)
        share = sum(k for _, k in part) / len(part)
        print(f"  score {part[0][0]:.2f}-{part[-1][0]:.2f} (mean {mean:.2f}): kept {share:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path, default=Path("/tmp/xproject-questions"))
    parser.add_argument("--write", action="store_true", help="write the weights into the package")
    given = parser.parse_args()
    english: list[Row] = []
    target: list[Row] = []
    for name in sorted(JUDGED.glob("bitext.*.json")):
        one, other = rows_of(name, given.data, given.cache)
        english += one
        target += other
    report("English", held_out(english, "english"))
    report("target", held_out(target, "target"))
    if given.write:
        fitted = {"english": fit(english, "english"), "target": fit(target, "target")}
        WEIGHTS.write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
