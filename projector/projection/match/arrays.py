"""The arrays that the matcher's compiled parts share: a batch of pairs in, candidates out, and what
is known of one pair, one source span and one candidate in between.

Named tuples of numpy arrays, which compiled code takes as they are. Nothing of a pair depends on
the other pairs of its batch.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from projector.compiled import Array

SEED_LINK = 0.05  # from this link probability on a candidate may begin or end at a token
SEED_SPELLING = 0.6  # and from this similarity in spelling on
LINKED = 0.3  # link probability from which a token counts as linked
UNLINKED = 0.1  # summed link probability below which a token counts as not linked at all
LETTERS_COMPARED = 60  # of a span; longer ones are not compared in spelling
SHORT_SPAN = 8  # words; spans up to this length are compared word by word in spelling
NEAR = 3  # tokens; how far from a seed a candidate may begin or end
LONG_SPAN = 5  # words; from there on a span may be a clause or a whole sentence
AT_MOST = 5.0  # where counts and masses are cut off
NAMED, ARTICLED, NOUNS = 1, 2, 4  # see `Batch.named`


class WordArrays(NamedTuple):
    """Facts of one side's words by their number; word k is spelled
    ``letters[at[k]:at[k + 1]]`` (code points)."""

    content: Array  # has a letter or digit; what has none is punctuation
    capital: Array
    lowercase: Array
    opened: Array  # brackets opened less brackets closed
    digits: Array
    document_frequency: Array
    digest: Array
    # How far it is of each closed class (`closed_classes.WordClass`), a row each: as a word, and by
    # the punctuation that it begins and ends with. Only the target's are given.
    classes: Array
    opening_classes: Array
    closing_classes: Array
    letters: Array
    at: Array


class Batch(NamedTuple):
    """Pairs as flat arrays: pair r has the tokens ``source_at[r]`` to ``source_at[r + 1]`` and so
    on; spans and links count tokens from their pair's first.

    ``window``, one row a span: first and end token of the source sentence and of the target
    stretch in which the counterpart is looked for. ``bigram_back`` and ``bigram_on``, one a target
    token: its association with the token before, seen from either
    (`statistics.CorpusStatistics.bigrams`).
    ``named``, one a span: 0, or if its label says that it is a name: `NAMED`, plus `ARTICLED` if
    it is a place with an article in its English name, plus `NOUNS` if the target's language writes
    nouns with a capital.
    ``own``, spans by edges by closed classes: 1 where the span's edge word is of the class, -1
    where its outer neighbour is, 0 where neither or both are. ``convention``, the same shape: log
    odds that such a word belongs to a span of that label. ``sentence``, a row a span: whether it
    begins and ends its sentence, and the share of its label's spans that do.
    ``cuts``, one a pair: whether spans may begin and end inside tokens.
    ``scale``: target words for a source word, target letters for a source letter, in the corpus.
    """

    source_at: Array
    source: Array
    target_at: Array
    target: Array
    link_at: Array
    link_i: Array
    link_j: Array
    link_p: Array
    span_at: Array
    span_first: Array
    span_end: Array
    window: Array
    named: Array
    own: Array
    convention: Array
    sentence: Array
    cuts: Array
    translation_at: Array
    translation_digest: Array
    translation_count: Array
    bigram_back: Array
    bigram_on: Array
    scale: Array


class MatchBatch(NamedTuple):
    """A batch with what leads back from it.

    ``owner``: of each run of source tokens the number of its span, which the parts of a
    discontinuous span share. ``runs``: for each pair and each of its spans, the number of the run
    that stands for each of the span's parts, or None for a part that touches no token.
    """

    batch: Batch
    source: WordArrays
    target: WordArrays
    owner: NDArray[np.int64]
    runs: list[list[list[int | None]]]


class Candidates(NamedTuple):
    """Span s has the candidates ``at[s]`` to ``at[s + 1]``: tokens ``first`` to ``end`` (both -1
    for the null candidate, which is the last of them), and a row of ``features`` each."""

    at: Array
    first: Array
    end: Array
    features: Array


class PairView(NamedTuple):
    """One pair: word numbers, the matrix of link probabilities, and sums over target tokens.

    Arrays called ``..._sum`` hold at j the sum over the tokens before j.
    """

    source: Array
    target: Array
    links: Array  # source tokens by target tokens
    column: Array  # of each target token, its summed link probability
    bigram_back: Array
    bigram_on: Array
    cased: bool  # some target word has a capital
    column_sum: Array
    words_sum: Array
    letters_sum: Array
    lowercase_sum: Array
    opened_sum: Array
    digits_sum: Array


class SpanView(NamedTuple):
    """One source span: its tokens ``first`` to ``end``, where to look for its counterpart (target
    tokens ``low`` to ``high``), and what its words are like."""

    first: int
    end: int
    low: int
    high: int
    words: int  # tokens with a letter or digit; at least 1
    letters: int
    expected_words: float
    expected_letters: float
    longest: int  # tokens that a candidate may have
    only_punctuation: bool
    inner_punctuation: bool
    first_punctuation: bool
    last_punctuation: bool
    first_capital: bool
    last_capital: bool
    first_number: bool
    last_number: bool
    year: bool  # the span is nothing but a year in digits
    all_capitals: bool
    capitals: int
    opened: int
    digits: int
    begins: bool  # its sentence
    ends: bool
    named: int
    own: Array  # as in `Batch`, edges by closed classes
    convention: Array
    sentence: Array
    cuts: bool
    spelled: Array  # letters of all its words, in a row
    initials: Array  # of its words with capitals


class Support(NamedTuple):
    """How each target token stands to one source span."""

    own: Array  # summed link probability to the span
    best: Array  # strongest link to the span
    spelling: Array  # best similarity in spelling with a word of the span
    seed: Array
    near: Array  # to a seed
    own_sum: Array
    linked_sum: Array
    mass_sum: Array
    elsewhere_sum: Array
    unlinked_sum: Array
    mass: float
    strongest: float


class Runs(NamedTuple):
    """The candidates of one source span but the null candidate, in the order of their first and
    then of their last token; ``last`` is included."""

    first: Array
    last: Array
    features: Array  # a row each
