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

from collections.abc import Callable, Mapping
from math import log

import msgspec

from projector.projection.conventions.closed_classes import (
    CLASSES,
    WordClass,
    listed,
    punctuation_class,
    source_class,
)
from projector.projection.token_runs import token_run
from projector.records import Document, Pair
from projector.text.entity_labels import NAME

BACK_OFF = 2.0  # spans that the next more general estimate counts for
MAX_LOG_ODDS = 4.0
LISTED = 5.0  # occurrences that a word's listing counts for
UNSEEN = 1.0  # occurrences of no class that are assumed of a word that is not listed
UNLINKED_COUNTS = 0.05  # of a class's absence, for each occurrence without a link
MIN_SHARE = 0.2  # of a class in a word's links; below, the word is not of the class
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


class _Counts(msgspec.Struct):
    """What was counted, ready to be stored."""

    labels: dict[str, dict[str, Table]] = {}  # by source language and label
    votes: dict[str, dict[str, list[float]]] = {}  # by languages and target word; last: occurrences
    pairs: int = 0


class Conventions:
    """What a corpus's source says of the edges of its spans; see the module's docstring."""

    def __init__(self) -> None:
        self._counts = _Counts()
        self._log_odds: dict[tuple[str, str], tuple[Probabilities, Probabilities]] = {}
        self._words: dict[str, dict[str, Probabilities]] = {}

    def add(self, pair: Pair) -> None:
        """Count a pair: the edges of its source spans, and where its links lead."""
        self._log_odds, self._words = {}, {}
        self._count_edges(pair.source)
        if self._counts.pairs < VOTED_PAIRS and pair.alignment and pair.target.tokens:
            self._counts.pairs += 1
            self._count_links(pair)

    def log_odds(self, lang: str, label: str) -> tuple[Probabilities, Probabilities]:
        """Of each class: log odds that a word of it at a span's first edge belongs to the span,
        and the same at the last edge; 0 if nothing is known."""
        key = (lang, label)
        if key not in self._log_odds:
            self._log_odds[key] = self._estimate(lang, label)
        return self._log_odds[key]

    def target_classes(self, source: str, target: str) -> Mapping[str, Probabilities]:
        """The classes of the target language's lower-cased words; other words are of none."""
        key = f"{source} {target}"
        if key not in self._words:
            self._words[key] = self._classify(key, target)
        return self._words[key]

    def source_classes(self, lang: str) -> Callable[[str], Probabilities]:
        """Of a source word, its class as a row with a one in it, or `NO_CLASS`."""
        return lambda word: ONE_CLASS[source_class(word, lang)]

    def classes_of(self, source: str, target: str) -> Callable[[str], Probabilities]:
        """Of a target word, how far it is of each class."""
        known = self.target_classes(source, target)

        def classes(word: str) -> Probabilities:
            found = known.get(word.lower())
            return ONE_CLASS[punctuation_class(word)] if found is None else found

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

    def _count_edges(self, source: Document) -> None:
        if not source.spans:
            return
        labels = self._counts.labels.setdefault(source.lang, {})
        kinds = [source_class(word, source.lang) for word in source.words()]
        for span in source.spans:
            first, end = token_run(source, (span.start, span.end))
            if first >= end:
                continue
            table = labels.get(span.label)
            if table is None:
                table = labels[span.label] = _table()
            for edge, inner, outer in ((FIRST, first, first - 1), (LAST, end - 1, end)):
                if kinds[inner] != WordClass.NONE:
                    table[edge][kinds[inner]][INSIDE] += 1.0
                if 0 <= outer < len(kinds) and kinds[outer] != WordClass.NONE:
                    table[edge][kinds[outer]][OUTSIDE] += 1.0

    def _count_links(self, pair: Pair) -> None:
        votes = self._counts.votes.setdefault(f"{pair.source.lang} {pair.target.lang}", {})
        kinds = [source_class(word, pair.source.lang) for word in pair.source.words()]
        rows = []
        for word in pair.target.words():
            row = votes.get(word.lower())
            if row is None:
                row = votes[word.lower()] = [0.0] * (CLASSES + 2)
            row[-1] += 1.0
            rows.append(row)
        for i, j, p in pair.alignment or ():
            if p >= MIN_LINK:
                rows[j][kinds[i]] += p

    def _estimate(self, lang: str, label: str) -> tuple[Probabilities, Probabilities]:
        labels = self._counts.labels.get(lang, {})
        name = label.upper() in NAME
        kind = [table for other, table in labels.items() if (other.upper() in NAME) == name]
        levels = [list(labels.values()), kind, [labels[label]] if label in labels else []]
        found = []
        for edge in (FIRST, LAST):
            row = []
            for of in range(CLASSES):
                p = 0.5
                for tables in levels:
                    inside = sum(table[edge][of][INSIDE] for table in tables)
                    outside = sum(table[edge][of][OUTSIDE] for table in tables)
                    p = (inside + BACK_OFF * p) / (inside + outside + BACK_OFF)
                row.append(min(MAX_LOG_ODDS, max(-MAX_LOG_ODDS, log(p / (1 - p)))))
            found.append(tuple(row))
        return found[FIRST], found[LAST]

    def _classify(self, key: str, target: str) -> dict[str, Probabilities]:
        known = listed(target)
        votes = self._counts.votes.get(key, {})
        found: dict[str, Probabilities] = {}
        for word in [*votes, *(word for word in known if word not in votes)]:
            if not any(map(str.isalpha, word)):
                continue
            row = votes.get(word, [0.0] * (CLASSES + 2))
            kinds = known.get(word, ())
            linked = sum(row[:-1])
            whole = linked + UNLINKED_COUNTS * max(0.0, row[-1] - linked)
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


def _table() -> Table:
    return [[[0.0, 0.0] for _ in range(CLASSES)] for _ in (FIRST, LAST)]
