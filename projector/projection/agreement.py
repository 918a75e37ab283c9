"""How sure several methods together are of a place, fitted on spans whose right place is known.

Used by `ensemble` where the user has such data. Methods that err together must not count as
independent witnesses, and a method may be too sure of itself: a logistic regression over what each
of them says (Platt 1999, with more inputs than one score) learns both from a held-out set. The
weights are a small JSON file.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct

from projector.errors import DataError, UsageError
from projector.projection.base import Projection

RIDGE = 1.0  # of the fit; keeps weights small where there is little data
Place = tuple[tuple[int, int], ...]


class Agreement(Struct, frozen=True, forbid_unknown_fields=True):
    """Weights of `signs` for an ensemble of these methods, fitted on so many spans."""

    methods: list[str]
    weights: list[float]
    spans: int = 0

    def probability(self, choices: Sequence[Projection], place: Place) -> float:
        """That a place which one of the choices names is exactly right."""
        value = float(np.dot(self.weights, signs(choices, place)))
        return 1.0 / (1.0 + float(np.exp(-np.clip(value, -30, 30))))

    def choose(self, choices: Sequence[Projection]) -> Projection:
        """The likeliest place with its probability; the first choice if none names a place."""
        places = places_of(choices)
        if not places:
            return choices[0]
        scored = [(self.probability(choices, place), place) for place in places]
        best, where = max(scored, key=lambda x: x[0])
        found = next(c for c in choices if c.pieces is not None and tuple(c.pieces) == where)
        return msgspec.structs.replace(found, score=round(best, 4))

    def save(self, path: str) -> None:
        """Write the weights; see `load_agreement`."""
        Path(path).write_bytes(msgspec.json.format(msgspec.json.encode(self)) + b"\n")


def places_of(choices: Sequence[Projection]) -> list[Place]:
    """The different places that are named, in the order of their first naming."""
    return list(dict.fromkeys(tuple(c.pieces) for c in choices if c.pieces is not None))


def signs(choices: Sequence[Projection], place: Place) -> list[float]:
    """What speaks for and against a place.

    One; for each method whether it names the place, how sure it is then (a logit), and whether it
    names another place; and for each number from two to all, whether as many name the place.
    """
    found = [1.0]
    naming = 0
    for choice in choices:
        names = choice.pieces is not None and tuple(choice.pieces) == place
        elsewhere = choice.pieces is not None and not names
        found += [float(names), logit(choice.score) if names else 0.0, float(elsewhere)]
        naming += names
    return found + [float(naming >= count) for count in range(2, len(choices) + 1)]


def size(methods: int) -> int:
    """How many `signs` there are for so many methods."""
    return 1 + 3 * methods + max(0, methods - 1)


def logit(p: float) -> float:
    p = min(max(p, 1e-4), 1 - 1e-4)
    return float(np.log(p / (1 - p)))


def fit_agreement(
    methods: Sequence[str],
    answers: Sequence[Sequence[Sequence[Projection]]],
    gold: Sequence[Sequence[Place | None]],
) -> Agreement:
    """Weights from held-out records.

    Args:
        methods: names of the methods.
        answers: for each method what it gives for each record (`Projector.project`).
        gold: for each record and span the right place, or None if it has none.

    Raises:
        UsageError: there is no span of which a method names a place.
    """
    rows, labels = [], []
    spans = 0
    for n, places in enumerate(gold):
        for k, right in enumerate(places):
            choices = [answer[n][k] for answer in answers]
            spans += 1
            for place in places_of(choices):
                rows.append(signs(choices, place))
                labels.append(float(place == right))
    if not rows:
        raise UsageError("calibration: found no projected span to learn from")
    return Agreement(list(methods), logistic(np.array(rows), np.array(labels)), spans)


def logistic(rows: np.ndarray, labels: np.ndarray) -> list[float]:
    """Ridge-regularised logistic regression by Newton's method; the bias is not shrunk."""
    weights = np.zeros(rows.shape[1])
    penalty = np.full(rows.shape[1], RIDGE)
    penalty[0] = 1e-6
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        slope = rows.T @ (p - labels) + penalty * weights
        curve = (rows * (p * (1 - p))[:, None]).T @ rows + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        weights = weights - step
        if np.abs(step).max() < 1e-8:
            break
    return [round(float(w), 6) for w in weights]


def load_agreement(path: str, methods: Sequence[str]) -> Agreement:
    """Weights from a file, for an ensemble of ``methods``.

    Raises:
        UsageError: no such file, or weights of other methods.
        DataError: it does not hold weights.
    """
    try:
        data = Path(path).expanduser().read_bytes()
    except OSError as error:
        raise UsageError(f"calibration: found no readable file {path!r}") from error
    try:
        found = msgspec.json.decode(data, type=Agreement)
    except msgspec.DecodeError as error:
        raise DataError(f"{error}", path=path) from error
    wanted = size(len(found.methods))
    if len(found.weights) != wanted:
        raise DataError(f"found {len(found.weights)} weights, wanted {wanted}", path=path)
    if found.methods != list(methods):
        raise UsageError(
            f"calibration: found weights of {'+'.join(found.methods)} in {path}, wanted those of "
            f"{'+'.join(methods)}"
        )
    return found
