"""The project's own span matcher, ``match``: no model, only the word links and the words.

Flow: pairs -> arrays (`batch`) -> candidates with features (`features`) -> one choice for all
spans of a pair together (`assignment`) -> character offsets (`boundaries`) with the estimated
probability that they are exactly right (`confidence`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Literal

import msgspec
import numpy as np

from projector.engines import read_options
from projector.projection.assignment import choose, probabilities, scored
from projector.projection.base import Projection
from projector.projection.conventions.learning import Conventions
from projector.projection.match.arrays import Candidates, MatchBatch
from projector.projection.match.batch import build, cuts_tokens, has_bare_script
from projector.projection.match.boundaries import target_offsets
from projector.projection.match.confidence import confidence
from projector.projection.match.features import candidates
from projector.projection.match.span_translations import SpanTranslations
from projector.projection.match.statistics import CorpusStatistics, LinkKind
from projector.projection.match.weights import load_weights
from projector.projection.token_runs import merge_adjacent
from projector.projection.words import facts
from projector.records import Offsets, Pair

CHUNK = 256  # pairs at a time; the result does not depend on it
MIN_EXTRA_LINK = 0.6  # link probability from which a word elsewhere is a piece of its own
FIRST_PASS = 10_000  # pairs with spans that span translations are counted on; the corpus's first


class MatchOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of `MatchProjector`.

    ``unit``: where a projected span may begin and end: at the target's tokens (``word``), inside
    them (``character``), or inside them only if the record's own spans cut the source's tokens
    (``auto``).
    ``split``: what becomes of a span without gaps whose words stand in several places of the
    target: the most likely one stretch (``best``), or several pieces (``pieces``).
    ``min_score``: what scores lower is not guessed but dropped, as without counterpart.
    ``corpus``: look at the whole corpus first, to know how common each word is, which words go
    together, and how the same words were projected elsewhere (``memory``).
    """

    unit: Literal["auto", "word", "character"] = "auto"
    split: Literal["best", "pieces"] = "best"
    min_score: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.3
    corpus: bool = True
    memory: bool = True


