"""Candidate target spans and their features.

A candidate is a run of target tokens; together with the source span it is a rectangle in the link
matrix. Candidates begin and end near tokens that are linked to the span or spelled like one of its
words. The last candidate of every span is the null candidate: "this has no counterpart".

Everything runs over the flat arrays of a whole batch, compiled (`kernels`).
"""

from __future__ import annotations

import numpy as np

from projector.compiled import Array, compiled
from projector.projection.match import kernels
from projector.projection.match.arrays import (
    LETTERS_COMPARED,
    LINKED,
    NEAR,
    SEED_LINK,
    SEED_SPELLING,
    SHORT_SPAN,
    UNLINKED,
    Batch,
    Candidates,
    PairView,
    Runs,
    SpanView,
    Support,
    WordArrays,
)
from projector.projection.match.columns import COUNT
from projector.projection.match.strings import (
    is_number,
    is_year,
    word_similarity,
    write_initials,
    write_spelling,
)

ROOM = 1024  # candidates that there is room for at first; doubled when it is full


def candidates(batch: Batch, source: WordArrays, target: WordArrays) -> Candidates:
    """All candidates of all spans of a batch, with their features."""
    return Candidates(*compute_features(batch, source, target))


@compiled
def compute_features(
    batch: Batch, source: WordArrays, target: WordArrays
) -> tuple[Array, Array, Array, Array]:
    """The arrays of `Candidates`."""
    spans = len(batch.span_first)
    at = np.zeros(spans + 1, np.int64)
    first = np.zeros(ROOM, np.int32)
    end = np.zeros(ROOM, np.int32)
    features = np.zeros((ROOM, COUNT), np.float32)
    scratch = np.zeros(LETTERS_COMPARED, np.int32)
    for r in range(len(batch.source_at) - 1):
        if batch.span_at[r] == batch.span_at[r + 1]:
            continue
        pair = view_pair(batch, r, target)
        for s in range(batch.span_at[r], batch.span_at[r + 1]):
            span = view_span(batch, r, s, pair, source)
            support = find_support(pair, span, source, target)
            low, high = at[s], at[s]
            for a in range(span.low, span.high):
                if not may_be_edge(a, span.first_punctuation, pair, support, target):
                    continue
                for z in range(a, min(span.high, a + span.longest)):
                    if not (support.seed[a] or support.seed[z]):
                        continue
                    if not may_be_edge(z, span.last_punctuation, pair, support, target):
                        continue
                    if high + 2 >= len(first):
                        first, end, features = doubled(first, end, features)
                    first[high] = a
                    end[high] = z + 1
                    high += 1
            runs = Runs(first[low:high], end[low:high] - 1, features[low:high])
            kernels.link_masses(runs, pair, span, support)
            kernels.source_coverage(runs, pair, span, support, source)
            kernels.edge_links(runs, pair, span, support)
            kernels.punctuation(runs, pair, span, target)
            kernels.document_frequencies(runs, pair, span, support, source, target)
            kernels.lengths(runs, pair, span)
            kernels.spellings(runs, pair, span, support, source, target, scratch)
            kernels.bigrams(runs, pair, span, support, target)
            kernels.capitals(runs, pair, span, support, target)
            kernels.numbers(runs, pair, span)
            kernels.sentence_edges(runs, span)
            kernels.conventions(runs, pair, span, support, target)
            x, y = batch.translation_at[s], batch.translation_at[s + 1]
            kernels.span_translations(
                runs, pair, batch.translation_digest[x:y], batch.translation_count[x:y], target
            )
            if high + 2 >= len(first):
                first, end, features = doubled(first, end, features)
            first[high] = -1
            end[high] = -1
            kernels.null_candidate(features[high], span, support)
            at[s + 1] = high + 1
    used = at[spans]
    return at, first[:used], end[:used], features[:used]


@compiled
def may_be_edge(
    j: int, punctuation: bool, pair: PairView, support: Support, words: WordArrays
) -> bool:
    """Whether a candidate may begin or end at target token j: near a seed, and punctuation only
    where the source span has some at that edge or is linked to it."""
    if not support.near[j]:
        return False
    return bool(words.content[pair.target[j]] or punctuation or support.best[j] > SEED_LINK)


@compiled
def view_pair(batch: Batch, r: int, words: WordArrays) -> PairView:
    """Pair r of a batch; ``words`` are the target's."""
    source = batch.source[batch.source_at[r] : batch.source_at[r + 1]]
    target = batch.target[batch.target_at[r] : batch.target_at[r + 1]]
    n, m = len(source), len(target)
    links = np.zeros((n, m), np.float32)
    for x in range(batch.link_at[r], batch.link_at[r + 1]):
        i, j = batch.link_i[x], batch.link_j[x]
        if batch.link_p[x] > links[i, j]:
            links[i, j] = batch.link_p[x]
    column = np.zeros(m, np.float32)
    for i in range(n):
        for j in range(m):
            column[j] += links[i, j]
    column_sum = np.zeros(m + 1, np.float64)
    words_sum = np.zeros(m + 1, np.int64)
    letters_sum = np.zeros(m + 1, np.int64)
    lowercase_sum = np.zeros(m + 1, np.int64)
    opened_sum = np.zeros(m + 1, np.int64)
    digits_sum = np.zeros(m + 1, np.int64)
    cased = False
    for j in range(m):
        w = target[j]
        column_sum[j + 1] = column_sum[j] + column[j]
        words_sum[j + 1] = words_sum[j] + words.content[w]
        lowercase_sum[j + 1] = lowercase_sum[j] + (words.content[w] and not words.capital[w])
        digits_sum[j + 1] = digits_sum[j] + words.digits[w]
        opened_sum[j + 1] = opened_sum[j] + words.opened[w]
        letters_sum[j + 1] = letters_sum[j] + words.at[w + 1] - words.at[w]
        cased = cased or words.capital[w] > 0
    base = batch.target_at[r]
    return PairView(
        source,
        target,
        links,
        column,
        batch.bigram_back[base : base + m],
        batch.bigram_on[base : base + m],
        cased,
        column_sum,
        words_sum,
        letters_sum,
        lowercase_sum,
        opened_sum,
        digits_sum,
    )


