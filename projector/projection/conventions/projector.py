"""The source's convention on the edges of spans, applied to what another method projects.

``match`` knows conventions as features of its candidates; the other methods choose by a
translation model or by markers, which know nothing of them. Their spans are corrected afterwards:
a word of a closed class at an edge is left out, or one next to it is taken in, where the source
span itself or the convention of its label says so clearly. Nothing else is moved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec
from msgspec.structs import replace

from projector.abilities import total_cost
from projector.projection.base import Projection, Projector, learner
from projector.projection.conventions.closed_classes import WordClass, source_class
from projector.projection.conventions.edges import Edges, edges_of
from projector.projection.conventions.learning import (
    Convention,
    Conventions,
    Probabilities,
    WordClasses,
)
from projector.projection.token_runs import token_run
from projector.records import Offsets, Pair

TAKEN_IN = 1.5  # log odds from which a word next to an edge is taken in
LEFT_OUT = -3.5  # log odds up to which a word at an edge is left out
OWN = 4.0  # log odds that the source span's own edge counts for
APPLIED = (  # classes that are corrected; what the others do depends too much on the words' links
    WordClass.DETERMINER,
    WordClass.SENTENCE_END,
)
CORRECTED = frozenset(("candidates", "constrained", "markers"))  # methods that need it


class ConventionProjector:
    """A projector whose spans follow the conventions of the source; see the module's docstring.

    Conventions need a look at the whole corpus; without it (`fit` is not called) only what the
    source span itself says is applied.
    """

    sees_corpus = True

    def __init__(self, inner: Projector) -> None:
        self.inner = inner
        self.name = inner.name
        self.model = inner.model
        self.version = inner.version
        self.needs_links = inner.needs_links
        self.conventions = Conventions()
        self._learner = learner(inner)

    def fit(self, pairs: Iterable[Pair]) -> None:
        """Count the edges of the source's spans, in one pass with what the projector learns."""
        self.conventions = Conventions()

        def counted() -> Iterator[Pair]:
            for pair in pairs:
                self.conventions.add(pair)
                yield pair

        if self._learner is not None:
            self._learner.fit(counted())
        else:
            for _ in counted():
                pass

    def state(self) -> bytes:
        """What `fit` learnt."""
        own = self._learner.state() if self._learner is not None else b""
        return msgspec.msgpack.encode((self.conventions.dump(), own))

    def load_state(self, data: bytes) -> None:
        """Take over what another's `fit` learnt."""
        conventions, own = msgspec.msgpack.decode(data, type=tuple[bytes, bytes])
        self.conventions = Conventions.load(conventions)
        if self._learner is not None:
            self._learner.load_state(own)

    def project(self, pairs: Sequence[Pair]) -> list[list[Projection]]:
        """See `Projector.project`."""
        return [
            self._corrected(pair, found)
            for pair, found in zip(pairs, self.inner.project(pairs), strict=True)
        ]

    def cost(self) -> dict[str, float]:
        """What the projector has spent (`projector.abilities.ReportsCost`)."""
        return total_cost([self.inner])

    def close(self) -> None:
        """Free the projector's model."""
        self.inner.close()

    def _corrected(self, pair: Pair, found: Sequence[Projection]) -> list[Projection]:
        source, target = pair.source, pair.target
        if not source.tokens or not target.tokens or not source.spans:
            return list(found)
        kinds = [source_class(word, source.lang) for word in source.words()]
        classes = self.conventions.classes_of(source.lang, target.lang)
        words = target.words()
        corrected = []
        taken = [piece for projection in found for piece in projection.pieces or ()]
        for span, projection in zip(source.spans, found, strict=True):
            run = token_run(source, (span.start, span.end))
            pieces = projection.pieces
            if pieces is None or len(pieces) > 1 or len(span.parts) > 1 or run[0] >= run[1]:
                corrected.append(projection)
                continue
            edges = edges_of(source, kinds, (span.start, span.end), run)
            usual = self.conventions.of(source.lang, span.label)
            others = [piece for piece in taken if piece != pieces[0]]
            place = corrected_run(words, target.tokens, pieces[0], edges, usual, classes, others)
            corrected.append(replace(projection, pieces=[place]))
        return corrected


def corrected_run(
    words: Sequence[str],
    tokens: Sequence[Offsets],
    place: Offsets,
    edges: Edges,
    usual: Convention,
    classes: Callable[[str], WordClasses],
    others: Sequence[Offsets],
) -> Offsets:
    """A projected stretch with the words at its edges that belong to it.

    Args:
        words, tokens: the target's.
        place: the stretch; one that begins or ends inside a token is left as it is.
        edges: of the source span; usual: the convention of its label.
        classes: of a target word.
        others: stretches of the pair's other spans, from which nothing is taken.
    """
    starts = {a: n for n, (a, _) in enumerate(tokens)}
    ends = {b: n for n, (_, b) in enumerate(tokens)}
    if place[0] not in starts or place[1] not in ends:
        return place
    first, last = starts[place[0]], ends[place[1]]

    def at_first(n: int) -> float:
        return _odds(classes(words[n]).word, usual.first, edges.first, edges.before)

    def at_last(n: int) -> float:
        return _odds(classes(words[n]).word, usual.last, edges.last, edges.after)

    def is_free(n: int) -> bool:
        return all(tokens[n][1] <= a or b <= tokens[n][0] for a, b in others)

    while first < last and at_first(first) < LEFT_OUT:
        first += 1
    while last > first and at_last(last) < LEFT_OUT:
        last -= 1
    kept = (tokens[first][0], tokens[last][1])
    if kept[0] == place[0] and first and is_free(first - 1) and at_first(first - 1) > TAKEN_IN:
        first -= 1
    follows = last + 1
    if kept[1] == place[1] and follows < len(words) and is_free(follows):
        last += at_last(follows) > TAKEN_IN
    return tokens[first][0], tokens[last][1]


def _odds(shares: Probabilities, usual: Probabilities, inner: WordClass, outer: WordClass) -> float:
    """Log odds that a word of these classes belongs to the span at that edge."""
    total = 0.0
    for of, share in enumerate(shares):
        if share and of in APPLIED:
            own = (of == inner) - (of == outer)
            total += share * (own * OWN if own else usual[of])
    return total
