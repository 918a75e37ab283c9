"""Fits the weights of the questions' quality score from the judged draws.

    python tests/benchmarks/fit_questions.py --data ../shared/data [--write]

Each judged file (``judged/bitext.en-LANG.seedN.json``) names lines of ``bitext/en-LANG.tsv.gz``,
answers and verdicts; the features are computed anew. Logistic regression with an L2 penalty;
printed are log loss, the area under the ROC curve (the probability that a kept question scores
above a failed one) and the kept share by fifths of the score, each from weights that were fitted
without the file's own rows (leave one draw out).
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

from projector.qa.asking import PlannedQuestion
from projector.qa.score.checking import features
from projector.qa.score.question_score import WEIGHTS, english_features, probability, weights
from projector.qa.stage import QaOptions, QaStage
from projector.qa.target.questions import clause_question, without_article
from projector.qa.wordings import Places
from projector.records import Pair

PENALTY = 6.0
RUNS = 5
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
    "checked": {
        "prior": 0.6, "by clause": 0.3, "by firefox": -0.2, "by apertium": -1.8, "fluency by clause": 0.3, "fluency by firefox": 0.6,
        "returned": 2.0, "shared": 1.0, "constraints unmet": -2.0,
    },
}  # fmt: skip
Row = tuple[str, Mapping[str, float], bool]  # file, features, kept
Verdict = Mapping[str, object]


class Judged:
    """Features and verdicts of the judged files, by kind of score."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = {"english": [], "target": [], "checked": []}

    def read(self, name: Path, data: Path, cache: Path) -> None:
        """Add one file. Where its draw had a translator, its checks are made anew."""
        judged = json.loads(name.read_text(encoding="utf-8"))
        by_line: dict[int, list[dict[str, object]]] = {}
        for row in judged["rows"]:
            by_line.setdefault(row["line"], []).append(row)
        pairs = [p for p in aligned(data, judged["lang"], cache) if int(p.id[1:]) in by_line]
        translator = judged.get("translator", "")
        stage = QaStage(
            QaOptions(
                min_quality=0.0, max_questions=1000, translator=translator,
                questions="auto" if translator else "clause",
            )
        )  # fmt: skip
        assert stage.asker is not None
        plans = [
            [(p, v) for p in plan if (v := _verdict(p, by_line[int(pair.id[1:])])) is not None]
            for pair, plan in zip(pairs, stage.asker.ask(pairs), strict=True)
        ]
        asked = [[p for p, _ in plan] for plan in plans]
        places = stage.places(pairs, asked)
        for pair, plan, place in zip(pairs, plans, places, strict=True):
            for p, verdict in plan:
                self._add(name.name, pair, p, verdict, place)
        if translator:
            stage.wordings.make_all(pairs, asked, places)
        for p, verdict in (entry for plan in plans for entry in plan):
            for wording in p.wordings:
                key = "target" if wording.way == "clause" else "translated"
                if key in verdict and wording.checks is not None and wording.prior is not None:
                    found = features(wording.prior, wording.way, wording.checks)
                    self.rows["checked"].append((name.name, found, verdict[key] == "keep"))
        stage.close()

    def _add(
        self, file: str, pair: Pair, p: PlannedQuestion, verdict: Verdict, places: Places
    ) -> None:
        assert p.made is not None and p.tree is not None
        found = english_features(p.made, p.tree)
        self.rows["english"].append((file, found, verdict["english"] == "keep"))
        place = places[p.answers[0].start, p.answers[0].end]
        if "target" not in verdict or not place.pieces or len(place.pieces) != 1:
            return
        score = probability(found, weights("english"))
        surface, lang = p.answers[0].surface(pair.source.text), pair.target.lang
        answer = without_article(pair.target.text, place.pieces[0], surface, lang)
        made = clause_question(pair, p.tree, p.offset, p.made, score, answer, place.score)
        if made.text is not None:
            self.rows["target"].append((file, made.features, verdict["target"] == "keep"))


def _verdict(plan: PlannedQuestion, rows: Sequence[Verdict]) -> Verdict | None:
    place = [plan.answers[0].start, plan.answers[0].end]
    for row in rows:
        if row["answer"] == place and row["rule"] == plan.asked.rule and plan.made is not None:
            return row
    return None


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
    """Scores of each file's rows by weights fitted on the other files; a file alone is cut into
    runs of neighbouring rows."""
    files = sorted({row[0] for row in rows})
    group = {n: row[0] if len(files) > 1 else n * RUNS // len(rows) for n, row in enumerate(rows)}
    scored = []
    for name in dict.fromkeys(group.values()):
        fitted = fit([row for n, row in enumerate(rows) if group[n] != name], kind)
        own = [row for n, row in enumerate(rows) if group[n] == name]
        scored += [(probability(found, fitted), kept) for _, found, kept in own]
    return scored


def area(scored: Sequence[tuple[float, bool]]) -> float:
    """Area under the ROC curve; ties count half."""
    kept, failed = ([p for p, k in scored if k is which] for which in (True, False))
    wins = sum((a > b) + 0.5 * (a == b) for a in kept for b in failed)
    return wins / (len(kept) * len(failed)) if kept and failed else math.nan


def report(what: str, scored: list[tuple[float, bool]]) -> None:
    """Log loss, area under the curve, and the kept share by fifths of the score."""
    loss = -sum(math.log(p if kept else 1 - p) for p, kept in scored) / len(scored)
    print(
        f"{what}: {len(scored)} judged, {sum(k for _, k in scored)} kept, log loss {loss:.3f}, "
        f"AUC {area(scored):.3f}"
    )
    scored = sorted(scored)
    for n in range(5):
        part = scored[n * len(scored) // 5 : (n + 1) * len(scored) // 5]
        if part:
            mean = sum(p for p, _ in part) / len(part)
            share = sum(k for _, k in part) / len(part)
            print(f"  score {part[0][0]:.2f}-{part[-1][0]:.2f} (mean {mean:.2f}): kept {share:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path, default=Path("/tmp/xproject-questions"))
    parser.add_argument("--write", action="store_true", help="write the weights into the package")
    given = parser.parse_args()
    judged = Judged()
    for name in sorted(JUDGED.glob("bitext.*.json")):
        judged.read(name, given.data, given.cache)
    for kind, rows in judged.rows.items():
        report(kind, held_out(rows, kind))
    if given.write:
        fitted = {kind: fit(rows, kind) for kind, rows in judged.rows.items()}
        WEIGHTS.write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
