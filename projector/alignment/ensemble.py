"""Several aligners as one: ``hmm+simalign`` averages their links' probabilities.

Aligners that fail in different ways help one another: a link that one is sure of and the other
does not see stays in the middle, one that both see stays high.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from projector.abilities import KeepsState
from projector.alignment.base import Aligner, TokenPair, UsesVectors
from projector.alignment.symmetrise import average
from projector.errors import UsageError
from projector.records import Link
from projector.text.languages import base_language
from projector.text.segmenters import SPACELESS

# Chosen by alignment error (docs/notes/marian.md, docs/notes/alignment.md).
USUAL = ({"firefox": 0.7, "hmm": 0.3}, {"hmm": 1.0, "e5": 2.0})
# The encoder knows the words of scripts without spaces less well.
SPACELESS_USUAL = ({"hmm": 1.0, "e5": 1.0}, *USUAL)


def usual_weights(names: Sequence[str], *languages: str) -> list[float]:
    """The weight of each aligner in a join of these, all the same for one that was not measured."""
    spaceless = any(base_language(lang) in SPACELESS for lang in languages)
    joins = SPACELESS_USUAL if spaceless else USUAL
    usual = next((some for some in joins if some.keys() == set(names)), {})
    return [usual.get(name, 1.0) for name in names]


class EnsembleAligner:
    """The weighted mean of aligners.

    Args:
        members: the aligners.
        weights: one for each member (default: all the same, but for what `usual_weights` knows).

    Raises:
        UsageError: another number of weights, or none above zero.
    """

    def __init__(self, members: Sequence[Aligner], weights: Sequence[float] | None = None) -> None:
        self.members = list(members)
        self.name = "+".join(m.name for m in members)
        self.model = "+".join(m.model for m in members if m.model)
        self.version = "+".join(m.version for m in members)
        self.sees_corpus = any(m.sees_corpus for m in members)
        self._measured = weights is None
        if weights is None:
            weights = usual_weights([m.name for m in members])
        self.weights = [float(w) for w in weights]
        if len(self.weights) != len(members):
            raise UsageError(
                f"weights: found {len(self.weights)} of them, wanted one for each of {self.name}"
            )
        if min(self.weights) < 0 or max(self.weights) <= 0:
            raise UsageError(f"weights: found {self.weights}, wanted none below 0 and one above 0")

    @property
    def vectors(self) -> str:
        """Those of the members; a member may choose them by the languages that it is shown."""
        return "+".join(m.vectors for m in self.members if isinstance(m, UsesVectors) and m.vectors)

    def fit(self, pairs: Iterable[TokenPair], source: str, target: str) -> None:
        """Show the pairs to every member that wants to see them."""
        learners = [m for m in self.members if m.sees_corpus]
        seen = pairs if len(learners) == 1 else list(pairs)
        for member in learners:
            member.fit(seen, source, target)

    def state(self) -> bytes | None:
        """What the learning members learnt; None if one of them cannot tell."""
        learnt = []
        for member in self.members:
            if member.sees_corpus:
                state = member.state() if isinstance(member, KeepsState) else None
                if state is None:
                    return None
                learnt.append(state)
        return msgspec.msgpack.encode(learnt)

    def load_state(self, data: bytes) -> None:
        """Take over what another's `fit` learnt."""
        learners = [m for m in self.members if m.sees_corpus and isinstance(m, KeepsState)]
        learnt = msgspec.msgpack.decode(data, type=list[bytes])
        for member, part in zip(learners, learnt, strict=True):
            member.load_state(part)

    def align(self, pairs: Sequence[TokenPair], source: str, target: str) -> list[list[Link]]:
        """Average links of each pair."""
        answers = [m.align(pairs, source, target) for m in self.members]
        weights = self.weights
        if self._measured:
            weights = usual_weights([m.name for m in self.members], source, target)
        return [average(ways, weights) for ways in zip(*answers, strict=True)]

    def close(self) -> None:
        for member in self.members:
            member.close()
