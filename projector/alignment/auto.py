"""The default aligner: the translator's own links where a pair brings them, else ``hmm``."""

from __future__ import annotations

from projector.alignment.hmm.aligner import HmmAligner


class AutoAligner(HmmAligner):
    """As `HmmAligner`; the stage leaves pairs alone that have links already."""

    keeps_links = True
