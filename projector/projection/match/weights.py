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
from projector.projection.match.columns import COUNT, FEATURES

STANDARD = Path(__file__).with_name("match_weights.json")


class Weights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``weights``: of each feature in the score of a candidate.

    ``confidence``: a logistic model of "the chosen candidate is exactly right", over the names in
    `confidence.EVIDENCE`. ``made_by``: the command.
    """

    weights: dict[str, float]
    confidence: dict[str, float]
    made_by: str = ""

    def vector(self) -> NDArray[np.float32]:
        """The weights in the features' order, float32."""
        out = np.zeros(COUNT, np.float32)
        for n, name in enumerate(FEATURES):
            out[n] = self.weights.get(name, 0.0)
        return out


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
    unknown = sorted(set(found.weights) - set(FEATURES))
    if unknown:
        raise DataError(
            f"found the features {', '.join(unknown)}, wanted some of {', '.join(FEATURES)}",
            path=str(place),
        )
    return found
