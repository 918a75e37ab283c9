"""From pairs to the flat arrays that the span matcher works on.

Spans become runs of source tokens. The parts of a discontinuous span are looked for one by one;
two spans over the same tokens are looked for once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from projector.projection.conventions.closed_classes import CLASSES, WordClass, source_class
from projector.projection.conventions.edges import Edges, edges_of
from projector.projection.conventions.learning import Convention, Conventions
from projector.projection.match.arrays import ARTICLED, NAMED, NOUNS, Batch, MatchBatch
from projector.projection.match.span_translations import SpanTranslations
from projector.projection.match.statistics import CorpusStatistics
from projector.projection.match.weak_links import with_weak_links
from projector.projection.match.word_table import WordTable
from projector.projection.token_runs import token_run
from projector.projection.words import word_class
from projector.records import Document, Pair
from projector.text.entity_labels import NAME, PLACE
from projector.text.languages import base_language
from projector.text.transliteration import writes_few_vowels

CAPITAL_NOUNS = frozenset(("de", "lb", "nds"))
NO_ASSOCIATION = (0.0, 0.0)


def has_bare_script(pair: Pair) -> bool:
    """Whether one side is in a script that writes few vowels, so that consonants are compared."""
    return writes_few_vowels(pair.target.text) or writes_few_vowels(pair.source.text)


def build(
    pairs: Sequence[Pair],
    statistics: CorpusStatistics,
    translations: SpanTranslations,
    conventions: Conventions,
) -> MatchBatch:
    """The arrays of pairs of one pair of languages, with tokens on both sides and links.

    They must agree in `has_bare_script`, or those without it are compared by consonants too.

    Args:
        statistics: of the whole corpus.
        conventions: what its source says of the edges of spans.
        translations: how the same words were projected elsewhere in it.
    """
    source_table, target_table = WordTable(), WordTable()
    source_at, target_at, link_at, span_at = [0], [0], [0], [0]
    source: list[int] = []
    target: list[int] = []
    link_i: list[int] = []
    link_j: list[int] = []
    link_p: list[float] = []
    firsts: list[int] = []
    ends: list[int] = []
    windows: list[tuple[int, int, int, int]] = []
    named: list[int] = []
    own: list[Edges] = []
    usual = _Conventions(conventions)
    cuts: list[bool] = []
    owners: list[int] = []
    runs: list[list[list[int | None]]] = []
    languages = (pairs[0].source.lang, pairs[0].target.lang) if pairs else ("", "")
    flags = _name_flags(*languages)
    bigrams = statistics.bigrams(*languages)
    bigram_back: list[float] = []
    bigram_on: list[float] = []
    for pair in pairs:
        left, right = pair.source, pair.target
        source_words = left.words()
        source += source_table.add(source_words)
        target_words = right.words()
        target += target_table.add(target_words)
        if bigrams:
            classes = [word_class(word) for word in target_words]
            found_bigrams = [bigrams.get(two, NO_ASSOCIATION) for two in pairwise(["", *classes])]
            bigram_back += [back for back, _ in found_bigrams]
            bigram_on += [on for _, on in found_bigrams]
        source_at.append(len(source))
        target_at.append(len(target))
        if pair.alignment:
            i, j, p = zip(*pair.alignment, strict=True)
            link_i += i
            link_j += j
            link_p += p
        link_at.append(len(link_i))
        kinds = [source_class(word, left.lang) for word in source_words] if left.spans else []
        cuts.append(cuts_tokens(left))
        known: dict[tuple[int, int], int] = {}
        found: list[list[int | None]] = []
        sentence = _sentences(pair)
        for n, span in enumerate(left.spans):
            numbers: list[int | None] = []
            for part in span.parts:
                first, end = token_run(left, part)
                if first >= end or not right.tokens:
                    numbers.append(None)
                    continue
                number = known.get((first, end))
                if number is None:
                    number = known[first, end] = len(firsts)
                    firsts.append(first)
                    ends.append(end)
                    windows.append(sentence(first, end))
                    named.append(flags(span.label, source_words[first:end]))
                    own.append(edges_of(left, kinds, part, (first, end)))
                    usual.add(left.lang, span.label)
                    owners.append(span_at[-1] + n)
                numbers.append(number)
            found.append(numbers)
        runs.append(found)
        span_at.append(len(firsts))
    bare = any(map(has_bare_script, pairs))
    translation_at: list[int] = [0]
    digests: list[int] = []
    counts: list[float] = []
    known_words = translations.of(*languages)
    if known_words:
        lower = [name.lower() for name in source_table.numbers]
        for r in range(len(pairs)):
            at = source_at[r]
            for s in range(span_at[r], span_at[r + 1]):
                key = " ".join(lower[w] for w in source[at + firsts[s] : at + ends[s]])
                for digest, count in known_words.get(key, {}).items():
                    digests.append(digest)
                    counts.append(count)
                translation_at.append(len(digests))
    else:
        translation_at = [0] * (len(firsts) + 1)
    batch = Batch(
        np.array(source_at, np.int64), np.array(source, np.int64),
        np.array(target_at, np.int64), np.array(target, np.int64),
        np.array(link_at, np.int64), np.array(link_i, np.int64), np.array(link_j, np.int64),
        np.array(link_p, np.float32),
        np.array(span_at, np.int64), np.array(firsts, np.int64), np.array(ends, np.int64),
        np.array(windows, np.int64).reshape(-1, 4), np.array(named, np.uint8),
        _own_classes(own),
        usual.odds(),
        np.hstack(
            (np.array([(e.begins, e.ends) for e in own], np.float32).reshape(-1, 2), usual.shares())
        ),
        np.array(cuts, np.bool_),
        np.array(translation_at, np.int64), np.array(digests, np.int64),
        np.array(counts, np.float32),
        np.array(bigram_back if bigrams else [0.0] * len(target), np.float32),
        np.array(bigram_on if bigrams else [0.0] * len(target), np.float32),
        np.array(statistics.scale(*languages, bare), np.float64),
    )  # fmt: skip
    source_facts = source_table.arrays(statistics.source_frequencies(*languages), None, bare)
    target_facts = target_table.arrays(
        statistics.target_frequencies(*languages), conventions.classes_of(*languages), bare
    )
    hard = 1.0 - statistics.link_kind(*languages).gradedness
    if hard > 0:
        link_counts = statistics.link_counts(*languages)
        counted = link_counts.among(source_table.numbers, target_table.numbers)
        batch = with_weak_links(batch, source_facts, target_facts, counted, hard)
    return MatchBatch(batch, source_facts, target_facts, np.array(owners, np.int64), runs)


def cuts_tokens(doc: Document) -> bool:
    """Whether some span begins or ends inside a token."""
    tokens = doc.tokens or []
    for span in doc.spans:
        for part in span.parts:
            first, end = token_run(doc, part)
            if first >= end or tokens[first][0] != part[0] or tokens[end - 1][1] != part[1]:
                return True
    return False


class _Conventions:
    """The conventions of a batch's spans: each label's once, and which of them each span has."""

    def __init__(self, conventions: Conventions) -> None:
        self._conventions = conventions
        self._numbers: dict[tuple[str, str], int] = {}
        self._known: list[Convention] = []
        self._spans: list[int] = []

    def add(self, lang: str, label: str) -> None:
        """The next span."""
        number = self._numbers.get((lang, label))
        if number is None:
            number = self._numbers[lang, label] = len(self._known)
            self._known.append(self._conventions.of(lang, label))
        self._spans.append(number)

    def odds(self) -> NDArray[np.float32]:
        """`Batch.convention`."""
        rows = [(c.first, c.last) for c in self._known]
        return np.array(rows, np.float32).reshape(-1, 2, CLASSES)[np.array(self._spans, np.int64)]

    def shares(self) -> NDArray[np.float32]:
        """The last two columns of `Batch.sentence`."""
        rows = [(c.begins, c.ends) for c in self._known]
        return np.array(rows, np.float32).reshape(-1, 2)[np.array(self._spans, np.int64)]


def _own_classes(edges: Sequence[Edges]) -> NDArray[np.float32]:
    """`Batch.own`."""
    found = np.zeros((len(edges), 2, len(WordClass)), np.float32)
    numbers = np.arange(len(edges))
    for edge, inner, outer in ((0, 0, 1), (1, 2, 3)):
        found[numbers, edge, [e[inner] for e in edges]] += 1.0
        found[numbers, edge, [e[outer] for e in edges]] -= 1.0
    return np.ascontiguousarray(found[:, :, :CLASSES])


def _name_flags(source: str, target: str) -> Callable[[str, Sequence[str]], int]:
    """Name flags (`Batch.named`) for a span's label and words, in these languages."""
    english = base_language(source) == "en"
    plain = NAMED + NOUNS * (base_language(target) in CAPITAL_NOUNS)

    def name_flags(label: str, words: Sequence[str]) -> int:
        kind = label.upper()
        if kind not in NAME:
            return 0
        # "the Netherlands", not "the port of Mombasa": there a lower-case word is no article.
        article = words[0].lower() == "the" and words[1:2] != [] and words[1][:1].isupper()
        return plain + ARTICLED * (english and kind in PLACE and article)

    return name_flags


def _sentences(pair: Pair) -> Callable[[int, int], tuple[int, int, int, int]]:
    """For a run of source tokens: its sentence, and where in the target to look."""
    source, target = pair.source.tokens or [], pair.target.tokens or []
    whole = (0, len(source), 0, len(target))
    if not pair.segments:
        return lambda first, end: whole
    rows = []
    for segment in pair.segments:
        rows.append(
            (
                bisect_left(source, segment.source_start, key=lambda t: t[0]),
                bisect_left(source, segment.source_end, key=lambda t: t[0]),
                bisect_left(target, segment.target_start, key=lambda t: t[0]),
                bisect_left(target, segment.target_end, key=lambda t: t[0]),
            )
        )

    def window(first: int, end: int) -> tuple[int, int, int, int]:
        touched = [row for row in rows if row[0] < end and first < row[1] and row[2] < row[3]]
        if not touched:
            return whole
        return (
            min(row[0] for row in touched),
            max(row[1] for row in touched),
            min(row[2] for row in touched),
            max(row[3] for row in touched),
        )

    return window
