"""Token tags on the target side, by the word links and by the rest of the corpus.

Each target token takes the tag of the source tokens that are linked to it, each link voting with
its probability. A token that no link reaches is tagged as the same word is elsewhere in the
corpus, if the corpus was seen (Yarowsky, Ngai & Wicentowski 2001 project tags and then smooth
them by the corpus's own statistics); otherwise it gets ``_``, CoNLL-U's sign for "not given"
(``X`` would claim something: in UPOS it is the tag of foreign words).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from projector.records import Link, Pair

NONE = "_"
LEAST = 0.15  # votes below this sum say nothing
OWN = 3.0  # what a token's own links weigh against one other occurrence of the word

Votes = dict[str, float]
Counts = dict[str, dict[str, dict[str, float]]]  # layer -> word -> tag -> votes


class Tagger:
    """Tags for the target's tokens; `add` collects what the corpus says of each word."""

    def __init__(self, counts: Counts | None = None) -> None:
        self._counts: Counts = counts or {}

    def add(self, pair: Pair) -> None:
        """Count a pair's projected tags by word."""
        if not pair.source.tags or not pair.alignment or not pair.target.tokens:
            return
        words = [w.lower() for w in pair.target.words()]
        for layer, tags in pair.source.tags.items():
            counts = self._counts.setdefault(_key(pair, layer), {})
            for word, vote in zip(words, votes(tags, pair.alignment, len(words)), strict=True):
                known = counts.setdefault(word, {})
                for tag, weight in vote.items():
                    known[tag] = known.get(tag, 0.0) + weight

    def tags(self, pair: Pair) -> dict[str, list[str]]:
        """The target's tags for every layer of the source."""
        if not pair.source.tags or pair.target.tokens is None:
            return {}
        words = [w.lower() for w in pair.target.words()]
        found = {}
        for layer, tags in pair.source.tags.items():
            counts = self._counts.get(_key(pair, layer), {})
            voted = votes(tags, pair.alignment or [], len(words))
            found[layer] = [
                decide(vote, counts.get(word, {})) for word, vote in zip(words, voted, strict=True)
            ]
        return found

    def dump(self) -> bytes:
        """All counts, as JSON."""
        return msgspec.json.encode(self._counts, order="sorted")

    @classmethod
    def load(cls, data: bytes) -> Tagger:
        """What `dump` wrote."""
        return cls(msgspec.json.decode(data, type=Counts))


def _key(pair: Pair, layer: str) -> str:
    return f"{pair.source.lang} {pair.target.lang} {layer}"


def votes(tags: Sequence[str], links: Sequence[Link], length: int) -> list[Votes]:
    """For each of ``length`` target tokens, the summed link probability of each tag."""
    found: list[Votes] = [{} for _ in range(length)]
    for i, j, p in links:
        tag = tags[i]
        if tag != NONE:
            found[j][tag] = found[j].get(tag, 0.0) + p
    return found


def decide(vote: Mapping[str, float], others: Mapping[str, float]) -> str:
    """One tag from the token's own votes and the word's votes all over the corpus."""
    total = dict(others)
    whole = sum(others.values())
    score = {tag: weight / (whole + 1.0) for tag, weight in total.items()}
    for tag, weight in vote.items():
        score[tag] = score.get(tag, 0.0) + OWN * weight / (whole + OWN)
    if sum(vote.values()) + whole < LEAST or not score:
        return NONE
    return max(sorted(score), key=lambda tag: score[tag])
