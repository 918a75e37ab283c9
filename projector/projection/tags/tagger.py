"""Token tags on the target side, by the word links and by the rest of the corpus.

Each target token takes the tag of the source tokens that are linked to it, each link voting with
its probability. If the corpus was seen, votes are read together with what it says of the word
and its neighbours (`tag_model`), and every token gets a tag; otherwise a token that no link
reaches gets ``_``, CoNLL-U's sign for "not given" (``X`` would claim something: in UPOS it is
the tag of foreign words).
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from projector.projection.tags.function_words import override_votes
from projector.projection.tags.model import Counts, TagModel, learn
from projector.projection.tags.universal import as_universal
from projector.records import Link, Pair
from projector.text.universal_pos import is_punctuation, simple_tag

NONE = "_"
LEAST = 0.1  # links below this probability do not vote
LEARNT_FROM = 20_000  # pairs; the corpus's first
MOST_TAGS = 200  # a layer with more kinds of tags is no tag set, and its tags follow links alone


class Tagger:
    """Tags for the target's tokens; `add` and `finish` learn from the corpus."""

    def __init__(self) -> None:
        self._models: dict[str, TagModel] = {}
        self._seen: dict[str, list[tuple[list[str], list[dict[str, float]]]]] = {}

    def add(self, pair: Pair) -> None:
        """Keep a pair's words and votes to learn from."""
        if not pair.source.tags or not pair.alignment or not pair.target.tokens:
            return
        words = pair.target.words()
        for layer in pair.source.tags:
            seen = self._seen.setdefault(_key(pair, layer), [])
            if len(seen) < LEARNT_FROM:
                seen.append((words, _votes(pair, layer, words)))

    def finish(self) -> None:
        """Learn from what was added, and forget it."""
        for key, seen in self._seen.items():
            tags = sorted({tag for _, rows in seen for row in rows for tag in row})
            if 1 <= len(tags) <= MOST_TAGS:
                self._models[key] = learn(
                    tags, [(words, matrix(rows, tags)) for words, rows in seen]
                )
        self._seen = {}

    def tags(self, pair: Pair) -> dict[str, list[str]]:
        """The target's tags for every layer of the source."""
        if not pair.source.tags or pair.target.tokens is None:
            return {}
        words = pair.target.words()
        found = {}
        for layer in pair.source.tags:
            voted = _votes(pair, layer, words)
            model = self._models.get(_key(pair, layer))
            if model is None:
                found[layer] = [by_votes(row) for row in voted]
                continue
            read = model.read(words, matrix(voted, model.counts.tags))
            if layer == "upos":
                found[layer] = as_universal(words, read, model)
            else:
                found[layer] = [model.counts.tags[k] for k in read.argmax(1)]
        return found

    def dump(self) -> bytes:
        """All models, as JSON."""
        return msgspec.json.encode({key: model.counts for key, model in self._models.items()})

    @classmethod
    def load(cls, data: bytes) -> Tagger:
        """What `dump` wrote."""
        made = cls()
        for key, counts in msgspec.json.decode(data, type=dict[str, Counts]).items():
            made._models[key] = TagModel(counts)
        return made


def _key(pair: Pair, layer: str) -> str:
    return f"{pair.source.lang} {pair.target.lang} {layer}"


def _votes(pair: Pair, layer: str, words: Sequence[str]) -> list[dict[str, float]]:
    tags = pair.source.tags[layer]
    if layer != "upos":
        return votes(tags, pair.alignment or [], len(words))
    found = votes([simple_tag(tag) for tag in tags], pair.alignment or [], len(words))
    found = override_votes(found, words, pair.target.lang)
    return [
        {"PUNCT": 1.0} if is_punctuation(word) else row
        for row, word in zip(found, words, strict=True)
    ]


def votes(tags: Sequence[str], links: Sequence[Link], length: int) -> list[dict[str, float]]:
    """For each of ``length`` target tokens, the summed link probability of each tag."""
    found: list[dict[str, float]] = [{} for _ in range(length)]
    for i, j, p in links:
        tag = tags[i]
        if tag != NONE and p >= LEAST:
            found[j][tag] = found[j].get(tag, 0.0) + p
    return found


def by_votes(row: dict[str, float]) -> str:
    """The tag with the most votes; of equals the first by name."""
    return min(row, key=lambda tag: (-row[tag], tag)) if row else NONE


def matrix(rows: Sequence[dict[str, float]], tags: Sequence[str]) -> np.ndarray:
    """Votes as an array, one row a token and one column a tag; unknown tags are left out."""
    place = {tag: k for k, tag in enumerate(tags)}
    found = np.zeros((len(rows), len(tags)))
    for n, row in enumerate(rows):
        for tag, vote in row.items():
            if tag in place:
                found[n, place[tag]] = vote
    return found
