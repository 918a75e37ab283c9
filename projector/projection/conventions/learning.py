"""The source's own convention on what belongs to a span, learnt from the source side alone.

Whether an article, a preposition, a conjunction or the final full stop belongs to a span is a
convention of the data: in argument mining spans contain their first "The", in news the "the"
stands before the name. Translations have articles where the source has none, so the link of a word
cannot say whether it belongs; how the source's spans of the same label treat words of its class
can. Counted for each label and edge: how often a word of a class is the span's first (last) word,
and how often it stands just before (after) the span. Labels with few spans back off to their kind
of label (names, others), then to all labels.

What the target's words are is found in the corpus: a word is a determiner as far as its links lead
to determiners, and so on for the other classes; lists of closed-class words are only a prior.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import log
from typing import NamedTuple

import msgspec

from projector.projection.conventions.closed_classes import (
    CLASSES,
    WordClass,
    listed,
    mark_class,
    source_class,
)
from projector.projection.conventions.edges import edges_of
from projector.projection.token_runs import token_run
from projector.records import Document, Pair
from projector.text.entity_labels import NAME

BACK_OFF = 2.0  # spans that the next more general estimate counts for
MAX_LOG_ODDS = 4.0
LISTED = 5.0  # occurrences that a word's listing counts for
UNSEEN = 1.0  # occurrences of no class that are assumed of a word that is not listed
UNLINKED_COUNTS = 0.05  # of a class's absence, for each occurrence without a link
MIN_SHARE = 0.2  # of a class in a word's links; below, the word is not of the class
MAX_LOOKED_UP = 300_000  # words whose classes are kept
VOTED_PAIRS = 20_000  # pairs whose links are counted; the corpus's first
MIN_LINK = 0.1  # link probability that is counted

FIRST, LAST = 0, 1  # edges
INSIDE, OUTSIDE = 0, 1
Probabilities = tuple[float, ...]  # of each class but `NONE`
NO_CLASS: Probabilities = (0.0,) * CLASSES
ONE_CLASS: tuple[Probabilities, ...] = (
    *(tuple(float(of == one) for of in range(CLASSES)) for one in range(CLASSES)),
    NO_CLASS,
)  # by `WordClass`
Table = list[list[list[float]]]  # by edge, class, inside or outside


class LabelCounts(msgspec.Struct):
    """Of a label's spans: how often a word of a class stands inside or outside an edge, and how
    many begin and end their sentences."""

    table: Table = msgspec.field(
        default_factory=lambda: [[[0.0, 0.0] for _ in range(CLASSES)] for _ in (FIRST, LAST)]
    )
    sentences: list[float] = msgspec.field(default_factory=lambda: [0.0, 0.0])
    spans: float = 0.0


class Convention(NamedTuple):
    """What is usual for a label's spans.

    ``first``, ``last``: of each class, log odds that a word of it at that edge belongs to the
    span. ``begins``, ``ends``: the share of spans that begin and end with a sentence. All 0 if
    nothing is known.
    """

    first: Probabilities
    last: Probabilities
    begins: float
    ends: float


class WordClasses(NamedTuple):
    """How far a target word is of each class: as a word, and by what it begins and ends with
    (punctuation glued to it)."""

    word: Probabilities
    opening: Probabilities
    closing: Probabilities


NO_CLASSES = WordClasses(NO_CLASS, NO_CLASS, NO_CLASS)


def word_classes(word: str, found: Probabilities) -> WordClasses:
    """The classes of a word that is as a word of the classes ``found``."""
    opening, closing = mark_class(word[:1]), mark_class(word[-1:])
    if opening == closing == WordClass.NONE and not any(found):
        return NO_CLASSES
    if not any(map(str.isalnum, word)):
        found = ONE_CLASS[closing]
    return WordClasses(
        found,
        found if opening == WordClass.NONE else ONE_CLASS[opening],
        found if closing == WordClass.NONE else ONE_CLASS[closing],
    )


class _Counts(msgspec.Struct):
    """What was counted, ready to be stored."""

    labels: dict[str, dict[str, LabelCounts]] = {}  # by source language and label
    votes: dict[str, dict[str, list[float]]] = {}  # by languages and target word, one a class
    occurrences: dict[str, dict[str, int]] = {}  # by languages and target word
    pairs: int = 0


class Conventions:
    """What a corpus's source says of the edges of its spans; see the module's docstring."""

    def __init__(self) -> None:
        self._counts = _Counts()
        self._known: dict[tuple[str, str], Convention] = {}
        self._sums: dict[str, tuple[LabelCounts, LabelCounts, LabelCounts]] = {}
        self._words: dict[str, dict[str, Probabilities]] = {}
        self._looked_up: dict[str, dict[str, WordClasses]] = {}

    def add(self, pair: Pair) -> None:
        """Count a pair: the edges of its source spans, and where its links lead."""
        if self._known or self._words:
            self._known, self._sums, self._words, self._looked_up = {}, {}, {}, {}
        votes = self._counts.pairs < VOTED_PAIRS and pair.alignment and pair.target.tokens
        if not votes and not pair.source.spans:
            return
        lang = pair.source.lang
        classes = [source_class(word, lang) for word in pair.source.words()]
        self._count_edges(pair.source, classes)
        if votes:
            self._counts.pairs += 1
            self._count_links(pair, classes)

    def of(self, lang: str, label: str) -> Convention:
        """What is usual for a label in the source's language."""
        key = (lang, label)
        if key not in self._known:
            self._known[key] = self._estimate(lang, label)
        return self._known[key]

    def target_classes(self, source: str, target: str) -> Mapping[str, Probabilities]:
        """The classes of the target language's lower-cased words; other words are of none."""
        key = f"{source} {target}"
        if key not in self._words:
            self._words[key] = self._classify(key, target)
        return self._words[key]

    def classes_of(self, source: str, target: str) -> Callable[[str], WordClasses]:
        """Of a target word, how far it is of each class; `NO_CLASSES` itself if of none."""
        known = self.target_classes(source, target)
        found = self._looked_up.setdefault(f"{source} {target}", {})

        def classes(word: str) -> WordClasses:
            made = found.get(word)
            if made is None:
                made = word_classes(word, known.get(word.lower(), NO_CLASS))
                if len(found) < MAX_LOOKED_UP:
                    found[word] = made
            return made

        return classes

    def dump(self) -> bytes:
        """Everything counted, as JSON."""
        return msgspec.json.encode(self._counts, order="sorted")

    @classmethod
    def load(cls, data: bytes) -> Conventions:
        """What `dump` wrote."""
        made = cls()
        made._counts = msgspec.json.decode(data, type=_Counts)
        return made

    def _count_edges(self, source: Document, kinds: Sequence[WordClass]) -> None:
        if not source.spans:
            return
        labels = self._counts.labels.setdefault(source.lang, {})
        for span in source.spans:
            first, end = token_run(source, (span.start, span.end))
            if first >= end:
                continue
            counts = labels.get(span.label)
            if counts is None:
                counts = labels[span.label] = LabelCounts()
            edges = edges_of(source, kinds, (span.start, span.end), (first, end))
            for edge, inner, outer in (
                (FIRST, edges.first, edges.before),
                (LAST, edges.last, edges.after),
            ):
                if inner != WordClass.NONE:
                    counts.table[edge][inner][INSIDE] += 1.0
                if outer != WordClass.NONE:
                    counts.table[edge][outer][OUTSIDE] += 1.0
            counts.sentences[FIRST] += edges.begins
            counts.sentences[LAST] += edges.ends
            counts.spans += 1.0

    def _count_links(self, pair: Pair, kinds: Sequence[WordClass]) -> None:
        key = f"{pair.source.lang} {pair.target.lang}"
        votes = self._counts.votes.setdefault(key, {})
        occurrences = self._counts.occurrences.setdefault(key, {})
        words = [word.lower() for word in pair.target.words()]
        for word in words:
            occurrences[word] = occurrences.get(word, 0) + 1
        for i, j, p in pair.alignment or ():
            if p >= MIN_LINK:
                row = votes.get(words[j])
                if row is None:
                    row = votes[words[j]] = [0.0] * (CLASSES + 1)
                row[kinds[i]] += p

    def _estimate(self, lang: str, label: str) -> Convention:
        labels = self._counts.labels.get(lang, {})
        if lang not in self._sums:
            names = [c for other, c in labels.items() if other.upper() in NAME]
            others = [c for other, c in labels.items() if other.upper() not in NAME]
            self._sums[lang] = (summed(names), summed(others), summed(list(labels.values())))
        names_sum, others_sum, every = self._sums[lang]
        kind = names_sum if label.upper() in NAME else others_sum
        levels = [every, kind, *([labels[label]] if label in labels else [])]
        odds: list[Probabilities] = []
        shares: list[float] = []
        for edge in (FIRST, LAST):
            row = []
            for of in range(CLASSES):
                p = 0.5
                for counts in levels:
                    inside, outside = counts.table[edge][of]
                    p = (inside + BACK_OFF * p) / (inside + outside + BACK_OFF)
                row.append(min(MAX_LOG_ODDS, max(-MAX_LOG_ODDS, log(p / (1 - p)))))
            odds.append(tuple(row))
            share = 0.0
            for counts in levels:
                share = (counts.sentences[edge] + BACK_OFF * share) / (counts.spans + BACK_OFF)
            shares.append(share)
        return Convention(odds[FIRST], odds[LAST], shares[FIRST], shares[LAST])

    def _classify(self, key: str, target: str) -> dict[str, Probabilities]:
        known = listed(target)
        votes = self._counts.votes.get(key, {})
        occurrences = self._counts.occurrences.get(key, {})
        found: dict[str, Probabilities] = {}
        unvoted = [0.0] * (CLASSES + 1)
        for word in [*votes, *(word for word in known if word not in votes)]:
            if not any(map(str.isalpha, word)):
                continue
            row = votes.get(word, unvoted)
            kinds = known.get(word, ())
            if not kinds and not any(row[: WordClass.SENTENCE_END]):
                continue
            linked = sum(row)
            whole = linked + UNLINKED_COUNTS * max(0.0, occurrences.get(word, 0) - linked)
            whole += LISTED if kinds else UNSEEN
            shares = [
                (row[of] + (LISTED / len(kinds) if of in kinds else 0.0)) / whole
                for of in range(WordClass.SENTENCE_END)
            ]
            shares += [0.0] * (CLASSES - len(shares))
            kept = tuple(round(share, 4) if share >= MIN_SHARE else 0.0 for share in shares)
            if any(kept):
                found[word] = kept
        return found


def summed(some: Sequence[LabelCounts]) -> LabelCounts:
    """The counts of several labels together."""
    total = LabelCounts()
    for counts in some:
        for edge in (FIRST, LAST):
            total.sentences[edge] += counts.sentences[edge]
            for of in range(CLASSES):
                for side in (INSIDE, OUTSIDE):
                    total.table[edge][of][side] += counts.table[edge][of][side]
        total.spans += counts.spans
    return total
