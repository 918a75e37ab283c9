"""What a span projector is: aligned pairs in, one projection for each source span out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

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
    """A span projector; relations, clusters, questions and tags follow in `projection.stage`."""

    name: str
    model: str
    version: str

    def project(self, pairs: Sequence[Pair]) -> list[list[Projection]]:
        """For each pair, one projection for each of ``pair.source.spans``, in their order."""

    def close(self) -> None:
        """Free the model."""
