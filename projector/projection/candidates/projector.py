"""The method ``candidates``: n-grams ranked by a translation model (T-Projection).

Garcia-Ferrero et al. 2023. Flow: pairs -> candidate stretches for each part of each span (from a
span generator, else `ngrams`: links and n-grams) -> how well each translates the source's words,
in both directions (`scoring`) -> one choice for all spans of a pair together (`assignment`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
from msgspec import Meta, Struct

from projector.engines import read_options
from projector.projection.assignment import choose, probabilities
from projector.projection.base import Projection
from projector.projection.candidates.span_generator import SpanGenerator
from projector.projection.ngrams import Window, stretch_of, windows
from projector.projection.scoring import TranslationScorer
from projector.projection.token_runs import merge_adjacent, token_run
from projector.records import Offsets, Pair


class CandidateOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of `CandidateProjector`.

    Attributes:
        scorer: ``firefox``, ``hf`` or ``ctranslate2``; "": ``firefox`` where no model or a
            student's folder is named, else ``hf``.
        reverse: a model for the other direction.
        normalise: see `projector.projection.scoring.TranslationScorer`.
        generator: folder of a model that proposes spans (else links and n-grams do).
        hypotheses: how many of the generator's outputs are read.
        limit: most candidates of a span that are scored.
        links: how much the links count beside the translation model; 0: not at all.
        temperature: of the softmax over candidates that the score comes from.
        min_similarity: similarity below which "no counterpart" is likelier than a candidate.
        device, batch_tokens: as for the translator.
    """

    scorer: str = ""
    reverse: str = ""
    normalise: Literal["auto", "always", "never"] = "auto"
    generator: str = ""
    hypotheses: Annotated[int, Meta(ge=1)] = 15
    limit: Annotated[int, Meta(ge=1)] = 40
    links: Annotated[float, Meta(ge=0)] = 0.5
    temperature: Annotated[float, Meta(gt=0)] = 0.2
    min_similarity: Annotated[float, Meta(gt=0, lt=1)] = 0.02
    device: str = "auto"
    batch_tokens: int = 0


class Part(Struct):
    """A stretch of a source span with its candidates, on its way through the method."""

    span: int
    run: tuple[int, int]
    text: str
    windows: list[Window]
    similarity: list[float] = []


