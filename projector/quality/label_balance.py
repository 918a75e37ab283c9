"""A cap on frequent labels: pairs that would only add to labels that have enough are taken out.

Rare labels keep every pair that holds them. The order in which pairs are drawn is that of a digest
of their ids, so the same input gives the same pairs.
"""

from __future__ import annotations

import hashlib
from collections import Counter

from projector.records import Document, Pair


class LabelBalance:
    """Collects the labels of all pairs, then says which pairs are more than enough.

    Args:
        limit: spans of a label (or records with a record label) after which it has enough.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._pairs: list[tuple[bytes, str, Counter[str]]] = []

    def add(self, pair: Pair) -> None:
        """Note a pair's labels; one without any is never surplus."""
        if found := classes(pair.target):
            digest = hashlib.sha256(pair.id.encode("utf-8", "surrogatepass")).digest()[:8]
            self._pairs.append((digest, pair.id, found))

    def surplus(self) -> set[str]:
        """The ids of the pairs all of whose labels had enough when their turn came."""
        counts: Counter[str] = Counter()
        out = set()
        for _, name, found in sorted(self._pairs, key=lambda item: item[:2]):
            if all(counts[label] >= self.limit for label in found):
                out.add(name)
            else:
                counts.update(found)
        return out


def classes(doc: Document) -> Counter[str]:
    """How often a document has each label: of its spans, and of the record (``name=value``)."""
    found = Counter(span.label for span in doc.spans if span.label)
    found.update(f"{k}={v}" for k, v in doc.labels.items() if isinstance(v, str | int | bool))
    return found
