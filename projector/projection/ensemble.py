"""One projector or several: ``match``, ``match+candidates``.

Of several, each projects every span. Where they agree on the place, it is surer than any of them
alone; where they differ, the surest one wins, its score lowered by the others' doubt. With a file
of weights fitted on held-out spans (option ``calibration``, see `agreement`) scores are
probabilities of that data instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

import msgspec

from projector.abilities import total_cost
from projector.engines import engine_class
from projector.errors import UsageError
from projector.json_values import JsonObject
from projector.projection.agreement import Agreement, load_agreement
from projector.projection.base import Projection, Projector, learner
from projector.projection.conventions.projector import CORRECTED, ConventionProjector
from projector.records import Pair


def make_projector(method: str, model: str, options: Mapping[str, object]) -> Projector:
    """The projector that ``method`` names.

    Raises:
        UsageError: an unknown engine or option, or a calibration of other engines.
    """
    names = [name.strip() for name in method.split("+")]
    if len(names) == 1:
        return _one(names[0], model, options)
    options = dict(options)
    calibration = str(options.pop("calibration", ""))
    agreement = load_agreement(calibration, names) if calibration else None
    for name, value in options.items():
        if name not in names or not isinstance(value, Mapping):
            raise UsageError(
                f"options of the method {method!r}: found {name!r}, wanted options under an "
                f"engine's name ({', '.join(names)})"
            )
    members: list[Projector] = []
    for name in names:
        own = dict(cast(JsonObject, options.get(name, {})))
        own_model = str(own.pop("model", "" if name == "match" else model))
        members.append(_one(name, own_model, own))
    return EnsembleProjector(members, agreement)


def _one(name: str, model: str, options: Mapping[str, object]) -> Projector:
    """One method's projector, which follows the source's conventions."""
    found: Projector = engine_class("projectors", name)(model, **options)
    return ConventionProjector(found) if name in CORRECTED else found


class EnsembleProjector:
    """Several projectors as one; see the module's docstring."""

    def __init__(self, members: Sequence[Projector], agreement: Agreement | None = None) -> None:
        self.members = list(members)
        self.agreement = agreement
        self.name = "+".join(member.name for member in members)
        self.model = "+".join(member.model for member in members if member.model)
        self.version = "+".join(member.version for member in members)
        self.needs_links = any(member.needs_links for member in members)
        self._learners = [found for m in self.members if (found := learner(m)) is not None]
        self.sees_corpus = bool(self._learners)

    def fit(self, pairs: Iterable[Pair]) -> None:
        """Let the members that learn see the corpus; several of them share one pass."""
        if len(self._learners) == 1:
            self._learners[0].fit(pairs)
        else:
            kept = list(pairs)
            for member in self._learners:
                member.fit(iter(kept))

    def cost(self) -> dict[str, float]:
        """What the members have spent."""
        return total_cost(self.members)

    def state(self) -> bytes:
        """What the learning members learnt."""
        return msgspec.msgpack.encode([member.state() for member in self._learners])

    def load_state(self, data: bytes) -> None:
        """Take over what another's `fit` learnt."""
        states = msgspec.msgpack.decode(data, type=list[bytes])
        for member, state in zip(self._learners, states, strict=True):
            member.load_state(state)

    def project(self, pairs: Sequence[Pair]) -> list[list[Projection]]:
        """See `Projector.project`."""
        answers = [member.project(pairs) for member in self.members]
        return [
            [self._choose(choices) for choices in zip(*rows, strict=True)]
            for rows in zip(*answers, strict=True)
        ]

    def _choose(self, choices: Sequence[Projection]) -> Projection:
        return self.agreement.choose(choices) if self.agreement else agreed(choices)

    def close(self) -> None:
        """Close every member."""
        for member in self.members:
            member.close()


def agreed(choices: Sequence[Projection]) -> Projection:
    """One projection out of several of the same span.

    A place's score is one minus the product of its finders' doubts, times, for each engine that
    went elsewhere, one minus half of that one's score.
    """
    places: dict[tuple[tuple[int, int], ...] | None, list[Projection]] = {}
    for choice in choices:
        key = None if choice.pieces is None else tuple(choice.pieces)
        places.setdefault(key, []).append(choice)
    best, best_score = choices[0], -1.0
    for place, found in places.items():
        if place is None:
            continue
        doubt = 1.0
        for choice in found:
            doubt *= 1.0 - min(choice.score, 0.9999)
        score = 1.0 - doubt
        for choice in choices:
            if choice not in found and choice.pieces is not None:
                score *= 1.0 - choice.score / 2
        if score > best_score:
            best, best_score = found[0], score
    if best_score < 0:
        return choices[0]
    return msgspec.structs.replace(best, score=best_score)