class CandidateProjector:
    """See the module's docstring.

    A projection's score is the candidate's share among all candidates of its part and "none".

    Raises:
        UsageError: an unknown option, languages that the model does not have.
        EngineError: a model cannot be found or loaded.
    """

    name = "candidates"
    needs_links = False

    def __init__(self, model: str = "", **options: object) -> None:
        self.model = model or "firefox"
        self.options = read_options(CandidateOptions, options, self.name)
        o = self.options
        engine: dict[str, object] = {"device": o.device, "batch_tokens": o.batch_tokens}
        self.scorer = TranslationScorer(
            model, engine=o.scorer, reverse=o.reverse, normalise=o.normalise, options=engine
        )
        self.generator: SpanGenerator | None = None
        if o.generator:
            self.generator = SpanGenerator(o.generator, o.hypotheses, o.device)

    @property
    def version(self) -> str:
        return self.scorer.version

    def project(self, pairs: Sequence[Pair]) -> list[list[Projection]]:
        """See `Projector.project`."""
        proposals: list[dict[str, list[str]]] = [{} for _ in pairs]
        if self.generator is not None:
            with_spans = [n for n, pair in enumerate(pairs) if pair.source.spans]
            found = self.generator.candidates([pairs[n] for n in with_spans])
            for n, surfaces in zip(with_spans, found, strict=True):
                proposals[n] = surfaces
        parts = [self.parts(pair, own) for pair, own in zip(pairs, proposals, strict=True)]
        self._score(pairs, parts)
        return [self._choose(pair, own) for pair, own in zip(pairs, parts, strict=True)]

    def parts(self, pair: Pair, proposals: dict[str, list[str]]) -> list[Part]:
        """The parts of a pair's spans with their candidates."""
        found = []
        for n, span in enumerate(pair.source.spans):
            for start, end in span.parts:
                run = token_run(pair.source, (start, end))
                if run[0] == run[1] or not pair.target.tokens:
                    continue
                options = windows(
                    pair.source, pair.target, pair.alignment or (), run, self.options.limit
                )
                if proposals.get(span.label):
                    fits = {(w.first, w.end): w.fit for w in options}
                    proposed = occurrences(pair, proposals[span.label])
                    options = [Window(a, b, fits.get((a, b), 0.0)) for a, b in proposed] or options
                found.append(
                    Part(n, run, pair.source.text[start:end], options[: self.options.limit])
                )
        return found

    def _score(self, pairs: Sequence[Pair], parts: Sequence[list[Part]]) -> None:
        """Fill in the similarities, all pairs of one pair of languages together."""
        groups: dict[tuple[str, str], list[tuple[Pair, Part]]] = {}
        for pair, own in zip(pairs, parts, strict=True):
            for part in own:
                groups.setdefault((pair.source.lang, pair.target.lang), []).append((pair, part))
        for (source, target), members in groups.items():
            texts = []
            for pair, part in members:
                for window in part.windows:
                    a, b = stretch_of(pair.target, window)
                    texts.append((part.text, pair.target.text[a:b]))
            scores = iter(self.scorer.similarity(texts, source, target))
            for _, part in members:
                part.similarity = [next(scores) for _ in part.windows]

    def _choose(self, pair: Pair, parts: list[Part]) -> list[Projection]:
        """One candidate, or none, for each part; those of a span are put together."""
        pieces: list[list[Offsets]] = [[] for _ in pair.source.spans]
        scores = [1.0] * len(pair.source.spans)
        if parts:
            at, first, end, value = [0], [], [], []
            for part in parts:
                for window, alike in zip(part.windows, part.similarity, strict=True):
                    first.append(window.first)
                    end.append(window.end)
                    value.append(math.log(max(alike, 1e-9)) + self.options.links * window.fit)
                first.append(-1)  # none
                end.append(-1)
                value.append(math.log(self.options.min_similarity))
                at.append(len(first))
            bounds = np.array(at)
            log_p = probabilities(bounds, np.array(value) / self.options.temperature)
            chosen = choose(
                np.array([0, len(parts)]),
                np.array([part.run[0] for part in parts]),
                np.array([part.run[1] for part in parts]),
                np.array([part.span for part in parts]),
                bounds, np.array(first), np.array(end), log_p,
            )  # fmt: skip
            for part, x in zip(parts, chosen.tolist(), strict=True):
                scores[part.span] *= math.exp(log_p[x])
                if first[x] >= 0:
                    pieces[part.span].append(stretch_of(pair.target, Window(first[x], end[x], 0.0)))
        return [
            Projection(merge_adjacent(own, pair.target.text), round(score, 4))
            if own
            else Projection(None, 0.0, "no_counterpart", "no stretch translates it well enough")
            for own, score in zip(pieces, scores, strict=True)
        ]

    def close(self) -> None:
        """Free the models."""
        self.scorer.close()
        if self.generator is not None:
            self.generator.close()


def occurrences(pair: Pair, surfaces: Sequence[str]) -> list[tuple[int, int]]:
    """Target tokens of every place where one of the surfaces stands on token edges."""
    tokens = pair.target.tokens or []
    starts = {a: n for n, (a, _) in enumerate(tokens)}
    ends = {b: n + 1 for n, (_, b) in enumerate(tokens)}
    found: dict[tuple[int, int], None] = {}
    for surface in surfaces:
        at = pair.target.text.find(surface)
        while at >= 0:
            first, end = starts.get(at), ends.get(at + len(surface))
            if first is not None and end is not None:
                found[first, end] = None
            at = pair.target.text.find(surface, at + 1)
    return list(found)
