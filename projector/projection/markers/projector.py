"""The method ``markers``: translate with tags around the spans and read them back (EasyProject).

Chen et al. 2023; XML-like tags after LabelPigeon. Flow: pairs -> tagged sentences (`marking`) ->
any translation engine -> tags read back and mended (`tags`) -> the same words in the record's own
target text (`relocate`) -> projections. A span whose tags were lost is placed by `match`, if the
record has links. An engine that gives links itself (Apertium) needs no tags in its text: they ride
on its units, which is what its links are, so `match` does the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from projector.abilities import total_cost
from projector.engines import engine_class, read_options
from projector.json_values import JsonObject
from projector.one_to_one import largest_matching
from projector.projection.base import Projection
from projector.projection.markers.insertion import (
    Job,
    Markers,
    jobs,
    marked,
    parents,
    read_markers,
)
from projector.projection.markers.recovery import Found, read_back, strip
from projector.projection.markers.relocation import Relocator
from projector.projection.match.projector import MatchProjector
from projector.projection.token_runs import merge_adjacent
from projector.records import Offsets, Pair
from projector.text.tokens import pair_with_tokens
from projector.translation.base import Translator
from projector.translation.quality_estimate import without_estimates
from projector.translation.stage import token_links

# Tried in this order where the wanted markers stand in the text already.
OTHERS = ("<{n}> </{n}>", "[ ]", "{ }", "<<{n}>> <</{n}>>")
TRUST = 0.9  # in a tag that came back whole, in the same translation


class MarkerOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of `MarkerProjector`.

    Attributes:
        engine: the translation engine; ``options``: its own.
        markers: ``brackets``, ``xml``, ``nested`` (the tags that LabelPigeon's models are tuned
            on: spans inside spans in one sentence), or an opening and a closing one with a space
            between; ``{n}`` in them becomes a letter of the span's own.
        match: place spans whose tags were lost by their links, and compare the others with them.
    """

    engine: str = "hf"
    options: JsonObject = {}
    markers: str = "xml"
    match: bool = True


class MatchBatch(Struct, frozen=True):
    """A tagged sentence: the pair's number, what is in it, and which markers it has."""

    pair: int
    job: Job
    markers: Markers
    text: str


