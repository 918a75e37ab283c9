"""A partial translation as a search keeps it: a chain from its last token back to its first."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class Hypothesis(NamedTuple):
    """A partial translation: its last token, and the hypothesis before that.

    Attributes:
        log_prob: of the last token; total: sum over all tokens.
        length: how many tokens.
        seen: for each attention head that is followed what the step that foretold the token
            looked at, (heads, source tokens); no rows where none is.
    """

    before: Hypothesis | None
    piece: int
    log_prob: float
    total: float
    length: int
    seen: npt.NDArray[np.float32]

    def path(self) -> list[Hypothesis]:
        """The hypothesis after each token, the first token's first."""
        found: list[Hypothesis] = []
        at: Hypothesis | None = self
        while at is not None:
            found.append(at)
            at = at.before
        found.reverse()
        return found
