"""Features of a source span's candidates, compiled: one function for each group of
`columns.Feature`.

Each takes what `arrays` says of the pair, the source span, the tokens' support and the candidates,
and writes its columns of the candidates' rows (zeros before).
"""

from __future__ import annotations

import numpy as np

from projector.compiled import Array, compiled
from projector.projection.conventions.closed_classes import WordClass
from projector.projection.match.arrays import (
    ARTICLED,
    AT_MOST,
    LETTERS_COMPARED,
    LINKED,
    LONG_SPAN,
    NOUNS,
    UNLINKED,
    PairView,
    Runs,
    SpanView,
    Support,
    WordArrays,
)
from projector.projection.match.columns import Feature
from projector.projection.match.span_translations import HASH_BASE
from projector.projection.match.strings import (
    are_initials,
    edit_similarity,
    is_number,
    write_initials,
    write_spelling,
)

RELIABLE_LINK = 0.5  # from which a frequent word at an edge is taken to belong to the span
MIN_MASS = 0.2  # below which a share of a token's links says nothing
PLACES = int(Feature.FIRST_DETERMINER_CONVENTION - Feature.FIRST_DETERMINER_OWN)  # see `columns`
NO_WORDS = 2.0  # the difference in length of a candidate that is only punctuation


@compiled
def link_masses(runs: Runs, pair: PairView, span: SpanView, support: Support) -> None:
    """Link mass inside and outside the rectangle."""
    rows = runs.features
    for k in range(len(runs.first)):
        a, b = runs.first[k], runs.last[k] + 1
        inside = support.own_sum[b] - support.own_sum[a]
        total = pair.column_sum[b] - pair.column_sum[a]
        recall = inside / support.mass if support.mass > 0 else 0.0
        precision = inside / total if total > 0 else 0.0
        rows[k, Feature.RECALL] = recall
        rows[k, Feature.PRECISION] = precision
        if recall + precision > 0:
            rows[k, Feature.F_MEASURE] = 2 * recall * precision / (recall + precision)
        rows[k, Feature.MIN_RECALL_PRECISION] = min(recall, precision)
        words = max(1, pair.words_sum[b] - pair.words_sum[a])
        rows[k, Feature.TARGET_COVERED] = (support.linked_sum[b] - support.linked_sum[a]) / words
        rows[k, Feature.TARGET_COVERED_MASS] = (support.mass_sum[b] - support.mass_sum[a]) / words
        rows[k, Feature.MASS_ELSEWHERE] = min(AT_MOST, total - inside)
        rows[k, Feature.MASS_OUTSIDE] = min(AT_MOST, support.mass - inside)


@compiled
def source_coverage(
    runs: Runs, pair: PairView, span: SpanView, support: Support, words: WordArrays
) -> None:
    """Which of the span's words have a link into the candidate; ``words`` are the source's."""
    rows = runs.features
    size = span.end - span.first
    strongest = np.zeros(size, np.float32)  # link of each source word into the candidate
    counts = np.zeros(size, np.bool_)
    first_word = -1
    last_word = -1
    for i in range(size):
        counts[i] = span.only_punctuation or words.content[pair.source[span.first + i]]
        if counts[i]:
            last_word = i
            if first_word < 0:
                first_word = i
    start = -1
    reached = 0
    for k in range(len(runs.first)):
        if runs.first[k] != start:
            start = reached = runs.first[k]
            strongest[:] = 0.0
        while reached <= runs.last[k]:
            for i in range(size):
                if pair.links[span.first + i, reached] > strongest[i]:
                    strongest[i] = pair.links[span.first + i, reached]
            reached += 1
        covered = 0
        covered_mass = 0.0
        for i in range(size):
            if counts[i]:
                covered += strongest[i] >= LINKED
                covered_mass += strongest[i]
        rows[k, Feature.SOURCE_COVERED] = covered / span.words
        rows[k, Feature.SOURCE_COVERED_MASS] = covered_mass / span.words
        rows[k, Feature.SOURCE_FIRST_COVERED] = strongest[first_word]
        rows[k, Feature.SOURCE_LAST_COVERED] = strongest[last_word]


