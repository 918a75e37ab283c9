"""What the same words became elsewhere in the corpus: the matcher's memory of its own first pass.

Only digests of lower-cased words are kept, the same that `features` computes for a candidate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from projector.projection.words import facts
from projector.records import Pair

if TYPE_CHECKING:
    from projector.projection.match.features import Batch, Candidates
    from projector.projection.match.word_table import WordArrays

Counts = dict[str, dict[str, dict[int, float]]]  # languages, source words, target digest
LONGEST = 8  # words; longer spans hardly come twice


class Memory:
    """See the module's docstring."""

    def __init__(self, counts: Counts | None = None) -> None:
        self._counts: Counts = counts or {}

    def of(self, source: str, target: str) -> Mapping[str, Mapping[int, float]]:
        """For each lower-cased wording of a span, how often it became what."""
        return self._counts.get(f"{source} {target}", {})

    def add(
        self, pairs: Sequence[Pair], asked: MatchBatch, found: Candidates, chosen: np.ndarray
    ) -> None:
        """Remember the choices of a batch of pairs of one pair of languages."""
        batch = asked.batch
        first, end = found.first[chosen].tolist(), found.end[chosen].tolist()
        for r, pair in enumerate(pairs):
            counts = self._counts.setdefault(f"{pair.source.lang} {pair.target.lang}", {})
            source, target = pair.source.words(), pair.target.words()
            for s in range(int(batch.span_at[r]), int(batch.span_at[r + 1])):
                a, b = int(batch.span_first[s]), int(batch.span_end[s])
                if first[s] < 0 or b - a > LONGEST:
                    continue
                key = " ".join(w.lower() for w in source[a:b])
                row = counts.setdefault(key, {})
                digest = digest_of(target[first[s] : end[s]])
                row[digest] = row.get(digest, 0.0) + 1.0

    def forget_single(self) -> None:
        """Leave out wordings that came once: they have nothing to compare with."""
        for languages, counts in self._counts.items():
            self._counts[languages] = {k: v for k, v in counts.items() if sum(v.values()) > 1}

    def dump(self) -> bytes:
        """Everything, as JSON."""
        return msgspec.json.encode(self._counts)

    @classmethod
    def load(cls, data: bytes) -> Memory:
        """What `dump` wrote."""
        return cls(msgspec.json.decode(data, type=Counts))


def digest_of(words: Sequence[str]) -> int:
    """The number of a row of words: 64 bits, signed, as compiled code wraps round."""
    digest = 0
    for word in words:
        digest = (digest * 1000003 + facts(word).digest) & 0xFFFFFFFFFFFFFFFF
    return digest - (1 << 64) if digest >= 1 << 63 else digest


class MatchBatch(NamedTuple):
    """A batch with what leads back from it: for each pair and each of its spans, the numbers of
    the batch's runs that stand for the span's parts (none: a span without tokens)."""

    batch: Batch
    source: WordArrays
    target: WordArrays
    owner: np.ndarray
    runs: list[list[list[int]]]