@compiled
def view_span(batch: Batch, r: int, s: int, pair: PairView, words: WordArrays) -> SpanView:
    """Span s of a batch, one of pair r's; ``words`` are the source's."""
    p, q = batch.span_first[s], batch.span_end[s]
    own = pair.source[p:q]
    count = 0
    letters = 0
    capitals = 0
    opened = 0
    digits = 0
    inner_punctuation = False
    for k in range(q - p):
        w = own[k]
        count += words.content[w]
        letters += words.at[w + 1] - words.at[w]
        capitals += words.capital[w]
        opened += words.opened[w]
        digits += words.digits[w]
        if not words.content[w] and 0 < k < q - p - 1:
            inner_punctuation = True
    only_punctuation = count == 0
    count = max(count, 1)
    spelled = np.zeros(LETTERS_COMPARED, np.int32)
    spelled = spelled[: write_spelling(own, words.letters, words.at, spelled)]
    initials = np.zeros(LETTERS_COMPARED, np.int32)
    initials = initials[: write_initials(own, words.capital, words.letters, words.at, initials)]
    stretched = max(1.0, batch.scale[0])  # more, shorter words: Chinese by characters
    first, last = own[0], own[q - p - 1]
    year = is_year(first, words.letters, words.at) and q - p == 1
    return SpanView(
        p,
        q,
        batch.window[s, 2],
        batch.window[s, 3],
        count,
        letters,
        count * batch.scale[0],
        letters * batch.scale[1],
        int(2 * (q - p) * stretched + 6 * (stretched - 1)) + 3,
        only_punctuation,
        inner_punctuation,
        not words.content[first],
        not words.content[last],
        words.capital[first] > 0,
        words.capital[last] > 0,
        is_number(first, words.letters, words.at),
        is_number(last, words.letters, words.at),
        year,
        capitals == count,
        capitals,
        opened,
        digits,
        p == batch.window[s, 0],
        q == batch.window[s, 1],
        int(batch.named[s]),
        batch.own[s],
        batch.convention[s],
        batch.sentence[s],
        batch.cuts[r],
        spelled,
        initials,
    )


@compiled
def find_support(pair: PairView, span: SpanView, source: WordArrays, target: WordArrays) -> Support:
    """How each target token in reach stands to a source span."""
    m = len(pair.target)
    own = np.zeros(m, np.float32)
    best = np.zeros(m, np.float32)
    spelling = np.zeros(m, np.float32)
    seed = np.zeros(m, np.bool_)
    near = np.zeros(m, np.bool_)
    own_sum = np.zeros(m + 1, np.float64)
    linked_sum = np.zeros(m + 1, np.float64)
    mass_sum = np.zeros(m + 1, np.float64)
    elsewhere_sum = np.zeros(m + 1, np.int64)
    unlinked_sum = np.zeros(m + 1, np.int64)
    mass = 0.0
    strongest = 0.0
    for j in range(span.low, span.high):
        for i in range(span.first, span.end):
            v = pair.links[i, j]
            own[j] += v
            if v > best[j]:
                best[j] = v
        mass += own[j]
        strongest = max(strongest, best[j])
        t = pair.target[j]
        if span.end - span.first <= SHORT_SPAN and target.at[t] < target.at[t + 1]:
            right = target.letters[target.at[t] : target.at[t + 1]]
            for i in range(span.first, span.end):
                w = pair.source[i]
                if source.at[w] < source.at[w + 1]:
                    left = source.letters[source.at[w] : source.at[w + 1]]
                    v = word_similarity(left, right)
                    if v > spelling[j]:
                        spelling[j] = v
        seed[j] = best[j] > SEED_LINK or spelling[j] >= SEED_SPELLING
    for j in range(span.low, span.high):
        for k in range(max(span.low, j - NEAR), min(span.high, j + NEAR + 1)):
            if seed[k]:
                near[j] = True
                break
        content = target.content[pair.target[j]]
        own_sum[j + 1] = own_sum[j] + own[j]
        linked_sum[j + 1] = linked_sum[j] + (content and best[j] >= LINKED)
        mass_sum[j + 1] = mass_sum[j] + (best[j] if content else 0.0)
        elsewhere = best[j] < LINKED and pair.column[j] >= LINKED
        elsewhere_sum[j + 1] = elsewhere_sum[j] + elsewhere
        unlinked_sum[j + 1] = unlinked_sum[j] + (pair.column[j] < UNLINKED)
    return Support(
        own,
        best,
        spelling,
        seed,
        near,
        own_sum,
        linked_sum,
        mass_sum,
        elsewhere_sum,
        unlinked_sum,
        mass,
        strongest,
    )


@compiled
def doubled(first: Array, end: Array, features: Array) -> tuple[Array, Array, Array]:
    """The same in arrays of twice the length."""
    n = len(first)
    first2, end2 = np.zeros(2 * n, np.int32), np.zeros(2 * n, np.int32)
    features2 = np.zeros((2 * n, COUNT), np.float32)
    first2[:n], end2[:n], features2[:n] = first, end, features
    return first2, end2, features2
