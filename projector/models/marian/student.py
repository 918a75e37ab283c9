"""A student of Firefox Translations as the translator and the aligner use it.

From texts to translations with their links and log-probabilities, and from given pairs to links
and log-probabilities. Sentences are computed in batches of like length; what comes out for one
never depends on the others (`linear`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from projector.errors import EngineError
from projector.models.constrained_beam import SLACK, SentenceSearch, constrained_search
from projector.models.marian import attention
from projector.models.marian.attention import Example, Heads, View
from projector.models.marian.beam import as_found, beams
from projector.models.marian.constrained import (
    Constraint,
    Spelling,
    holds,
    spellings,
    unknown_texts,
)
from projector.models.marian.hypotheses import StudentHypotheses
from projector.models.marian.network import Network
from projector.models.marian.normaliser import Span
from projector.models.marian.search import Found, force, greedy
from projector.models.marian.shortlist import Shortlist
from projector.models.marian.vocabulary import Pieces, Vocabulary
from projector.models.marian.weights import Floats, Ints, read_model
from projector.models.phrase_automaton import BITS, Automaton

LONGEST = 512  # source pieces; the students saw sentences of 200 words at most
GROWTH = 2.5  # target pieces for one source piece at most, as Marian is told by the publisher
SPARE = 5
BATCH = 64  # sentences together
ROWS = 1024  # source pieces together; more cost memory (docs/notes/marian.md)
FAINT = 0.05  # links of pieces below this are left out


class PieceLink(NamedTuple):
    """Two stretches of characters that the attention links, with a probability in (0, 1]."""

    source: Span
    target: Span
    probability: float


class Aligned(NamedTuple):
    """The links of a pair as the attention of the student's views has them.

    Attributes:
        matrix: mean of the views, (target pieces, source pieces and the end piece).
        source, target: the characters of each piece.
    """

    matrix: Floats
    source: list[Span]
    target: list[Span]

    def links(self, least: float = FAINT) -> list[PieceLink]:
        """Links between pieces with a probability of at least ``least``; empty pieces have none."""
        inner = self.matrix[:, : len(self.source)]
        return [
            PieceLink(self.source[i], self.target[t], float(inner[t, i]))
            for t, i in np.argwhere(inner >= least)
            if self.source[i][0] < self.source[i][1] and self.target[t][0] < self.target[t][1]
        ]

    def by_words(self, source: Sequence[Span], target: Sequence[Span]) -> Floats:
        """Probabilities of links between words, (source words, target words)."""
        return attention.by_words(self.matrix, self.source, self.target, source, target)


class Translation(NamedTuple):
    """One translation.

    Attributes:
        text: the translation; empty where the source is blank.
        score: mean log-probability of a piece, the end counted. By greedy search with a shortlist
            it is taken within the shortlist; `Student.force` gives that in the whole vocabulary.
        log_probs: of each piece and the end.
        aligned: links between source and translation; None where they were not wanted.
        finished: False where the limit of length came before the end: not to be trusted.
        unknown: stretches of the source that the vocabulary does not have.
        constraints_met: for each constraint whether the text holds one of its alternatives.
    """

    text: str
    score: float
    log_probs: Floats
    aligned: Aligned | None
    finished: bool
    unknown: list[Span]
    constraints_met: tuple[bool, ...] = ()


class Reading(NamedTuple):
    """A given translation, read: ``log_probs`` (None where not wanted) and links."""

    log_probs: Floats | None
    aligned: Aligned

    @property
    def score(self) -> float | None:
        """Mean log-probability of a piece, the end counted, in the whole vocabulary."""
        return None if self.log_probs is None else float(self.log_probs.mean(dtype=np.float64))


class Student:
    """A student: its network, vocabularies and shortlist.

    Attributes:
        folder: where it was read from.
        network, source, target, shortlist: its parts; shortlist None where there is none.
        heads: the views that links are taken from: the guided head until `calibrate` has found
            the reading head too.
    """

    def __init__(
        self,
        folder: Path,
        network: Network,
        source: Vocabulary,
        target: Vocabulary,
        shortlist: Shortlist | None,
    ) -> None:
        self.folder, self.network = folder, network
        self.source, self.target, self.shortlist = source, target, shortlist
        self.heads = Heads((attention.guided(network.layers),), 0.0, None, 0)

    @classmethod
    def load(cls, folder: Path) -> Student:
        """Read a student from a folder with one model, its vocabularies and its shortlist.

        Names as Mozilla's: ``model.*.bin``, ``vocab.*.spm`` or ``srcvocab.*.spm`` and
        ``trgvocab.*.spm``, and ``lex.*.bin`` (which may be lacking: slower).

        Raises:
            EngineError: a file is missing, damaged, or not of this model.
        """
        if not folder.is_dir():
            raise EngineError(f"{folder}: no such folder, wanted one with a Firefox model in it")
        network = Network(read_model(_only(folder, "model.*.bin")))
        split = _some(folder, "srcvocab.*.spm"), _some(folder, "trgvocab.*.spm")
        if split[0] or split[1]:
            source = Vocabulary(_only(folder, "srcvocab.*.spm"))
            target = Vocabulary(_only(folder, "trgvocab.*.spm"))
        else:
            source = target = Vocabulary(_only(folder, "vocab.*.spm"))
        for vocabulary, size in zip((source, target), network.shape.vocabularies, strict=True):
            if len(vocabulary) != size:
                raise EngineError(
                    f"{vocabulary.path}: {len(vocabulary)} pieces, the model has {size}: "
                    "files of different models"
                )
        lists = _some(folder, "lex.*.bin")
        shortlist = (
            Shortlist(_only(folder, "lex.*.bin"), *network.shape.vocabularies) if lists else None
        )
        return cls(folder, network, source, target, shortlist)

    def too_long(self, text: str) -> bool:
        """Whether a text has more pieces than can be translated at once."""
        return len(self.source.encode(text).ids) + 1 > LONGEST

    def translate(
        self,
        texts: Sequence[str],
        *,
        beam: int = 1,
        best: int = 1,
        length_penalty: float = 1.0,
        shortlist: bool = True,
        links: bool = True,
        constraints: Sequence[Sequence[Constraint]] | None = None,
    ) -> list[list[Translation]]:
        """Translate sentences: for each the ``best`` translations, likeliest first.

        Args:
            beam: how many hypotheses are followed; 1 is greedy search.
            best: how many translations of each; at most ``beam``.
            length_penalty: scores of the beam are divided by length to this power.
            shortlist: use the lexical shortlist, as the publisher does.
            constraints: for each text what its translation has to hold: for each constraint its
                alternative wordings. A text whose free translation holds all keeps that one;
                others are searched again (`constrained`). Words come in any order; one place may
                meet several constraints.

        Raises:
            EngineError: a text is longer than `too_long` allows (it has to be split before), or
                has more than 62 constraints.
        """
        if not 1 <= best <= beam:
            raise EngineError(f"{best} translations asked for of a beam of {beam}")
        pieces = self._pieces(texts)
        views = self.heads.views if links else ()
        heads = [view.head for view in views]
        out: list[list[Translation]] = [[] for _ in texts]
        end, unknown = self.target.end, self.target.unknown
        for batch in _batches([len(p.ids) for p in pieces], max(1, BATCH // beam)):
            rows = [[*pieces[n].ids, self.source.end] for n in batch]
            allowed = self._allowed(rows) if shortlist else None
            limits = [int(GROWTH * len(row)) + SPARE for row in rows]
            if beam == 1:
                found = [
                    [f] for f in greedy(self.network, rows, allowed, limits, end, unknown, heads)
                ]
            else:
                found = beams(self.network, rows, allowed, limits, end, unknown, heads,
                              beam, best, length_penalty)  # fmt: skip
            for n, some in zip(batch, found, strict=True):
                out[n] = [self._translation(pieces[n], one, views, links) for one in some]
        empty = Translation("", 0.0, np.zeros(0, np.float32), None, True, [])
        out = [some or [empty] for some in out]
        if constraints is None:
            return out
        return self._constrained(pieces, out, constraints, views, beam, best, length_penalty,
                                 shortlist, links)  # fmt: skip

    def _constrained(
        self,
        pieces: Sequence[Pieces],
        free: Sequence[list[Translation]],
        constraints: Sequence[Sequence[Constraint]],
        views: Sequence[View],
        beam: int,
        best: int,
        length_penalty: float,
        shortlist: bool,
        links: bool,
    ) -> list[list[Translation]]:
        """The free translations, those searched again that lack a wanted phrase."""
        out = [
            [_judged(one, wanted) for one in some]
            for some, wanted in zip(free, constraints, strict=True)
        ]
        sizes = [0] * len(out)
        for n, (some, wanted) in enumerate(zip(out, constraints, strict=True)):
            if len(wanted) > BITS:
                raise EngineError(f"{len(wanted)} constraints for a text, wanted at most {BITS}")
            if not (all(some[0].constraints_met) and some[0].finished):
                sizes[n] = len(pieces[n].ids)
        heads = [view.head for view in views]
        for batch in _batches(sizes, BATCH // 8):
            written: list[list[list[Spelling]]] = [
                [[s for phrase in wanted for s in spellings(phrase, self.target)]
                 for wanted in constraints[n]]
                for n in batch
            ]  # fmt: skip
            automata = [Automaton([[s.ids for s in one] for one in some]) for some in written]
            rows = [[*pieces[n].ids, self.source.end] for n in batch]
            every = [np.arange(len(self.target))] * len(rows)
            listed = (self._allowed(rows) if shortlist else None) or every
            end = self.target.end
            searches = [
                SentenceSearch(
                    automaton,
                    own[(own != self.target.unknown) & (own != end)],
                    self.target.word_ends,
                    [end],
                    len(out[n][0].log_probs) + sum(automaton.weights) + SLACK,
                    beam,
                    length_penalty,
                )
                for n, automaton, own in zip(batch, automata, listed, strict=True)
            ]
            constrained_search(StudentHypotheses(self.network, rows, heads), searches)
            searched = [
                [as_found(hypothesis, end, len(heads)) for _, hypothesis in search.done[:best]]
                for search in searches
            ]
            for n, made, own in zip(batch, searched, written, strict=True):
                again = [
                    _judged(self._translation(pieces[n], one, views, links,
                                              [s for ways in own for s in ways]), constraints[n])
                    for one in made
                ]  # fmt: skip
                if again and sum(again[0].constraints_met) >= sum(out[n][0].constraints_met):
                    out[n] = again
        return out

    def force(
        self, pairs: Sequence[tuple[str, str]], *, scores: bool = True, shortlist: bool = False
    ) -> list[Reading]:
        """Read given translations: links and, with ``scores``, log-probabilities.

        With ``shortlist`` these are taken among the source's shortlist and the translation's own
        pieces, as greedy search takes them: twice as fast, and higher by .1 to .6.

        Raises:
            EngineError: a side is longer than `too_long` allows.
        """
        sources = self._pieces([source for source, _ in pairs])
        targets = self._pieces([target for _, target in pairs], self.target)
        views = self.heads.views
        heads = [view.head for view in views]
        out: list[Reading | None] = [None] * len(pairs)
        sizes = [len(s.ids) + len(t.ids) for s, t in zip(sources, targets, strict=True)]
        for batch in _batches(sizes, BATCH):
            rows = [[*sources[n].ids, self.source.end] for n in batch]
            read = force(
                self.network,
                rows,
                [[*targets[n].ids, self.target.end] for n in batch],
                heads,
                scores=scores,
                allowed=self._allowed(rows) if scores and shortlist else None,
            )
            for n, one in zip(batch, read, strict=True):
                matrix = _mean(one.attention, views, len(targets[n].ids), len(sources[n].ids) + 1)
                out[n] = Reading(one.log_probs, Aligned(matrix, sources[n].spans, targets[n].spans))
        nothing = Reading(
            np.zeros(1, np.float32) if scores else None,
            Aligned(np.zeros((0, 1), np.float32), [], []),
        )
        return [nothing if one is None else one for one in out]

    def calibrate(self, texts: Sequence[str]) -> Heads:
        """Find the heads that tell links, from this student's own translations of plain text.

        Some 50 sentences in the source language will do. The result is kept in ``heads``, can be
        stored and set again; it depends on nothing but the model and the texts.
        """
        shape = self.network.shape
        heads = [
            (layer, head) for layer in range(self.network.layers) for head in range(shape.heads)
        ]
        pieces = [p for p in self._pieces([t for t in texts if not self.too_long(t)]) if p.ids]

        def examples() -> Iterator[Example]:
            for batch in _batches([len(p.ids) for p in pieces], BATCH // 2):
                rows = [[*pieces[n].ids, self.source.end] for n in batch]
                limits = [int(GROWTH * len(row)) + SPARE for row in rows]
                made = greedy(self.network, rows, self._allowed(rows), limits, self.target.end,
                              self.target.unknown, heads)  # fmt: skip
                for row, one in zip(rows, made, strict=True):
                    if one.finished and one.ids:
                        yield Example(
                            [self.source.pieces[i] for i in row[:-1]],
                            [self.target.pieces[i] for i in one.ids],
                            np.stack(one.attention),
                        )

        self.heads = attention.find_heads(examples(), heads, self.network.layers)
        return self.heads

    def _pieces(self, texts: Sequence[str], vocabulary: Vocabulary | None = None) -> list[Pieces]:
        vocabulary = vocabulary or self.source
        pieces = [vocabulary.encode(text) for text in texts]
        for text, found in zip(texts, pieces, strict=True):
            if len(found.ids) + 1 > LONGEST:
                raise EngineError(
                    f"a sentence of {len(found.ids)} pieces ({text[:40]!r}...), "
                    f"wanted {LONGEST - 1} at most: split it first"
                )
        return pieces

    def _allowed(self, rows: Sequence[Sequence[int]]) -> list[Ints] | None:
        if self.shortlist is None:
            return None
        return [self.shortlist.allowed(row, self.target.end) for row in rows]

    def _translation(
        self,
        pieces: Pieces,
        found: Found,
        views: Sequence[View],
        links: bool,
        wanted: Sequence[Spelling] = (),
    ) -> Translation:
        texts = unknown_texts(found.ids, wanted, self.target.unknown)
        text, spans = self.target.decode(found.ids, texts)
        aligned = None
        if links:
            matrix = _mean(found.attention, views, len(found.ids), len(pieces.ids) + 1)
            aligned = Aligned(matrix, pieces.spans, spans)
        unknown = [
            span
            for piece, span in zip(pieces.ids, pieces.spans, strict=True)
            if piece == self.source.unknown
        ]
        return Translation(text, found.score, found.log_probs, aligned, found.finished, unknown)


def _judged(translation: Translation, constraints: Sequence[Constraint]) -> Translation:
    met = tuple(holds(translation.text, constraint) for constraint in constraints)
    return translation._replace(constraints_met=met)


def _mean(views: Sequence[Floats], which: Sequence[View], pieces: int, sources: int) -> Floats:
    """The mean of the views' attention, a row for each target piece."""
    total = np.zeros((pieces, sources), np.float32)
    for weights, view in zip(views, which, strict=True):
        total += attention.aligned(weights, view.step, pieces)
    return total / np.float32(max(1, len(which)))


def _batches(sizes: Sequence[int], most: int) -> Iterator[list[int]]:
    """Places of sentences of like size together, blank ones (size 0) left out."""
    batch: list[int] = []
    for n in sorted((n for n, size in enumerate(sizes) if size), key=lambda n: (sizes[n], n)):
        if batch and (len(batch) == most or (len(batch) + 1) * (sizes[n] + 1) > ROWS):
            yield batch
            batch = []
        batch.append(n)
    if batch:
        yield batch


def _some(folder: Path, pattern: str) -> list[Path]:
    return sorted(folder.glob(pattern))


def _only(folder: Path, pattern: str) -> Path:
    found = _some(folder, pattern)
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        raise EngineError(f"{folder}: wanted one file {pattern}, found {names}")
    return found[0]
