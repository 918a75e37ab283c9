"""Pairs that nearly repeat an earlier one: MinHash over character n-grams, found by LSH.

Broder 1997, *On the resemblance and containment of documents*; the sketches and the index are those
of ``datasketch``. Of pairs that resemble one another the first in the input stays.
"""

from __future__ import annotations

import re
from typing import Any

from projector.engines import installed, missing_package_message
from projector.errors import EngineError
from projector.json_values import JsonObject
from projector.records import Pair

SHINGLE = 5  # characters
PERMUTATIONS = 128  # the estimate's standard deviation is at most 0.045


class NearDuplicates:
    """Learns which pairs nearly repeat an earlier one that stays; about 2 kB a pair while it does.

    Args:
        threshold: the least Jaccard similarity (of the sets of n-grams of both texts, case and
            white space aside) at which a pair counts as a near duplicate. Similarities are
            estimated.

    Raises:
        EngineError: datasketch is not installed.
    """

    def __init__(self, threshold: float) -> None:
        if not installed("datasketch"):
            raise EngineError(missing_package_message("near-duplicates", "datasketch", "option"))
        from datasketch import MinHashLSH

        self.threshold = threshold
        self._index: Any = MinHashLSH(threshold=threshold, num_perm=PERMUTATIONS)
        self._sketches: JsonObject = {}
        self._ids: dict[str, str] = {}

    def first_like(self, pair: Pair, key: str) -> tuple[str, float] | None:
        """The pair before this one that it is most like, with the similarity; None if it stays.

        Args:
            key: names the pair's texts; the same texts are not looked at twice.
        """
        if key in self._ids:
            return None
        sketch = _sketch(pair)
        similar = [
            (float(sketch.jaccard(self._sketches[other])), other)
            for other in sorted(self._index.query(sketch))
        ]
        best = max(similar, key=lambda item: item[0], default=None)
        if best is not None and best[0] >= self.threshold:
            return self._ids[best[1]], best[0]
        self._index.insert(key, sketch)
        self._sketches[key], self._ids[key] = sketch, pair.id
        return None


def _sketch(pair: Pair) -> Any:
    from datasketch import LeanMinHash, MinHash

    sketch = MinHash(num_perm=PERMUTATIONS, seed=1)
    sketch.update_batch(sorted(shingles(pair.source.text, "s") | shingles(pair.target.text, "t")))
    return LeanMinHash(sketch)


def shingles(text: str, side: str) -> set[bytes]:
    """The character n-grams of a text, marked with the side that it stands on.

    A text that is shorter than an n-gram is one itself.
    """
    plain = " ".join(re.findall(r"\w+", text.casefold()))
    found = {plain[n : n + SHINGLE] for n in range(max(1, len(plain) - SHINGLE + 1))}
    return {f"{side}{shingle}".encode("utf-8", "surrogatepass") for shingle in found}