@compiled
def edge_links(runs: Runs, pair: PairView, span: SpanView, support: Support) -> None:
    """Links of the first and last word and of their neighbours, and what stands between them."""
    rows = runs.features
    own, column = support.own, pair.column
    elsewhere, unlinked = support.elsewhere_sum, support.unlinked_sum
    for k in range(len(runs.first)):
        a, z = runs.first[k], runs.last[k]
        rows[k, Feature.FIRST_LINK] = support.best[a]
        rows[k, Feature.LAST_LINK] = support.best[z]
        rows[k, Feature.FIRST_LINKED_ELSEWHERE] = column[a] - own[a]
        rows[k, Feature.LAST_LINKED_ELSEWHERE] = column[z] - own[z]
        if a > span.low:
            rows[k, Feature.BEFORE_LINK] = support.best[a - 1]
        if z + 1 < span.high:
            rows[k, Feature.AFTER_LINK] = support.best[z + 1]
        rows[k, Feature.FIRST_UNLINKED] = column[a] < UNLINKED
        rows[k, Feature.LAST_UNLINKED] = column[z] < UNLINKED
        rows[k, Feature.FIRST_LINK_SHARE] = own[a] / max(MIN_MASS, column[a])
        rows[k, Feature.LAST_LINK_SHARE] = own[z] / max(MIN_MASS, column[z])
        if z - a > 1:
            rows[k, Feature.INNER_LINKED_ELSEWHERE] = min(AT_MOST, elsewhere[z] - elsewhere[a + 1])
            rows[k, Feature.INNER_UNLINKED] = min(AT_MOST, unlinked[z] - unlinked[a + 1])
        rows[k, Feature.UNLINKED_WORDS] = min(AT_MOST, unlinked[z + 1] - unlinked[a])


@compiled
def punctuation(runs: Runs, pair: PairView, span: SpanView, words: WordArrays) -> None:
    """Punctuation at the edges and inside; ``words`` are the target's."""
    rows = runs.features
    for k in range(len(runs.first)):
        a, z = runs.first[k], runs.last[k]
        first = not words.content[pair.target[a]]
        last = not words.content[pair.target[z]]
        rows[k, Feature.FIRST_PUNCTUATION] = first and not span.first_punctuation
        rows[k, Feature.LAST_PUNCTUATION] = last and not span.last_punctuation
        rows[k, Feature.FIRST_PUNCTUATION_LOST] = span.first_punctuation and not first
        rows[k, Feature.LAST_PUNCTUATION_LOST] = span.last_punctuation and not last
        if not span.inner_punctuation:
            for j in range(a + 1, z):
                if not words.content[pair.target[j]]:
                    rows[k, Feature.INNER_PUNCTUATION] = 1.0
                    break
        if span.opened == 0:
            rows[k, Feature.UNBALANCED] = pair.opened_sum[z + 1] != pair.opened_sum[a]


@compiled
def document_frequencies(
    runs: Runs,
    pair: PairView,
    span: SpanView,
    support: Support,
    source: WordArrays,
    target: WordArrays,
) -> None:
    """How common the words at the edges are: function words are."""
    rows = runs.features
    source_first = source.document_frequency[pair.source[span.first]]
    source_last = source.document_frequency[pair.source[span.end - 1]]
    for k in range(len(runs.first)):
        a, z = runs.first[k], runs.last[k]
        share = target.document_frequency[pair.target[a]]
        if support.best[a] < RELIABLE_LINK:
            rows[k, Feature.FIRST_DOCUMENT_FREQUENCY] = share
        else:
            rows[k, Feature.FIRST_DOCUMENT_FREQUENCY_LINKED] = share
        rows[k, Feature.FIRST_DOCUMENT_FREQUENCY_EXCESS] = max(0.0, share - source_first)
        share = target.document_frequency[pair.target[z]]
        if support.best[z] < RELIABLE_LINK:
            rows[k, Feature.LAST_DOCUMENT_FREQUENCY] = share
        else:
            rows[k, Feature.LAST_DOCUMENT_FREQUENCY_LINKED] = share
        rows[k, Feature.LAST_DOCUMENT_FREQUENCY_EXCESS] = max(0.0, share - source_last)


