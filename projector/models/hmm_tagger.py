"""A second-order hidden Markov model for part-of-speech tags, and the file that holds it.

Brants (2000, "TnT: A Statistical Part-of-Speech Tagger"): trigram transitions smoothed by deleted
interpolation, unknown words by their endings. Projected tags have gaps (``_``); a token without a
tag counts neither for its word nor for the transitions around it. Trained on projected tags it is
the last step of zero-resource tagging (Yarowsky & Ngai 2001): ``xproject probe --save`` writes it,
``xproject annotate --engine hmm-tagger`` tags new text with it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
import numpy as np

from projector.errors import DataError
from projector.io.limits import read_whole
from projector.io.streams import open_read, open_write
from projector.text.universal_pos import UNIVERSAL_POS, is_punctuation, simple_tag

GAP = frozenset(("_", ""))
START = "<s>"
LONGEST_ENDING = 6
RARE = 5  # words as rare as this teach what endings mean
MOST_TAGS = 500  # transitions are kept for every three tags
UPOS = "upos"  # the layer whose tags are those of Universal POS


Count = Annotated[int, msgspec.Meta(ge=1)]


class TagCounts(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="format", tag="xproject-hmm-tagger"
):
    """What a tagger has counted, as its file holds it: JSON, which runs no code.

    Attributes:
        layer: what the tags are (`UPOS`, or any other).
        lang: the language of the words, "" if they were of several.
        words: how often each word had each tag.
        grams: how often tags followed one another: alone, by twos and by threes.
    """

    version: Literal[1] = 1
    layer: str
    lang: str
    words: dict[str, dict[str, Count]]
    grams: list[list[tuple[list[str], Count]]]


class HmmTagger:
    """Tags for token lists; `fit` first, or `load`, then `tag`.

    Args:
        layer: what the tags are. With `UPOS` they stay in the tag set (a composite tag counts as
            its first word's, any other one as a gap), and what is nothing but marks is ``PUNCT``.
        lang: the language of the words.
    """

    def __init__(self, layer: str = "", lang: str = "") -> None:
        self.layer = layer
        self.lang = lang
        self.tags: list[str] = []

    def fit(self, sentences: Sequence[Sequence[str]], tags: Sequence[Sequence[str]]) -> None:
        """Count words and tag trigrams.

        Raises:
            DataError: no token has a tag, or there are more kinds of tags than a tag set has.
        """
        words: dict[str, Counter[str]] = defaultdict(Counter)
        grams: list[Counter[tuple[str, ...]]] = [Counter(), Counter(), Counter()]
        for row, given in zip(sentences, tags, strict=True):
            counted = self._in_tag_set(row, given) if self.layer == UPOS else given
            for word, tag in zip(row, counted, strict=True):
                if tag not in GAP:
                    words[word][tag] += 1
            padded = [START, START, *counted]
            for n in range(2, len(padded)):
                for size in (1, 2, 3):
                    gram = tuple(padded[n - size + 1 : n + 1])
                    if not GAP.intersection(gram):
                        grams[size - 1][gram] += 1
        self._estimate(words, grams)

    def _in_tag_set(self, words: Sequence[str], tags: Sequence[str]) -> list[str]:
        """The tags with those of no tag set as gaps; punctuation has its own whatever is given."""
        simple = [
            "PUNCT" if is_punctuation(word) else simple_tag(tag)
            for word, tag in zip(words, tags, strict=True)
        ]
        return [tag if tag in UNIVERSAL_POS else "_" for tag in simple]

    def save(self, path: str, *, force: bool = False) -> None:
        """Write what was counted; the same counts give the same bytes."""
        words = {w: dict(sorted(tags.items())) for w, tags in sorted(self._counted.items())}
        grams = [[(list(g), n) for g, n in sorted(counts.items())] for counts in self._grams]
        counts = TagCounts(layer=self.layer, lang=self.lang, words=words, grams=grams)
        with open_write(path, force=force) as stream:
            stream.write(msgspec.json.encode(counts))

    @classmethod
    def load(cls, path: str) -> HmmTagger:
        """The tagger that `save` wrote.

        Raises:
            DataError: the file cannot be read, or is no tagger.
        """
        with open_read(path) as stream:
            data = read_whole(stream, path)
        try:
            counts = msgspec.json.decode(data, type=TagCounts)
            made = cls(counts.layer, counts.lang)
            if len(counts.grams) != 3:
                raise ValueError(f"grams of {len(counts.grams)} lengths")
            made._estimate(
                {word: Counter(tags) for word, tags in counts.words.items()},
                [Counter({tuple(g): n for g, n in grams}) for grams in counts.grams],
            )
        except (msgspec.DecodeError, ValueError, KeyError, IndexError) as error:
            raise DataError(
                f"found no tagger ({error}), wanted a file of 'xproject probe SILVER --layer upos "
                "--save FILE'",
                path=path,
            ) from error
        return made

    def _estimate(
        self, words: dict[str, Counter[str]], grams: list[Counter[tuple[str, ...]]]
    ) -> None:
        """Probabilities from counts."""
        self._counted, self._grams = words, grams
        self.tags = sorted({t for counts in words.values() for t in counts})
        if not self.tags:
            raise DataError(
                "found no tagged token, wanted tags to learn from", reason="nothing_to_learn"
            )
        if len(self.tags) > MOST_TAGS:
            raise DataError(
                f"found {len(self.tags)} different tags, wanted a tag set of at most {MOST_TAGS}",
                reason="nothing_to_learn",
            )
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
        if self.layer == UPOS and "PUNCT" in self._number and is_punctuation(word):
            return np.where(np.arange(len(self.tags)) == self._number["PUNCT"], 0.0, -np.inf)
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
        found = [self._viterbi(words) for words in sentences]
        if self.layer != UPOS:
            return found
        return [
            ["PUNCT" if is_punctuation(w) else tag for w, tag in zip(words, tags, strict=True)]
            for words, tags in zip(sentences, found, strict=True)
        ]

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
