"""What a corpus of projected tags says about a tag: the word, its ending, and its neighbours.

Projected tags are full of holes and slips, but there are many of them. As Yarowsky, Ngai &
Wicentowski (2001) do, they are smoothed into a tagger: a first-order hidden Markov model whose
words fall back on their endings (Brants 2000), read off the links' votes and once more off its
own reading of the corpus.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

ENDING = 5  # letters of a word's ending, at most
ENDINGS_WEIGH = 5.0  # pull of the shorter ending's tags on the longer one's
WORD_WEIGHS = 3.0  # pull of the endings' tags on the word's own
TYPE_AT_MOST = 3.0  # what one word adds to the statistics of its endings
LEAST_SEEN = 0.3  # votes from which a token counts as tagged in the transitions
OWN_LINKS = 0.5  # exponent on the evidence of a token's own links
OWN_PRIOR = 0.3

Votes = np.ndarray  # one row a token, one column a tag


class Counts(msgspec.Struct):
    """A model's numbers, ready for JSON: votes of each word and ending by tag, and transitions
    (two rows and columns more than tags: before the first token, after the last)."""

    tags: list[str]
    words: dict[str, list[float]]
    endings: dict[str, list[float]]
    steps: list[list[float]]


class TagModel:
    """Tags of a sentence's words, from `Counts`."""

    def __init__(self, counts: Counts) -> None:
        self.counts = counts
        self._words = {w: np.array(v) for w, v in counts.words.items()}
        self._endings = {w: np.array(v) for w, v in counts.endings.items()}
        steps = np.array(counts.steps)
        self._steps = steps / steps.sum(1, keepdims=True)
        total = sum(self._words.values(), np.zeros(len(counts.tags))) + 1.0
        self._prior = total / total.sum()
        self._known: dict[str, np.ndarray] = {}

    def chances(self, word: str) -> np.ndarray:
        """Probability of each tag for a word on its own."""
        found = self._known.get(word)
        if found is None:
            found = self._prior
            for ending in endings(word):
                votes = self._endings.get(ending)
                if votes is not None:
                    found = (votes + ENDINGS_WEIGH * found) / (votes.sum() + ENDINGS_WEIGH)
            votes = self._words.get(word.lower())
            if votes is not None:
                found = (votes + WORD_WEIGHS * found) / (votes.sum() + WORD_WEIGHS)
            if len(self._known) < 200_000:
                self._known[word] = found
        return found

    def read(self, words: Sequence[str], votes: Votes) -> np.ndarray:
        """Posterior of each tag for each word (forward and backward over the sentence)."""
        n, size = len(words), len(self.counts.tags)
        if not n:
            return np.zeros((0, size))
        seen = np.array([self.chances(word) for word in words]) / self._prior
        own = (votes + OWN_PRIOR) / (votes.sum(1, keepdims=True) + OWN_PRIOR)
        seen = seen * own**OWN_LINKS
        inner = self._steps[:size, :size]
        forward = np.empty((n, size))
        row = self._steps[size, :size] * seen[0]
        forward[0] = row / row.sum()
        for k in range(1, n):
            row = (forward[k - 1] @ inner) * seen[k]
            forward[k] = row / row.sum()
        backward = np.empty((n, size))
        backward[-1] = self._steps[:size, size + 1]
        for k in range(n - 2, -1, -1):
            row = inner @ (seen[k + 1] * backward[k + 1])
            backward[k] = row / row.sum()
        both = forward * backward
        shares: NDArray[np.float64] = both / both.sum(1, keepdims=True)
        return shares


def learn(tags: Sequence[str], sentences: Sequence[tuple[Sequence[str], Votes]]) -> TagModel:
    """A model of a corpus: from the links' votes, then once more from its own reading."""
    model = TagModel(_count(tags, [(words, votes) for words, votes in sentences]))
    read = [(words, model.read(words, votes)) for words, votes in sentences]
    return TagModel(_count(tags, read))


def _count(tags: Sequence[str], sentences: Sequence[tuple[Sequence[str], Votes]]) -> Counts:
    size = len(tags)
    words: dict[str, np.ndarray] = {}
    forms: dict[str, str] = {}  # how a word is written inside a sentence
    steps = np.full((size + 2, size + 2), 0.5)
    for sentence, votes in sentences:
        for k, (word, row) in enumerate(zip(sentence, votes, strict=True)):
            lower = word.lower()
            words[lower] = words.get(lower, 0.0) + row
            if k or lower not in forms:
                forms[lower] = word
        total = votes.sum(1)
        share = votes / np.maximum(total, 1e-9)[:, None]
        sure = total > LEAST_SEEN
        if not len(sure):
            continue
        both = np.flatnonzero(sure[:-1] & sure[1:])
        steps[:size, :size] += share[both].T @ share[both + 1]
        if sure[0]:
            steps[size, :size] += share[0]
        if sure[-1]:
            steps[:size, size + 1] += share[-1]
    by_ending: dict[str, np.ndarray] = {}
    for lower, row in words.items():
        whole = row.sum()
        if whole > 0:
            weighed = row / whole * min(whole, TYPE_AT_MOST)
            for ending in endings(forms[lower]):
                by_ending[ending] = by_ending.get(ending, 0.0) + weighed
    return Counts(list(tags), _plain(words), _plain(by_ending), np.round(steps, 3).tolist())


def _plain(rows: Mapping[str, np.ndarray]) -> dict[str, list[float]]:
    return {name: np.round(row, 3).tolist() for name, row in rows.items()}


def endings(word: str) -> list[str]:
    """The kind of word that it looks like, and with that its endings, shortest first."""
    kind = (
        "C" if word[:1].isupper()
        else "9" if any(map(str.isdigit, word))
        else "a" if any(map(str.isalnum, word))
        else "."
    )  # fmt: skip
    lower = word.lower()
    return [kind, *(kind + lower[-k:] for k in range(1, min(ENDING, len(lower)) + 1))]