@compiled
def lengths(runs: Runs, pair: PairView, span: SpanView) -> None:
    """Words and letters against what the corpus lets expect."""
    rows = runs.features
    for k in range(len(runs.first)):
        a, b = runs.first[k], runs.last[k] + 1
        words = pair.words_sum[b] - pair.words_sum[a]
        letters = pair.letters_sum[b] - pair.letters_sum[a]
        if words:
            rows[k, Feature.LENGTH] = abs(np.log(words / span.expected_words))
        elif not span.only_punctuation:
            rows[k, Feature.LENGTH] = NO_WORDS
        extra = words - span.expected_words
        if extra > 0:
            rows[k, Feature.LONGER] = min(extra, AT_MOST)
        else:
            rows[k, Feature.SHORTER] = min(-extra, AT_MOST)
        rows[k, Feature.LETTERS] = abs(np.log((letters + 1.0) / (span.expected_letters + 1.0)))


@compiled
def spellings(
    runs: Runs,
    pair: PairView,
    span: SpanView,
    support: Support,
    source: WordArrays,
    target: WordArrays,
    scratch: Array,
) -> None:
    """Similarity in spelling, equal words, acronyms; ``scratch`` is overwritten."""
    rows = runs.features
    size = span.end - span.first
    for k in range(len(runs.first)):
        a, b = runs.first[k], runs.last[k] + 1
        words = pair.words_sum[b] - pair.words_sum[a]
        letters = pair.letters_sum[b] - pair.letters_sum[a]
        if (
            len(span.spelled) > 0
            and span.letters <= LETTERS_COMPARED
            and 0 < letters <= LETTERS_COMPARED
            and letters < 3 * span.letters
            and span.letters < 3 * letters
        ):
            right = write_spelling(pair.target[a:b], target.letters, target.at, scratch)
            rows[k, Feature.SPELLING] = edit_similarity(span.spelled, scratch[:right])
        most = 0.0
        for j in range(a, b):
            if support.spelling[j] > most:
                most = support.spelling[j]
        rows[k, Feature.SPELLING_WORD] = most
        if b - a == size:
            same = True
            for i in range(size):
                if source.digest[pair.source[span.first + i]] != target.digest[pair.target[a + i]]:
                    same = False
                    break
            rows[k, Feature.IDENTICAL] = same
        if b - a == 1 and len(span.initials) > 1:
            w = pair.target[a]
            spelled = target.letters[target.at[w] : target.at[w + 1]]
            rows[k, Feature.ACRONYM] = are_initials(span.initials, spelled)
        elif size == 1 and words > 1 and len(span.spelled) > 1:
            count = write_initials(
                pair.target[a:b], target.capital, target.letters, target.at, scratch
            )
            if count > 1:
                rows[k, Feature.ACRONYM] = are_initials(scratch[:count], span.spelled)


@compiled
def bigrams(
    runs: Runs, pair: PairView, span: SpanView, support: Support, words: WordArrays
) -> None:
    """Words that go together across the edges, units of numbers among them; ``words`` are the
    target's."""
    rows = runs.features
    back, on = pair.bigram_back, pair.bigram_on
    for k in range(len(runs.first)):
        a, z = runs.first[k], runs.last[k]
        if a > span.low and pair.column[a - 1] - support.own[a - 1] < LINKED:
            rows[k, Feature.BEFORE_BIGRAM_BACK] = back[a]
            rows[k, Feature.BEFORE_BIGRAM_ON] = on[a]
            if span.first_number and is_number(pair.target[a], words.letters, words.at):
                rows[k, Feature.UNIT_BEFORE] = on[a]
        b = z + 1
        if b < span.high and pair.column[b] - support.own[b] < LINKED:
            rows[k, Feature.AFTER_BIGRAM_ON] = on[b]
            rows[k, Feature.AFTER_BIGRAM_BACK] = back[b]
            if span.last_number and is_number(pair.target[z], words.letters, words.at):
                rows[k, Feature.UNIT_AFTER] = back[b]
        if z > a:
            if support.best[a] < LINKED:
                rows[k, Feature.FIRST_BIGRAM] = back[a + 1]
                if span.first_number and is_number(pair.target[a + 1], words.letters, words.at):
                    rows[k, Feature.UNIT_FIRST] = on[a + 1]
                    if span.year:
                        rows[k, Feature.YEAR_WORD] = on[a + 1]
            if support.best[z] < LINKED:
                rows[k, Feature.LAST_BIGRAM] = on[z]
                if span.last_number and is_number(pair.target[z - 1], words.letters, words.at):
                    rows[k, Feature.UNIT_LAST] = back[z]
                    if span.year:
                        rows[k, Feature.YEAR_WORD] = back[z]