class MatchProjector:
    """See the module's docstring.

    Args:
        model: a file of weights; the package's own if empty.
        options: those of `MatchOptions`.
    """

    name = "match"
    version = "1"
    needs_links = True

    def __init__(self, model: str = "", **options: object) -> None:
        self.options = read_options(MatchOptions, options, self.name)
        self.model = model
        self.weights = load_weights(model)
        self.sees_corpus = self.options.corpus
        self.statistics = CorpusStatistics()
        self.translations = SpanTranslations()
        self.conventions = Conventions()

    def fit(self, pairs: Iterable[Pair]) -> None:
        """Count words, letters and edges of spans; then project once, to count what came out."""
        self.statistics, self.translations = CorpusStatistics(), SpanTranslations()
        self.conventions = Conventions()
        kept: list[Pair] = []
        for pair in pairs:
            self.statistics.add(pair)
            self.conventions.add(pair)
            if self.options.memory and pair.source.spans and len(kept) < FIRST_PASS:
                kept.append(pair)
        first_pass = SpanTranslations()
        for start in range(0, len(kept), CHUNK):
            chunk = kept[start : start + CHUNK]
            for places in _by_languages(chunk):
                group = [chunk[n] for n in places]
                asked, found = self.build_candidates(group)
                first_pass.add(group, asked, found, self._choose(group, asked, found)[1])
        first_pass.drop_singletons()
        self.translations = first_pass

    def state(self) -> bytes:
        """What `fit` learnt."""
        return msgspec.msgpack.encode(
            (self.statistics.dump(), self.translations.dump(), self.conventions.dump())
        )

    def load_state(self, data: bytes) -> None:
        """Take over what another's `fit` learnt."""
        statistics, translations, conventions = msgspec.msgpack.decode(
            data, type=tuple[bytes, bytes, bytes]
        )
        self.statistics = CorpusStatistics.load(statistics)
        self.translations = SpanTranslations.load(translations)
        self.conventions = Conventions.load(conventions)

    def project(self, pairs: Sequence[Pair]) -> list[list[Projection]]:
        """See `Projector.project`; pairs without links give spans without counterpart."""
        answers: list[list[Projection]] = []
        for start in range(0, len(pairs), CHUNK):
            answers += self._chunk(pairs[start : start + CHUNK])
        return answers

    def build_candidates(self, pairs: Sequence[Pair]) -> tuple[MatchBatch, Candidates]:
        """The candidates of a few pairs of one pair of languages, with their features."""
        asked = build(pairs, self.statistics, self.translations, self.conventions)
        return asked, candidates(asked.batch, asked.source, asked.target)

    def _chunk(self, pairs: Sequence[Pair]) -> list[list[Projection]]:
        answers: list[list[Projection]] = [[] for _ in pairs]
        for places in _by_languages(pairs):
            for n, found in zip(places, self._group([pairs[n] for n in places]), strict=True):
                answers[n] = found
        return answers

    def _choose(
        self, pairs: Sequence[Pair], asked: MatchBatch, found: Candidates
    ) -> tuple[np.ndarray, np.ndarray]:
        """Log probabilities of all candidates of pairs of one pair of languages, and the chosen
        ones' numbers."""
        batch = asked.batch
        vector = self.weights.vector(self._link_kind(pairs))
        log_p = probabilities(found.at, scored(found.features, vector))
        chosen = choose(
            batch.span_at, batch.span_first, batch.span_end, asked.owner, found.at, found.first,
            found.end, log_p,
        )  # fmt: skip
        return log_p, chosen

    def _link_kind(self, pairs: Sequence[Pair]) -> LinkKind:
        """Which links the corpus has between the languages of these pairs."""
        return self.statistics.link_kind(pairs[0].source.lang, pairs[0].target.lang)

    def _group(self, pairs: Sequence[Pair]) -> Iterator[list[Projection]]:
        """Pairs of one pair of languages."""
        asked, found = self.build_candidates(pairs)
        log_p, chosen = self._choose(pairs, asked, found)
        scores = confidence(self.weights, found, log_p, chosen, self._link_kind(pairs))
        first, end = found.first[chosen].tolist(), found.end[chosen].tolist()
        null = np.exp(log_p[found.at[1:] - 1]).tolist()
        for pair, runs in zip(pairs, asked.runs, strict=True):
            unit = self._unit(pair)
            row = []
            for span, numbers in zip(pair.source.spans, runs, strict=True):
                pieces: list[Offsets] = []
                score = 1.0
                if self.options.split == "pieces" and len(numbers) == 1:
                    pieces = self._extra_pieces(pair, numbers[0], asked, first, end)
                for part, number in zip(span.parts, numbers, strict=True):
                    if number is None:
                        continue
                    if first[number] < 0:
                        score = min(score, null[number])
                        continue
                    score = min(score, scores[number])  # parts stand and fall together
                    pieces.append(target_offsets(pair, part, first[number], end[number], unit))
                if pieces and score < self.options.min_score:
                    detail = f"the likeliest stretch has a probability of only {score:.2f}"
                    row.append(Projection(None, score, "no_counterpart", detail))
                elif pieces:
                    row.append(Projection(merge_adjacent(pieces, pair.target.text), score))
                elif not _is_linked(pair, numbers, asked):
                    row.append(Projection(None, 0.0, "no_links", "none of its words is linked"))
                else:
                    row.append(
                        Projection(None, 0.0, "no_counterpart", "no stretch is likely enough")
                    )
            yield row

    def _extra_pieces(
        self,
        pair: Pair,
        number: int | None,
        asked: MatchBatch,
        first: list[int],
        end: list[int],
    ) -> list[Offsets]:
        """Target words outside the chosen place of a run that are surely linked to it, and that
        no other run of the pair has: the other pieces. None if the run has no place."""
        if number is None or first[number] < 0:
            return []
        batch = asked.batch
        row = int(np.searchsorted(batch.span_at, number, side="right")) - 1
        low, high = int(batch.span_at[row]), int(batch.span_at[row + 1])
        taken = {j for s in range(low, high) for j in range(first[s], end[s])}
        a, b = int(batch.span_first[number]), int(batch.span_end[number])
        best: dict[int, tuple[float, int]] = {}
        for i, j, p in pair.alignment or ():
            best[j] = max(best.get(j, (0.0, -1)), (p, i))
        tokens = pair.target.tokens or []
        words = pair.target.words()
        found = [
            j
            for j, (p, i) in sorted(best.items())
            if p >= MIN_EXTRA_LINK and a <= i < b and j not in taken and facts(words[j]).content
        ]
        return [tokens[j] for j in found]

    def _unit(self, pair: Pair) -> bool:
        """Whether stretches may begin and end inside target tokens."""
        if self.options.unit != "auto":
            return self.options.unit == "character"
        return cuts_tokens(pair.source)

    def close(self) -> None:
        """Nothing to free."""


def _is_linked(pair: Pair, numbers: Sequence[int | None], asked: MatchBatch) -> bool:
    """Whether a word of these runs has a link; weak ones that are only supposed do not count."""
    first, end = asked.batch.span_first, asked.batch.span_end
    known = [number for number in numbers if number is not None]
    links = pair.alignment or ()
    return any(first[n] <= i < end[n] and p > 0 for n in known for i, _, p in links)


def _by_languages(pairs: Sequence[Pair]) -> list[list[int]]:
    """The numbers of pairs with spans that can be looked at together: of the same languages, and
    compared in the same way.

    The comparison mode depends on the pair alone, so results do not depend on batching.
    """
    groups: dict[tuple[str, str, bool], list[int]] = {}
    for n, pair in enumerate(pairs):
        if pair.source.spans:
            key = (pair.source.lang, pair.target.lang, has_bare_script(pair))
            groups.setdefault(key, []).append(n)
    return list(groups.values())
