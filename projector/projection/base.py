"""What a span projector is: aligned pairs in, one projection for each source span out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, runtime_checkable

from msgspec import Struct

from projector.records import Offsets, Pair


class Projection(Struct, frozen=True):
    """Where one source span stands in the target text.

    ``pieces`` are character stretches (one, unless the span is discontinuous there), or None when
    the span has no counterpart; ``reason`` then says why (``no_links``, ``no_counterpart``,
    ``low_score``, ...). ``score`` is in [0, 1].
    """

    pieces: list[Offsets] | None
    score: float = 0.0
    reason: str = ""
    detail: str = ""


class Projector(Protocol):
    """A span projector; relations, clusters, questions and tags follow in `projection.stage`.

    Attributes:
        needs_links: whether a pair without word links cannot be projected.
    """

    name: str
    model: str
    version: str
    needs_links: bool

    def project(self, pairs: Sequence[Pair]) -> list[list[Projection]]:
        """For each pair, one projection for each of ``pair.source.spans``, in their order."""

    def close(self) -> None:
        """Free the model."""


@runtime_checkable
class LearnsFromPairs(Protocol):
    """A projector that looks at the whole corpus first.

    Attributes:
        sees_corpus: True if `fit` must see every pair before the first `project`.
    """

    sees_corpus: bool

    def fit(self, pairs: Iterable[Pair]) -> None:
        """Learn from the whole corpus; called only where ``sees_corpus`` is True."""

    def state(self) -> bytes:
        """What was learnt, for workers elsewhere and resumed runs."""

    def load_state(self, data: bytes) -> None:
        """Take over what another's `fit` learnt."""


def learner(projector: Projector) -> LearnsFromPairs | None:
    """The projector as one that must see the corpus, or None if it need not."""
    if isinstance(projector, LearnsFromPairs) and projector.sees_corpus:
        return projector
    return None
