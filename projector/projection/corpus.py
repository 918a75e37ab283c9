"""How common each word is in the corpus that is being projected: articles, prepositions and the
like give themselves away by standing in many texts."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from projector.records import Document, Pair

PRIOR = 20  # texts without the word that are assumed on top, so that a small corpus claims little


class _Side(msgspec.Struct):
    texts: int = 0
    words: dict[str, int] = {}


class Shares:
    """For each language pair and side: in what share of the texts a lower-cased word stands."""

    def __init__(self) -> None:
        self._sides: dict[str, _Side] = {}
        self._ready: dict[str, dict[str, float]] = {}

    def add(self, pair: Pair) -> None:
        """Count a pair."""
        languages = f"{pair.source.lang} {pair.target.lang}"
        self._add(f"{languages} source", pair.source)
        self._add(f"{languages} target", pair.target)

    def source(self, source: str, target: str) -> Mapping[str, float]:
        """The shares of the source's words; empty if nothing was counted."""
        return self._share(f"{source} {target} source")

    def target(self, source: str, target: str) -> Mapping[str, float]:
        """The shares of the target's words."""
        return self._share(f"{source} {target} target")

    def dump(self) -> bytes:
        """Everything counted, as JSON."""
        return msgspec.json.encode(self._sides, order="sorted")

    @classmethod
    def load(cls, data: bytes) -> Shares:
        """What `dump` wrote."""
        made = cls()
        made._sides = msgspec.json.decode(data, type=dict[str, _Side])
        return made

    def _add(self, name: str, doc: Document) -> None:
        side = self._sides.setdefault(name, _Side())
        side.texts += 1
        counts = side.words
        for word in {w.lower() for w in doc.words()}:
            counts[word] = counts.get(word, 0) + 1
        self._ready.pop(name, None)

    def _share(self, name: str) -> Mapping[str, float]:
        if name not in self._ready:
            side = self._sides.get(name, _Side())
            whole = side.texts + PRIOR
            least = whole * 0.005  # rarer words are as good as 0
            self._ready[name] = {w: c / whole for w, c in side.words.items() if c > least}
        return self._ready[name]