@compiled
def capitals(
    runs: Runs, pair: PairView, span: SpanView, support: Support, words: WordArrays
) -> None:
    """Capitals at the edges, of neighbours and of names; ``words`` are the target's."""
    rows = runs.features
    for k in range(len(runs.first)):
        a, z = runs.first[k], runs.last[k]
        first, last = pair.target[a], pair.target[z]
        b = z + 1
        if span.first_capital:
            if a - 1 > span.low and pair.column[a - 1] - support.own[a - 1] < LINKED:
                rows[k, Feature.BEFORE_CAPITAL] = words.capital[pair.target[a - 1]]
            if b < span.high and pair.column[b] - support.own[b] < LINKED:
                rows[k, Feature.AFTER_CAPITAL] = words.capital[pair.target[b]]
        rows[k, Feature.FIRST_LOWERCASE] = (
            span.first_capital and words.content[first] and not words.capital[first]
        )
        rows[k, Feature.LAST_LOWERCASE] = (
            span.last_capital and words.content[last] and not words.capital[last]
        )
        count = pair.words_sum[b] - pair.words_sum[a]
        if span.all_capitals and count:
            rows[k, Feature.LOWERCASE] = (pair.lowercase_sum[b] - pair.lowercase_sum[a]) / count
        if span.named and span.capitals and pair.cased:
            lower = False
            upper = False
            for j in range(a, b):
                w = pair.target[j]
                lower = lower or words.lowercase[w]
                upper = upper or (words.content[w] and not words.lowercase[w])
            rows[k, Feature.NAME_LOWERCASE] = lower and not upper
            if upper and span.named & NOUNS:
                rows[k, Feature.NAME_LAST_LOWERCASE] = words.lowercase[last]
            if upper and span.named & ARTICLED:
                rows[k, Feature.NAME_ARTICLE] = words.lowercase[first]


@compiled
def numbers(runs: Runs, pair: PairView, span: SpanView) -> None:
    """Whether the digits are the same."""
    rows = runs.features
    if span.digits > 0:
        for k in range(len(runs.first)):
            a, b = runs.first[k], runs.last[k] + 1
            equal = span.digits == pair.digits_sum[b] - pair.digits_sum[a]
            rows[k, Feature.DIGITS_EQUAL] = equal
            rows[k, Feature.DIGITS_DIFFER] = not equal


@compiled
def sentence_edges(runs: Runs, span: SpanView) -> None:
    """Whether a long span and its candidate begin and end with their sentences."""
    rows = runs.features
    if span.end - span.first >= LONG_SPAN:
        for k in range(len(runs.first)):
            begins = runs.first[k] == span.low
            ends = runs.last[k] + 1 == span.high
            rows[k, Feature.BEGINS_SENTENCE] = begins and span.begins
            rows[k, Feature.BEGINS_DIFFER] = begins != span.begins
            rows[k, Feature.ENDS_SENTENCE] = ends and span.ends
            rows[k, Feature.ENDS_DIFFER] = ends != span.ends
    if span.begins and span.ends:
        for k in range(len(runs.first)):
            whole = runs.first[k] == span.low and runs.last[k] + 1 == span.high
            rows[k, Feature.WHOLE_SENTENCE] = 1.0 if whole else -1.0


@compiled
def span_translations(
    runs: Runs, pair: PairView, digests: Array, counts: Array, words: WordArrays
) -> None:
    """How often the corpus's other occurrences of the span's words became the candidate's
    wording; ``words`` are the target's."""
    rows = runs.features
    seen = counts.sum()
    if seen <= 1:
        return
    start = -1
    reached = 0
    digest = np.int64(0)
    for k in range(len(runs.first)):
        if runs.first[k] != start:
            start = reached = runs.first[k]
            digest = np.int64(0)
        while reached <= runs.last[k]:
            digest = digest * np.int64(HASH_BASE) + words.digest[pair.target[reached]]
            reached += 1
        # Each count but one: this very occurrence is among them.
        others = 0.0
        for y in range(len(digests)):
            if digests[y] == digest:
                others = max(0.0, counts[y] - 1.0)
        rows[k, Feature.TRANSLATION_SHARE] = others / (seen + 1.0)
        rows[k, Feature.TRANSLATION_SEEN] = others > 0
        if others == 0:
            rows[k, Feature.TRANSLATION_UNSEEN] = (seen - 1.0) / (seen + 2.0)


