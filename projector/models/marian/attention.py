"""Word links from a student's attention.

The students are trained with guided alignment (Chen et al. 2016): one head of the last decoder
layer, when it foretells a target piece, looks at the source pieces which that piece translates.
Another head, of the first layer, looks there one step later, when the piece has just been read;
which head that is, and how much later, differs between models. `find_heads` finds it by its
agreement with the guided head over plain text, and checks whether the attention can be trusted at
all: pieces that stand once on both sides, unchanged (numbers, names, punctuation), must be looked
at from each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from projector.models.marian.normaliser import Span
from projector.models.marian.search import Head
from projector.models.marian.weights import Floats

STEPS = (-1, 0, 1, 2)  # how much later than foretold a piece is looked for
READ = (1, 2)  # the same for the reading head, which cannot look before the piece is read
TRUSTED = 0.5  # share of unchanged pieces that a head must find
FEWEST = 20  # unchanged pieces without which there is no verdict


class View(NamedTuple):
    """A head whose attention tells links: ``step`` rows after a piece was foretold."""

    head: Head
    step: int


class Heads(NamedTuple):
    """The heads of a student that tell links.

    Attributes:
        views: guided head and reading head, those that can be trusted.
        agreement: of the reading head with the guided head, in [0, 1].
        found: share of the unchanged pieces that the guided head looks at when it should; None
            where the text had too few of them.
        drift: the step at which the guided head finds most of them, 0 as it should be.
    """

    views: tuple[View, ...]
    agreement: float
    found: float | None
    drift: int

    @property
    def trusted(self) -> bool:
        """Whether links can be taken from this model."""
        return bool(self.views)


class Example(NamedTuple):
    """A sentence pair with the attention of all heads, for `find_heads`.

    Attributes:
        source, target: the text of each piece.
        attention: (heads, target pieces and the end, source pieces and the end).
    """

    source: Sequence[str]
    target: Sequence[str]
    attention: Floats


def guided(layers: int) -> View:
    """The head that was trained to align."""
    return View((layers - 1, 0), 0)


def aligned(attention: Floats, step: int, pieces: int) -> Floats:
    """Rows of target pieces, (pieces, source pieces and the end), from those of the steps.

    A row that the step leads beyond (a translation cut off at its limit) is zero: no link.
    """
    out = np.zeros((pieces, attention.shape[1]), np.float32)
    first, last = max(0, -step), min(pieces, len(attention) - step)
    out[first:last] = attention[first + step : last + step]
    return out


def find_heads(examples: Iterable[Example], heads: Sequence[Head], layers: int) -> Heads:
    """The heads that tell links, from sentence pairs read by the student.

    Args:
        examples: some 50 sentences are enough; the model's own translations will do.
        heads: what the first axis of the examples' attention stands for.
    """
    own = heads.index(guided(layers).head)
    agree = np.zeros((len(READ), len(heads)))
    pieces = anchors = 0
    hits = dict.fromkeys(STEPS, 0)
    found = np.zeros((len(READ), len(heads)))
    for example in examples:
        size = len(example.target)
        best = example.attention.argmax(2)  # (heads, steps)
        pieces += size
        for n, step in enumerate(READ):
            later = best[:, step : size + step]
            agree[n] += (later == best[own, : later.shape[1]]).sum(1)
        for i, t in unchanged(example.source, example.target):
            anchors += 1
            for n, step in enumerate(READ):
                if t + step < best.shape[1]:
                    found[n] += best[:, t + step] == i
            for step in STEPS:
                hits[step] += 0 <= t + step < best.shape[1] and int(best[own, t + step]) == i
    agree[:, own] = -1
    later, reading = divmod(int(agree.argmax()), len(heads))
    agreed, anchored = agree[later, reading], found[later, reading]
    drift = max(STEPS, key=lambda step: (hits[step], -abs(step)))
    views = []
    judged = anchors >= FEWEST
    if not judged or (drift == 0 and hits[0] >= TRUSTED * anchors):
        views.append(guided(layers))
        if pieces and agreed > 0 and (not judged or anchored >= TRUSTED * anchors):
            views.append(View(heads[reading], READ[later]))
    return Heads(
        tuple(views),
        float(agreed / pieces) if pieces else 0.0,
        hits[0] / anchors if judged else None,
        drift if judged else 0,
    )


def unchanged(source: Sequence[str], target: Sequence[str]) -> list[tuple[int, int]]:
    """Places of the pieces that stand once on either side: (source, target)."""
    there, here = Counter(source), Counter(target)
    place = {piece: n for n, piece in enumerate(source) if there[piece] == 1}
    return [(place[p], n) for n, p in enumerate(target) if here[p] == 1 and p in place]


def shares(spans: Sequence[Span], words: Sequence[Span]) -> Floats:
    """Which words pieces belong to, by characters in common: (pieces, words), rows sum to 1.

    A piece that has no character in common with any word (a space, punctuation that is in no
    word) belongs to none. Both lists are in text order.
    """
    out = np.zeros((len(spans), len(words)), np.float32)
    first = 0
    for n, (start, end) in enumerate(spans):
        while first < len(words) and words[first][1] <= start:
            first += 1
        k = first
        while k < len(words) and words[k][0] < end:
            out[n, k] = min(end, words[k][1]) - max(start, words[k][0])
            k += 1
    out /= np.maximum(out.sum(1, keepdims=True), 1)
    return out


def by_words(
    matrix: Floats,
    source_spans: Sequence[Span],
    target_spans: Sequence[Span],
    source_words: Sequence[Span],
    target_words: Sequence[Span],
) -> Floats:
    """Probabilities of links between words, (source words, target words).

    What a target piece gives the pieces of a source word is added up; over the pieces of a target
    word the mean is taken (weighted by how much of each lies in the word).
    """
    sources = shares(source_spans, source_words)
    targets = shares(target_spans, target_words)
    pooled = sources.T @ matrix[:, : len(source_spans)].T @ targets
    mean: Floats = pooled / np.maximum(targets.sum(0), 1e-6)
    return mean


def best_links(matrix: Floats, threshold: float = 0.35) -> list[tuple[int, int, float]]:
    """Links (source word, target word, probability) of a matrix of probabilities.

    A cell is a link if it reaches the threshold and is the best of its target word, or the best of
    its source word with at least half of what its target word's best has.
    """
    if not matrix.size:
        return []
    columns = matrix.max(0, keepdims=True)
    rows = matrix.max(1, keepdims=True)
    kept = (matrix >= threshold) & (
        (matrix >= columns) | ((matrix >= rows) & (matrix >= columns / 2))
    )
    return [(int(i), int(j), float(matrix[i, j])) for i, j in np.argwhere(kept)]
