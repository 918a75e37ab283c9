"""Scores of several methods made honest on held-out spans."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from projector.errors import DataError, UsageError
from projector.projection.agreement import Agreement, fit_agreement, load_agreement, signs, size
from projector.projection.base import Projection
from projector.projection.ensemble import agreed, make_projector
from tests.projection.toy_pairs import accuracy, toy_pairs

RIGHT, WRONG, OTHER = [(0, 3)], [(4, 6)], [(7, 9)]


def simulated(count: int, seed: int) -> tuple[list, list]:
    """Three methods: two that err together and are too sure, one that errs alone and is modest."""
    rng = random.Random(seed)
    rows: list[list[Projection]] = [[], [], []]
    for _ in range(count):
        common = rng.random() < 0.3
        for n in (0, 1):
            miss = common if rng.random() < 0.9 else rng.random() < 0.3
            rows[n].append(Projection(WRONG if miss else RIGHT, 0.9 + 0.09 * rng.random()))
        alone = rng.random() < 0.25
        rows[2].append(Projection(OTHER if alone else RIGHT, 0.4 + 0.2 * rng.random()))
    return [[[p] for p in row] for row in rows], [[tuple(RIGHT)] for _ in range(count)]


def calibration_error(found: list[Projection]) -> float:
    """Mean gap between score and share of right ones, over ten bins of scores."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for p in found:
        bins.setdefault(min(9, int(p.score * 10)), []).append((p.score, p.pieces == RIGHT))
    return sum(
        abs(np.mean([s for s, _ in rows]) - np.mean([r for _, r in rows])) * len(rows)
        for rows in bins.values()
    ) / len(found)


def test_fitted_scores_are_honest_on_other_spans_and_the_choices_as_good() -> None:
    answers, gold = simulated(2000, seed=1)
    fitted = fit_agreement(["a", "b", "c"], answers, gold)
    fresh, _ = simulated(2000, seed=2)
    triples = list(zip(*[[row[0] for row in rows] for rows in fresh], strict=True))
    ours = [fitted.choose(choices) for choices in triples]
    rule = [agreed(choices) for choices in triples]
    assert calibration_error(ours) < 0.05 < 0.08 < calibration_error(rule)
    assert sum(p.pieces == RIGHT for p in ours) >= 0.98 * sum(p.pieces == RIGHT for p in rule)


def test_agreement_of_all_scores_highest() -> None:
    answers, gold = simulated(2000, seed=3)
    fitted = fit_agreement(["a", "b", "c"], answers, gold)
    same = [Projection(RIGHT, 0.95), Projection(RIGHT, 0.95), Projection(RIGHT, 0.5)]
    split = [Projection(RIGHT, 0.95), Projection(RIGHT, 0.95), Projection(OTHER, 0.5)]
    assert fitted.choose(same).score > fitted.choose(split).score
    none = [Projection(None, 0.0, "no_links"), Projection(None, 0.0, "no_counterpart")]
    assert fitted.choose(none).reason == "no_links"


def test_signs_say_who_names_the_place_and_who_another() -> None:
    choices = [Projection(RIGHT, 0.8), Projection(OTHER, 0.6), Projection(None)]
    found = signs(choices, tuple(RIGHT))
    assert found == pytest.approx([1, 1, np.log(4), 0, 0, 0, 1, 0, 0, 0, 0, 0])
    assert signs([Projection(RIGHT, 0.5)] * 3, tuple(RIGHT))[-2:] == [1, 1]
    assert len(found) == size(3)


def test_weights_are_kept_in_a_file_for_the_same_methods(tmp_path: Path) -> None:
    answers, gold = simulated(100, seed=4)
    fitted = fit_agreement(["a", "b", "c"], answers, gold)
    path = str(tmp_path / "weights.json")
    fitted.save(path)
    assert load_agreement(path, ["a", "b", "c"]) == fitted
    with pytest.raises(UsageError, match=r"of a\+b\+c .*of match\+a"):
        load_agreement(path, ["match", "a"])
    with pytest.raises(UsageError, match="no readable file"):
        load_agreement(str(tmp_path / "none.json"), ["a"])
    (tmp_path / "bad.json").write_text("{]")
    with pytest.raises(DataError, match=r"bad\.json"):
        load_agreement(str(tmp_path / "bad.json"), ["a"])
    Agreement(["match", "match"], [0.0] * size(2)).save(path)
    both = make_projector("match+match", "", {"calibration": path})
    assert both.agreement is not None
    with pytest.raises(UsageError, match="no projected span"):
        fit_agreement(["a"], [[[Projection(None)]]], [[None]])


@pytest.mark.neural
def test_three_methods_together_on_the_toy_pair() -> None:
    torch = pytest.importorskip("torch")
    pytest.importorskip("transformers")
    from tests.marking_models import bracket_translator

    torch.set_num_threads(1)
    names = "match+candidates+constrained"
    together = make_projector(names, bracket_translator(), {})
    held, held_gold = toy_pairs(25, seed=101, spans=2, links="noisy")
    together.fit(held)
    answers = [member.project(held) for member in together.members]
    places = [[(stretch,) for stretch in row] for row in held_gold]
    together.agreement = fit_agreement(names.split("+"), answers, places)
    pairs, wanted = toy_pairs(25, seed=102, spans=2, links="noisy")
    alone = [accuracy(member.project(pairs), wanted) for member in together.members]
    found = together.project(pairs)
    assert accuracy(found, wanted) >= max(alone) - 0.02
    assert accuracy(found, wanted) > alone[0] + 0.1  # match, whose links are noisy
    scores = [p.score for row in found for p in row]
    assert abs(np.mean(scores) - accuracy(found, wanted)) < 0.08