@compiled
def conventions(
    runs: Runs, pair: PairView, span: SpanView, support: Support, words: WordArrays
) -> None:
    """Whether words of closed classes at and next to the edges belong to the span, and whether it
    begins and ends a sentence; ``words`` are the target's."""
    rows = runs.features
    target = pair.target
    # Where tokens may be cut, the punctuation that is glued to them is no part of them.
    opening = words.classes if span.cuts else words.opening_classes
    closing = words.classes if span.cuts else words.closing_classes
    first = class_evidence(span, 0, opening, target)
    before = class_evidence(span, 0, closing, target)
    last = class_evidence(span, 1, closing, target)
    after = class_evidence(span, 1, opening, target)
    stop = WordClass.SENTENCE_END
    for k in range(len(runs.first)):
        a, z = runs.first[k], runs.last[k]
        begins = a == span.low
        ends = z + 1 == span.high or words.closing_classes[target[z], stop] > 0
        for n in range(first.shape[1]):
            rows[k, Feature.FIRST_DETERMINER_OWN + PLACES * n] = first[a, n]
            rows[k, Feature.LAST_DETERMINER_OWN + PLACES * n] = last[z, n]
            if a > span.low:
                rows[k, Feature.BEFORE_DETERMINER_OWN + PLACES * n] = before[a - 1, n]
            if z + 1 < span.high:
                rows[k, Feature.AFTER_DETERMINER_OWN + PLACES * n] = after[z + 1, n]
        loose = WordClass.DETERMINER
        if z > a and support.best[z] < LINKED:
            rows[k, Feature.LAST_DETERMINER_LOOSE] = closing[target[z], loose]
        if z > a and support.best[a] < LINKED and span.own[1, loose] > 0:
            rows[k, Feature.FIRST_DETERMINER_LOOSE] = opening[target[a], loose]
        if not begins:
            begins = words.closing_classes[target[a - 1], stop] > 0
        if not ends:
            ends = words.opening_classes[target[z + 1], stop] > 0
        rows[k, Feature.BEGINS_CONVENTION] = (
            agreement(begins, span.sentence[0] > 0) * span.sentence[2]
        )
        rows[k, Feature.ENDS_CONVENTION] = agreement(ends, span.sentence[1] > 0) * span.sentence[3]


@compiled
def agreement(one: bool, other: bool) -> float:
    """1 if both are true, -1 if only one is, 0 if neither is."""
    if one != other:
        return -1.0
    return 1.0 if one else 0.0


@compiled
def class_evidence(span: SpanView, edge: int, classes: Array, target: Array) -> Array:
    """For each target token in reach: a determiner's own, its convention, the other classes' own
    and their convention, if it stood at that edge."""
    found = np.zeros((len(target), 4), np.float32)
    for j in range(span.low, span.high):
        for of in range(classes.shape[1]):
            share = classes[target[j], of]
            if share > 0:
                there = 0 if of == WordClass.DETERMINER else 2
                if span.own[edge, of] != 0:
                    found[j, there] += share * span.own[edge, of]
                else:
                    found[j, there + 1] += share * span.convention[edge, of]
    return found


@compiled
def null_candidate(x: Array, span: SpanView, support: Support) -> None:
    """The row of "no counterpart"."""
    x[Feature.NULL] = 1.0
    x[Feature.NULL_MASS] = support.mass / (span.end - span.first)
    x[Feature.NULL_LINK] = support.strongest
    most = 0.0
    for j in range(span.low, span.high):
        if support.spelling[j] > most:
            most = support.spelling[j]
    x[Feature.NULL_SPELLING] = most
    x[Feature.NULL_WORDS] = np.log(float(span.words))
