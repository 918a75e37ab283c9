"""The span matcher's weights, from a JSON file beside this module.

They are learnt by ``tests/benchmarks/fit_matcher.py`` (the file names the command); another file
of the same form may be given.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from projector.errors import DataError
from projector.projection.match.columns import FEATURES
from projector.projection.match.statistics import GRADED_LINKS, LinkKind

STANDARD = Path(__file__).with_name("match_weights.json")


class Weights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``weights``: of each feature in the score of a candidate, over graded links.
    ``hard_weights``: the same over links without probabilities (all 0 or 1); if none are given,
    ``weights`` serve. ``sparse_weights`` and ``hard_sparse_weights``: what is added to either for
    links that leave words out, in proportion to the share of source words without a link.

    ``confidence``: a logistic model of "the chosen candidate is exactly right", over the names in
    `confidence.EVIDENCE`. ``made_by``: the command.
    """

    weights: dict[str, float]
    confidence: dict[str, float]
    hard_weights: dict[str, float] = {}
    sparse_weights: dict[str, float] = {}
    hard_sparse_weights: dict[str, float] = {}
    made_by: str = ""

    def vector(self, links: LinkKind = GRADED_LINKS) -> NDArray[np.float32]:
        """The weights in the features' order, float32, for links of a kind."""
        hard = self.hard_weights or self.weights
        share = links.gradedness
        return np.array(
            [
                share
                * (self.weights.get(n, 0.0) + links.unlinked * self.sparse_weights.get(n, 0.0))
                + (1.0 - share)
                * (hard.get(n, 0.0) + links.unlinked * self.hard_sparse_weights.get(n, 0.0))
                for n in FEATURES
            ],
            np.float32,
        )


@lru_cache(maxsize=8)
def load_weights(path: str = "") -> Weights:
    """The standard weights, or those of a file.

    Raises:
        DataError: the file cannot be read, is not of the form, or names unknown features.
    """
    place = Path(path) if path else STANDARD
    try:
        found = msgspec.json.decode(place.read_bytes(), type=Weights)
    except OSError as error:
        raise DataError(
            f"found no readable file ({error.strerror}), wanted the matcher's weights",
            path=str(place),
        ) from error
    except msgspec.DecodeError as error:
        raise DataError(f"{error}, wanted the matcher's weights", path=str(place)) from error
    named = (found.weights, found.hard_weights, found.sparse_weights, found.hard_sparse_weights)
    unknown = sorted({name for row in named for name in row} - set(FEATURES))
    if unknown:
        raise DataError(
            f"found the features {', '.join(unknown)}, wanted some of {', '.join(FEATURES)}",
            path=str(place),
        )
    return found
