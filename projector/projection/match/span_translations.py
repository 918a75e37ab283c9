"""How the same words were projected elsewhere in the corpus, in the matcher's own first pass.

For each lower-cased wording of a source span: how often which wording of the target was chosen,
the latter as a 64-bit digest of its lower-cased words (`features` computes the same of candidates).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from projector.projection.match.arrays import Candidates, MatchBatch
from projector.projection.words import facts
from projector.records import Pair

HASH_BASE = 1000003
Counts = dict[str, dict[str, dict[int, float]]]  # languages, source words, target digest
LONGEST = 8  # words; longer spans hardly occur twice


class SpanTranslations:
    """See the module's docstring."""

    def __init__(self, counts: Counts | None = None) -> None:
        self._counts: Counts = counts or {}

    def of(self, source: str, target: str) -> Mapping[str, Mapping[int, float]]:
        """For each lower-cased wording of a span, how often it became what."""
        return self._counts.get(f"{source} {target}", {})

    def add(
        self, pairs: Sequence[Pair], asked: MatchBatch, found: Candidates, chosen: NDArray[np.int64]
    ) -> None:
        """Count the choices of a batch of pairs of one pair of languages."""
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

    def drop_singletons(self) -> None:
        """Leave out wordings that occur once: they have nothing to compare with."""
        for languages, counts in self._counts.items():
            self._counts[languages] = {k: v for k, v in counts.items() if sum(v.values()) > 1}

    def dump(self) -> bytes:
        """Everything, as JSON."""
        return msgspec.json.encode(self._counts)

    @classmethod
    def load(cls, data: bytes) -> SpanTranslations:
        """What `dump` wrote."""
        return cls(msgspec.json.decode(data, type=Counts))


def digest_of(words: Sequence[str]) -> int:
    """The number of a run of words: 64 bits, signed, as compiled code wraps round."""
    digest = 0
    for word in words:
        digest = (digest * HASH_BASE + facts(word).digest) & 0xFFFFFFFFFFFFFFFF
    return digest - (1 << 64) if digest >= 1 << 63 else digest