class MarkerProjector:
    """See the module's docstring.

    The score is 0.9 for tags that came back whole in the same translation, less for what was
    mended or found in another wording, more where the links say the same and less where they do
    not. It orders projections; it was not fitted to data.

    Raises:
        UsageError: an unknown engine, option or language.
        EngineError: the engine or its model is missing.
    """

    name = "markers"
    needs_links = False

    def __init__(self, model: str = "", **options: object) -> None:
        self.options = read_options(MarkerOptions, options, self.name)
        self.markers = read_markers(self.options.markers)
        engine = engine_class("translators", self.options.engine)
        options_of_engine = without_estimates(self.options.engine, self.options.options)
        self.translator: Translator = engine(model, **options_of_engine)
        self.matcher = MatchProjector()
        self.sees_corpus = self.options.match and self.matcher.sees_corpus

    @property
    def model(self) -> str:
        return self.translator.model

    @property
    def version(self) -> str:
        return f"{self.translator.name} {self.translator.version}".strip()

    def cost(self) -> dict[str, float]:
        """What the translator has spent (see `ReportsCost`)."""
        return total_cost([self.translator])

    def fit(self, pairs: Iterable[Pair]) -> None:
        """See `MatchProjector.fit`."""
        self.matcher.fit(pairs)

    def state(self) -> bytes:
        return self.matcher.state()

    def load_state(self, data: bytes) -> None:
        self.matcher.load_state(data)

    def project(self, pairs: Sequence[Pair]) -> list[list[Projection]]:
        """See `Projector.project`."""
        ready = [pair_with_tokens(pair) for pair in pairs]
        if self.translator.gives_links:
            ready = self._linked(ready)
        by_links = self._by_links(ready)
        if self.translator.gives_links:
            return [
                row
                if row is not None
                else [_lost("the engine gave no links")] * len(p.source.spans)
                for row, p in zip(by_links, ready, strict=True)
            ]
        found = self._by_tags(ready, by_links)
        return [
            [
                self._decide(
                    pair,
                    len(span.parts),
                    found.get((n, k), []),
                    row[k] if row is not None else None,
                )
                for k, span in enumerate(pair.source.spans)
            ]
            for n, (pair, row) in enumerate(zip(ready, by_links, strict=True))
        ]

    def _by_links(self, pairs: Sequence[Pair]) -> list[list[Projection] | None]:
        """What `match` says of the pairs that have links."""
        rows: list[list[Projection] | None] = [None] * len(pairs)
        if self.options.match or self.translator.gives_links:
            places = [n for n, pair in enumerate(pairs) if pair.alignment]
            done = self.matcher.project([pairs[n] for n in places])
            for n, row in zip(places, done, strict=True):
                rows[n] = row
        return rows

    def _linked(self, pairs: Sequence[Pair]) -> list[Pair]:
        """Pairs without links get the engine's own, where it translates as the record does."""
        out = list(pairs)
        for n, pair in enumerate(pairs):
            if pair.alignment or not pair.source.spans:
                continue
            units = [
                ((s.source_start, s.source_end), (s.target_start, s.target_end))
                for s in pair.segments or ()
            ] or [((0, len(pair.source.text)), (0, len(pair.target.text)))]
            texts = [pair.source.text[a:b] for (a, b), _ in units]
            done = self.translator.translate(texts, pair.source.lang, pair.target.lang)
            links = []
            for ((a, _), (c, d)), result in zip(units, done, strict=True):
                if result.links and result.text == pair.target.text[c:d]:
                    links += [
                        ((x + a, y + a), (u + c, v + c), p) for (x, y), (u, v), p in result.links
                    ]
            if links:
                tokens = (pair.source.tokens or [], pair.target.tokens or [])
                out[n] = replace(pair, alignment=token_links(links, *tokens))
        return out

    def _by_tags(
        self, pairs: Sequence[Pair], by_links: Sequence[list[Projection] | None]
    ) -> dict[tuple[int, int], list[tuple[Offsets, float]]]:
        """For each span, by pair and number, the stretches of its parts with their trust."""
        groups: dict[tuple[str, str], list[MatchBatch]] = {}
        for n, pair in enumerate(pairs):
            for job in jobs(pair, nested=self.markers.nested)[0]:
                signs = self._free_markers(pair.source.text[slice(*job.source)])
                if signs is not None:
                    asked = MatchBatch(n, job, signs, marked(pair.source.text, job, signs))
                    groups.setdefault((pair.source.lang, pair.target.lang), []).append(asked)
        answers: dict[tuple[int, int], list[tuple[Offsets, float]]] = {}
        for (source, target), members in groups.items():
            done = self.translator.translate([asked.text for asked in members], source, target)
            for asked, result in zip(members, done, strict=True):
                if result.error is None:
                    pair = pairs[asked.pair]
                    expected = by_links[asked.pair]
                    for part, stretch, trust in self._read(pair, asked, result.text, expected):
                        key = (asked.pair, asked.job.parts[part].span)
                        answers.setdefault(key, []).append((stretch, trust))
        return answers

    def _free_markers(self, text: str) -> Markers | None:
        """The wanted markers, or others if those stand in the text already."""
        others = [signs for signs in map(read_markers, OTHERS) if self._can(signs)]
        for signs in (self.markers, *others):
            if not strip(text, signs, 26)[1]:
                return msgspec.structs.replace(signs, nested=self.markers.nested)
        return None

    def _can(self, signs: Markers) -> bool:
        """Equal markers cannot nest."""
        return signs.distinct or not self.markers.nested

    def _read(
        self, pair: Pair, asked: MatchBatch, text: str, expected: Sequence[Projection] | None
    ) -> list[tuple[int, Offsets, float]]:
        """Part, stretch of the record's target text, and trust."""
        parts = asked.job.parts
        words = [len(pair.source.text[p.start : p.end].split()) for p in parts]
        holders = parents(parts) if asked.markers.nested else None
        plain, found = read_back(text, asked.markers, words, holders)
        c, d = asked.job.target
        tokens = [(a - c, b - c) for a, b in pair.target.tokens or () if c <= a and b <= d]
        other = Relocator(plain, pair.target.text[c:d], tokens, pair.target.lang)
        placed: list[tuple[Found, Offsets, float]] = []
        for one in found:
            where = other.find(one.start, one.end)
            if where is not None:
                (a, b), trust = where
                placed.append((one, (a + c, b + c), TRUST * trust * one.quality))
        if asked.markers.distinct:
            return [(one.part, stretch, trust) for one, stretch, trust in placed]
        places = [stretch for _, stretch, _ in placed]
        owners = owners_of(places, [p.span for p in parts], expected)
        return [
            (part, placed[n][1], placed[n][2] * sure) for n, (part, sure) in sorted(owners.items())
        ]

    def _decide(
        self,
        pair: Pair,
        parts: int,
        found: Sequence[tuple[Offsets, float]],
        linked: Projection | None,
    ) -> Projection:
        """Tags against links, for one span."""
        if len(found) < parts:
            detail = "its tags did not come back whole"
            if linked is None:
                return _lost(detail)
            return replace(linked, detail=linked.detail or f"{detail}; placed by the links")
        pieces = merge_adjacent([stretch for stretch, _ in found], pair.target.text)
        score = 1.0
        for _, trust in found:
            score *= trust
        if linked is not None and linked.pieces == pieces:
            score = 1 - (1 - score) * (1 - linked.score)
        elif linked is not None and linked.pieces is not None:
            if linked.score > score:
                return replace(linked, score=linked.score * (1 - score / 2))
            score *= 1 - linked.score / 2
        return Projection(pieces, round(score, 4))

    def close(self) -> None:
        """Stop the engine."""
        self.translator.close()


def owners_of(
    places: Sequence[Offsets], spans: Sequence[int], expected: Sequence[Projection] | None
) -> dict[int, tuple[int, float]]:
    """Whose each stretch is where the tags do not say: stretch -> part, and how sure.

    By the places that the links give the spans; without links in the text's order, which is no
    more than a guess if there are several.
    """
    if expected is None:
        if len(places) != len(spans):
            return {}
        return {n: (n, 1.0 if len(spans) == 1 else 0.7) for n in range(len(spans))}
    shared = [
        [
            sum(max(0, min(b, d) - max(a, c)) for c, d in expected[span].pieces or ())
            for a, b in places
        ]
        for span in spans
    ]
    if not places:
        return {}
    rows, columns = largest_matching(shared)
    found = {int(m): (int(k), 1.0) for k, m in zip(rows, columns, strict=True) if shared[k][m] > 0}
    # One stretch and one part left over belong together.
    free = [n for n in range(len(places)) if n not in found]
    waiting = [k for k in range(len(spans)) if k not in {part for part, _ in found.values()}]
    if len(free) == len(waiting) == 1:
        found[free[0]] = (waiting[0], 0.7)
    return found


def _lost(detail: str) -> Projection:
    return Projection(None, 0.0, "no_counterpart", detail)
