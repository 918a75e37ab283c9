"""What the corpus that is being projected says as a whole: how common each word is (articles and
prepositions give themselves away by standing in many texts), and how long one side is against
the other in words and letters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

import msgspec

from projector.projection.words import facts, kind
from projector.records import Document, Pair

PRIOR = 20  # texts without the word that are assumed on top, so that a small corpus claims little
BONDS_FROM = 50_000  # texts of which neighbours are counted
BOND_PRIOR = 2.0
FRESH = 50_000  # different words that are gathered before they are counted up
EVEN = 200  # words or letters on both sides that are assumed on top


class _Side(msgspec.Struct):
    texts: int = 0
    words: dict[str, int] = {}
    follow: dict[str, dict[str, int]] = {}  # word, next word: how often (the target's only)
    content: int = 0  # words with a letter or digit
    letters: int = 0
    consonants: int = 0


class _Fresh(NamedTuple):
    """Words and neighbours gathered as they came, counted up now and then."""

    forms: Counter[str]
    follow: Counter[tuple[str, str]]


class Shares:
    """For each language pair and side: in what share of the texts a lower-cased word stands."""

    def __init__(self) -> None:
        self._sides: dict[str, _Side] = {}
        self._fresh: dict[str, _Fresh] = {}
        self._ready: dict[str, dict[str, float]] = {}
        self._bonds: dict[str, dict[tuple[str, str], tuple[float, float]]] = {}

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

    def bonds(self, source: str, target: str) -> Mapping[tuple[str, str], tuple[float, float]]:
        """Of two target words in a row: the share of the second's occurrences that follow the
        first, and of the first's that the second follows. Pairs seen once are left out."""
        name = f"{source} {target} target"
        if name not in self._bonds:
            follow = self._settle(name).follow
            after: dict[str, int] = {}
            for row in follow.values():
                for word, count in row.items():
                    after[word] = after.get(word, 0) + count
            found = {}
            for one, row in follow.items():
                total = sum(row.values()) + BOND_PRIOR
                for word, count in row.items():
                    if count > 1:
                        found[one, word] = (count / (after[word] + BOND_PRIOR), count / total)
            self._bonds[name] = found
        return self._bonds[name]

    def scale(self, source: str, target: str, bare: bool) -> tuple[float, float]:
        """Target words for each source word, and target letters (``bare``: consonants) for each
        source letter; 1 if nothing was counted."""
        left = self._settle(f"{source} {target} source")
        right = self._settle(f"{source} {target} target")
        letters = (right.consonants, left.consonants) if bare else (right.letters, left.letters)
        return (
            (right.content + EVEN) / (left.content + EVEN),
            (letters[0] + EVEN) / (letters[1] + EVEN),
        )

    def dump(self) -> bytes:
        """Everything counted, as JSON."""
        for name in self._sides:
            self._settle(name)
        return msgspec.json.encode(self._sides, order="sorted")

    @classmethod
    def load(cls, data: bytes) -> Shares:
        """What `dump` wrote."""
        made = cls()
        made._sides = msgspec.json.decode(data, type=dict[str, _Side])
        return made

    def _add(self, name: str, doc: Document) -> None:
        side = self._sides.setdefault(name, _Side())
        fresh = self._fresh.setdefault(name, _Fresh(Counter(), Counter()))
        side.texts += 1
        words = doc.words()
        lower = [w.lower() for w in words]
        counts = side.words
        for word in set(lower):
            counts[word] = counts.get(word, 0) + 1
        fresh.forms.update(words)
        if name.endswith("target") and side.texts <= BONDS_FROM:
            fresh.follow.update(pairwise(map(kind, words)))
        if len(fresh.forms) > FRESH:
            self._settle(name)
        self._ready.pop(name, None)
        self._bonds.pop(name, None)

    def _settle(self, name: str) -> _Side:
        """The counts of a side, with what was only gathered so far."""
        side = self._sides.get(name, _Side())
        fresh = self._fresh.pop(name, None)
        if fresh is None:
            return side
        for word, count in fresh.forms.items():
            known = facts(word)
            if known.content:
                side.content += count
                side.letters += count * len(known.spelling)
                side.consonants += count * len(known.consonants)
        for (one, other), count in fresh.follow.items():
            row = side.follow.setdefault(one, {})
            row[other] = row.get(other, 0) + count
        return side

    def _share(self, name: str) -> Mapping[str, float]:
        if name not in self._ready:
            side = self._sides.get(name, _Side())
            whole = side.texts + PRIOR
            least = whole * 0.005  # rarer words are as good as 0
            self._ready[name] = {w: c / whole for w, c in side.words.items() if c > least}
        return self._ready[name]
