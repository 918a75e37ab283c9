"""Statistics of the corpus that is being projected: document frequencies (which identify articles
and prepositions), bigram associations of the target's words, and how long one side is against the
other in words and letters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

import msgspec

from projector.projection.match.arrays import LINKED
from projector.projection.match.link_counts import LinkCounts
from projector.projection.words import facts, word_class
from projector.records import Document, Pair

PRIOR = 20  # texts without the word that are assumed on top, so that a small corpus claims little
MIN_DOCUMENT_FREQUENCY = 0.005  # rarer words are as good as absent
BIGRAM_TEXTS = 50_000  # texts of which bigrams are counted; the corpus's first
BIGRAM_PRIOR = 2.0  # occurrences on top, so that a rare bigram claims little
MAX_UNCOUNTED = 50_000  # different words that are gathered before they are counted up
NEAR_ZERO, NEAR_ONE = 0.05, 0.95  # link probabilities beyond which nothing is graded
GRADED = 0.2  # share of graded links from which a source's probabilities are taken as such
LENGTH_PRIOR = 200  # words or letters on both sides that are assumed on top


class LinkKind(NamedTuple):
    """What links a corpus has: ``gradedness``, how far their probabilities are graded, in [0, 1]
    (0 if all are 0 or 1, as most aligners give them); ``unlinked``, the share of source words
    without a link."""

    gradedness: float
    unlinked: float


GRADED_LINKS = LinkKind(1.0, 0.0)  # where nothing is known


class _Links(msgspec.Struct):
    links: int = 0
    graded: int = 0  # with a probability that is neither near 0 nor near 1
    words: int = 0  # source tokens
    linked: int = 0  # of them


class _Side(msgspec.Struct):
    texts: int = 0
    words: dict[str, int] = {}
    follow: dict[str, dict[str, int]] = {}  # word, next word: how often (the target's only)
    content: int = 0  # words with a letter or digit
    letters: int = 0
    consonants: int = 0


class _Stored(msgspec.Struct):
    """What `CorpusStatistics.dump` writes."""

    sides: dict[str, _Side]
    links: dict[str, _Links]
    counts: dict[str, LinkCounts]


class _Uncounted(NamedTuple):
    """Words and neighbours gathered as they came, counted up now and then."""

    forms: Counter[str]
    follow: Counter[tuple[str, str]]


class CorpusStatistics:
    """Counts of each language pair and side; see the module's docstring."""

    def __init__(self) -> None:
        self._sides: dict[str, _Side] = {}
        self._links: dict[str, _Links] = {}
        self._counts: dict[str, LinkCounts] = {}
        self._uncounted: dict[str, _Uncounted] = {}
        self._ready: dict[str, dict[str, float]] = {}
        self._bigrams: dict[str, dict[tuple[str, str], tuple[float, float]]] = {}

    def add(self, pair: Pair) -> None:
        """Count a pair."""
        languages = f"{pair.source.lang} {pair.target.lang}"
        self._add(f"{languages} source", pair.source)
        self._add(f"{languages} target", pair.target)
        if pair.alignment:
            links = self._links.setdefault(languages, _Links())
            links.links += len(pair.alignment)
            graded = sum(NEAR_ZERO < p < NEAR_ONE for _, _, p in pair.alignment)
            links.graded += graded
            links.words += len(pair.source.tokens or ())
            links.linked += len({i for i, _, p in pair.alignment if p >= LINKED})
            if not graded:
                self._counts.setdefault(languages, LinkCounts()).add(pair)

    def source_frequencies(self, source: str, target: str) -> Mapping[str, float]:
        """Document frequency of the source's lower-cased words, in [0, 1]; rare ones left out."""
        return self._frequencies(f"{source} {target} source")

    def target_frequencies(self, source: str, target: str) -> Mapping[str, float]:
        """The same of the target's words."""
        return self._frequencies(f"{source} {target} target")

    def bigrams(self, source: str, target: str) -> Mapping[tuple[str, str], tuple[float, float]]:
        """Associations of two target words in a row (`words.word_class`): the share of the second's
        occurrences that follow the first, and of the first's that the second follows. Bigrams
        that occur once are left out."""
        name = f"{source} {target} target"
        if name not in self._bigrams:
            follow = self._count_up(name).follow
            after: dict[str, int] = {}
            for row in follow.values():
                for word, count in row.items():
                    after[word] = after.get(word, 0) + count
            found = {}
            for one, row in follow.items():
                total = sum(row.values()) + BIGRAM_PRIOR
                for word, count in row.items():
                    if count > 1:
                        found[one, word] = (count / (after[word] + BIGRAM_PRIOR), count / total)
            self._bigrams[name] = found
        return self._bigrams[name]

    def link_kind(self, source: str, target: str) -> LinkKind:
        """Which links the pairs of these languages have; `GRADED_LINKS` if none were counted.

        Graded in full are those of which `GRADED` have a probability between 0 and 1.
        """
        links = self._links.get(f"{source} {target}")
        if links is None or not links.links:
            return GRADED_LINKS
        return LinkKind(
            min(1.0, links.graded / links.links / GRADED),
            1.0 - links.linked / max(1, links.words),
        )

    def link_counts(self, source: str, target: str) -> LinkCounts:
        """How often which forms are linked, in pairs whose links have no probabilities."""
        return self._counts.get(f"{source} {target}", LinkCounts())

    def scale(self, source: str, target: str, bare: bool) -> tuple[float, float]:
        """Target words for each source word, and target letters (``bare``: consonants) for each
        source letter; 1 if nothing was counted."""
        left = self._count_up(f"{source} {target} source")
        right = self._count_up(f"{source} {target} target")
        letters = (right.consonants, left.consonants) if bare else (right.letters, left.letters)
        return (
            (right.content + LENGTH_PRIOR) / (left.content + LENGTH_PRIOR),
            (letters[0] + LENGTH_PRIOR) / (letters[1] + LENGTH_PRIOR),
        )

    def dump(self) -> bytes:
        """Everything counted, as JSON."""
        for name in self._sides:
            self._count_up(name)
        asked = {
            name: counts
            for name, counts in self._counts.items()
            if self.link_kind(*name.split(" ")).gradedness < 1
        }
        return msgspec.json.encode(_Stored(self._sides, self._links, asked), order="sorted")

    @classmethod
    def load(cls, data: bytes) -> CorpusStatistics:
        """What `dump` wrote."""
        made = cls()
        stored = msgspec.json.decode(data, type=_Stored)
        made._sides, made._links, made._counts = stored.sides, stored.links, stored.counts
        return made

    def _add(self, name: str, doc: Document) -> None:
        side = self._sides.setdefault(name, _Side())
        uncounted = self._uncounted.setdefault(name, _Uncounted(Counter(), Counter()))
        side.texts += 1
        words = doc.words()
        lower = [w.lower() for w in words]
        counts = side.words
        for word in set(lower):
            counts[word] = counts.get(word, 0) + 1
        uncounted.forms.update(words)
        if name.endswith("target") and side.texts <= BIGRAM_TEXTS:
            uncounted.follow.update(pairwise(map(word_class, words)))
        if len(uncounted.forms) > MAX_UNCOUNTED:
            self._count_up(name)
        self._ready.pop(name, None)
        self._bigrams.pop(name, None)

    def _count_up(self, name: str) -> _Side:
        """The counts of a side, with what was only gathered so far."""
        side = self._sides.get(name, _Side())
        uncounted = self._uncounted.pop(name, None)
        if uncounted is None:
            return side
        for word, count in uncounted.forms.items():
            known = facts(word)
            if known.content:
                side.content += count
                side.letters += count * len(known.spelling)
                side.consonants += count * len(known.consonants)
        for (one, other), count in uncounted.follow.items():
            row = side.follow.setdefault(one, {})
            row[other] = row.get(other, 0) + count
        return side

    def _frequencies(self, name: str) -> Mapping[str, float]:
        if name not in self._ready:
            side = self._sides.get(name, _Side())
            whole = side.texts + PRIOR
            least = whole * MIN_DOCUMENT_FREQUENCY
            self._ready[name] = {w: c / whole for w, c in side.words.items() if c > least}
        return self._ready[name]
