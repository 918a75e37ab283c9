"""A second-order hidden Markov model for part-of-speech tags.

Brants (2000, "TnT: A Statistical Part-of-Speech Tagger"): trigram transitions smoothed by deleted
interpolation, unknown words by their endings. Projected tags have gaps (``_``); a token without a
tag counts neither for its word nor for the transitions around it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

GAP = frozenset(("_", ""))
START = "<s>"
LONGEST_ENDING = 6
RARE = 5  # words as rare as this teach what endings mean


class HmmTagger:
    """Tags for token lists; `fit` first, then `tag`."""

    def __init__(self) -> None:
        self.tags: list[str] = []

    def fit(self, sentences: Sequence[Sequence[str]], tags: Sequence[Sequence[str]]) -> None:
        """Count words and tag trigrams.

        Raises:
            ValueError: no token has a tag.
        """
        words: dict[str, Counter[str]] = defaultdict(Counter)
        grams: list[Counter[tuple[str, ...]]] = [Counter(), Counter(), Counter()]
        for row, given in zip(sentences, tags, strict=True):
            for word, tag in zip(row, given, strict=True):
                if tag not in GAP:
                    words[word][tag] += 1
            padded = [START, START, *given]
            for n in range(2, len(padded)):
                for size in (1, 2, 3):
                    gram = tuple(padded[n - size + 1 : n + 1])
                    if not GAP.intersection(gram):
                        grams[size - 1][gram] += 1
        self.tags = sorted({t for counts in words.values() for t in counts})
        if not self.tags:
            raise ValueError("found no tagged token, wanted tags to learn from")
        self._number = {tag: n for n, tag in enumerate(self.tags)}
        self._words = {w: self._vector(c) for w, c in words.items()}
        self._prior = self._vector(Counter({g[0]: c for g, c in grams[0].items()}))
        self._prior /= self._prior.sum()
        self._transitions = self._smoothed(grams)
        self._endings = self._learn_endings(words)

    def _vector(self, counts: Counter[str]) -> np.ndarray:
        row = np.zeros(len(self.tags))
        for tag, count in counts.items():
            row[self._number[tag]] = count
        return row

    def _smoothed(self, grams: list[Counter[tuple[str, ...]]]) -> np.ndarray:
        """log p(tag | two before), shape (tags + 1, tags + 1, tags); the last row is the start."""
        weights = np.array([1e-6, 1e-6, 1e-6])
        total = sum(grams[0].values())
        contexts2: Counter[tuple[str, ...]] = Counter()
        contexts3: Counter[tuple[str, ...]] = Counter()
        for gram, count in grams[1].items():
            contexts2[gram[:1]] += count
        for gram, count in grams[2].items():
            contexts3[gram[:2]] += count
        for gram, count in grams[2].items():  # deleted interpolation
            one = (grams[0][gram[2:]] - 1) / max(1, total - 1)
            two = (grams[1][gram[1:]] - 1) / max(1, contexts2[gram[1:2]] - 1)
            three = (count - 1) / max(1, contexts3[gram[:2]] - 1)
            weights[int(np.argmax([one, two, three]))] += count
        weights /= weights.sum()
        size = len(self.tags)
        names = [*self.tags, START]
        table = np.empty((size + 1, size + 1, size))
        for a, before in enumerate(names):
            for b, last in enumerate(names):
                c2, c3 = contexts2[(last,)], contexts3[(before, last)]
                for c, tag in enumerate(self.tags):
                    two = grams[1][(last, tag)] / c2 if c2 else 0.0
                    three = grams[2][(before, last, tag)] / c3 if c3 else 0.0
                    table[a, b, c] = weights @ (self._prior[c], two, three)
        return np.log(table + 1e-9)

    def _learn_endings(self, words: dict[str, Counter[str]]) -> dict[str, np.ndarray]:
        """p(tag | ending), each ending smoothed by the next shorter one."""
        counts: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(len(self.tags)))
        for word, tags in words.items():
            if sum(tags.values()) <= RARE:
                for ending in _endings(word):
                    counts[ending] += self._vector(tags)
        found: dict[str, np.ndarray] = {}
        for ending in sorted(counts, key=len):
            row = counts[ending] / counts[ending].sum()
            shorter = ending[0] + ending[2:] if len(ending) > 1 else ""
            base = found.get(shorter, self._prior)
            found[ending] = (row + 0.3 * base) / 1.3
        return found

    def _emission(self, word: str) -> np.ndarray:
        """log p(word | tag) up to a constant of the word."""
        row = self._words.get(word)
        if row is None and word[:1].isupper():
            row = self._words.get(word.lower())
        if row is None:
            posterior = next(
                (self._endings[e] for e in reversed(_endings(word)) if e in self._endings),
                self._prior,
            )
        else:
            posterior = (row + 0.05 * self._prior) / (row.sum() + 0.05)
        return np.log(posterior + 1e-9) - np.log(self._prior + 1e-9)

    def tag(self, sentences: Sequence[Sequence[str]]) -> list[list[str]]:
        """The most probable tag sequences (Viterbi)."""
        return [self._viterbi(words) for words in sentences]

    def _viterbi(self, words: Sequence[str]) -> list[str]:
        size = len(self.tags)
        if not words:
            return []
        scores = np.full((size + 1, size + 1), -np.inf)
        scores[size, size] = 0.0
        back: list[np.ndarray] = []
        for word in words:
            reached = scores[:, :, None] + self._transitions
            back.append(reached.argmax(0))
            scores = np.full((size + 1, size + 1), -np.inf)
            scores[:, :size] = reached.max(0) + self._emission(word)
        last, tag = np.unravel_index(int(scores.argmax()), scores.shape)
        path = [int(tag)]
        before = int(last)
        for choice in reversed(back[1:]):
            path.append(before)
            before = int(choice[before, path[-2]])
        return [self.tags[n] for n in reversed(path)]


def _endings(word: str) -> list[str]:
    """Endings from none to the longest, each marked by the word's case and digits."""
    mark = "0" if any(c.isdigit() for c in word) else "X" if word[:1].isupper() else "x"
    lower = word.lower()
    return [mark + lower[len(lower) - k :] for k in range(min(LONGEST_ENDING, len(lower)) + 1)]
