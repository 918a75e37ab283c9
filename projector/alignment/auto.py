"""The default aligner: the translator's own links where a pair brings them, else ``hmm``, joined by
the encoder ``e5`` where its package is installed."""

from __future__ import annotations

from collections.abc import Sequence

from projector.alignment.base import Aligner, TokenPair
from projector.alignment.e5 import E5Aligner
from projector.alignment.ensemble import EnsembleAligner
from projector.alignment.hmm.aligner import HmmAligner, HmmOptions
from projector.engines import installed
from projector.models.e5.file import PACKAGE
from projector.records import Link


class AutoAligner(EnsembleAligner):
    """``hmm``, or ``hmm+e5``; the stage leaves pairs alone that have links already.

    Args:
        model, options: those of `HmmAligner`.
    """

    name = "auto"
    keeps_links = True
    Options = HmmOptions

    def __init__(self, model: str = "", **options: object) -> None:
        hmm = HmmAligner(model, **options)
        members: list[Aligner] = [hmm]
        if installed(PACKAGE):
            members.append(E5Aligner(threads=hmm.options.threads))
        super().__init__(members)
        self._least = hmm.options.min_probability

    def align(self, pairs: Sequence[TokenPair], source: str, target: str) -> list[list[Link]]:
        """Links of each pair, of at least the probability that was asked for."""
        found = super().align(pairs, source, target)
        return [[link for link in links if link[2] >= self._least] for links in found]
