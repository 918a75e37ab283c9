"""Beam search over a student that must use given phrases, and how wanted words become pieces.

Dynamic beam allocation (Post & Vilar 2018): hypotheses are banked by how many tokens of the
constraints they hold, and the places of the beam are dealt to the banks in turn, so that those
which pay for a phrase now are not driven out by those that put it off. What is begun, overlaps or
is abandoned is followed by the automaton of `phrase_automaton`. The search over Hugging Face's
models (`constrained_beam`) does the same with tensors for a whole batch at once; here each sentence
is a small search of its own, so its width and its ties do not depend on the others.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from projector.models.marian.beam import Hypothesis, as_found
from projector.models.marian.network import Ints, Network
from projector.models.marian.search import Found, Head
from projector.models.marian.vocabulary import Vocabulary
from projector.models.marian.weights import Floats
from projector.models.phrase_automaton import Automaton

WIDEST = 24  # hypotheses that a sentence with many constraints may have
NARROWEST = 4
SLACK = 4  # how many pieces a translation is longer at most than the free one and its constraints
OPENERS = ("(", "[", '"', "'", "-", "/")  # what a wanted word may follow without a space

Constraint = Sequence[str]  # alternative wordings, one of which is wanted


class Spelling(NamedTuple):
    """One way to write a wanted phrase.

    Attributes:
        ids: the pieces.
        unknown: the text of each unknown piece among them, in order.
    """

    ids: tuple[int, ...]
    unknown: tuple[str, ...]


def spellings(phrase: str, vocabulary: Vocabulary) -> list[Spelling]:
    """The ways a phrase may be written, the plain one first.

    As given and with a capital, as at the beginning of a sentence; as a word of its own, and right
    after an opening bracket or quote, a hyphen or a slash, with a space before that or without.
    """
    phrase = " ".join(phrase.split())
    if not phrase:
        return []
    made: dict[Spelling, None] = {}
    for text in dict.fromkeys((phrase, phrase[0].upper() + phrase[1:])):
        pieces = vocabulary.encode(text)
        unknown = tuple(
            text[a:b]
            for piece, (a, b) in zip(pieces.ids, pieces.spans, strict=True)
            if piece == vocabulary.unknown
        )
        made[Spelling(tuple(pieces.ids), unknown)] = None
        for opener in OPENERS:
            for before, cut in (("", 0), ("a", 1)):
                ids = vocabulary.encode(before + opener + text).ids[cut:]
                if vocabulary.decode(ids)[0] == opener + text:
                    made[Spelling(tuple(ids), ())] = None
    return [spelling for spelling in made if spelling.ids]


def unknown_texts(ids: Sequence[int], wanted: Sequence[Spelling], unknown: int) -> list[str]:
    """The text of each unknown piece of a translation, which only a wanted phrase may have.

    Phrases that differ in unknown characters alone are taken in the order given.
    """
    texts: list[str] = []
    left = [spelling for spelling in wanted if spelling.unknown]
    at = 0
    while at < len(ids):
        here = [s for s in left if tuple(ids[at : at + len(s.ids)]) == s.ids]
        if here:
            longest = max(here, key=lambda s: len(s.ids))
            texts += longest.unknown
            at += len(longest.ids)
            if sum(s.ids == longest.ids for s in left) > 1:
                left.remove(longest)
        else:
            texts += [""] * (ids[at] == unknown)
            at += 1
    return texts


def holds(text: str, constraint: Constraint) -> bool:
    """Whether a text has one of the alternatives as whole words, a first capital apart."""
    for phrase in constraint:
        phrase = " ".join(phrase.split())
        if not phrase:
            continue
        for wording in (phrase, phrase[0].upper() + phrase[1:]):
            before = r"(?<!\w)" if wording[0].isalnum() else ""
            after = r"(?!\w)" if wording[-1].isalnum() else ""
            if re.search(before + re.escape(wording) + after, text):
                return True
    return False


def constrained(
    network: Network,
    sentences: Sequence[Sequence[int]],
    allowed: Sequence[Ints] | None,
    automata: Sequence[Automaton],
    horizons: Sequence[int],
    begins: npt.NDArray[np.bool_],
    end: int,
    unknown: int,
    heads: Sequence[Head],
    beam: int,
    best: int,
    length_penalty: float,
) -> list[list[Found]]:
    """The ``best`` translations of each sentence that hold all that can be held.

    Args:
        sentences, allowed, heads, beam, best, length_penalty: as of `beam.beams`; the letters of
            a sentence's automaton are allowed besides.
        horizons: the most pieces of each; at the last one the end is forced.
        begins: for each piece whether a word before it is over.

    Returns:
        For each sentence likeliest first; none where the horizon was too near.
    """
    encoded = network.encode(sentences)
    searches = [
        _Search(
            automaton,
            None if allowed is None else allowed[n],
            begins,
            end,
            unknown,
            horizons[n],
            beam,
            length_penalty,
        )
        for n, automaton in enumerate(automata)
    ]
    owner = np.arange(len(sentences))
    cells = network.cells(len(sentences))
    step = 0
    while len(owner):
        pieces = [row.piece for search in searches for row in search.live]
        read = network.read(
            encoded, owner, cells, np.array(pieces, np.int64), np.ones_like(owner), step, heads
        )
        scores = network.log_probabilities(read)
        step += 1
        parents: list[int] = []
        first = 0
        for search in searches:
            count = len(search.live)
            if count:
                seen = [
                    read.weights[:, read.places[row] : read.places[row + 1]]
                    for row in range(first, first + count)
                ]
                parents += [first + at for at in search.grow(scores[first : first + count], seen)]
                first += count
        owner = np.array([n for n, s in enumerate(searches) for _ in s.live], np.int64)
        cells = [cell[parents] for cell in cells]
    return [
        [as_found(hypothesis, end, len(heads)) for _, hypothesis in search.done[:best]]
        for search in searches
    ]


class _Row(NamedTuple):
    """A hypothesis in the beam, with its state in the automaton and the bits of what it holds."""

    hypothesis: Hypothesis | None
    state: int
    met: int

    @property
    def piece(self) -> int:
        """The piece to read next; -1 at the beginning."""
        return -1 if self.hypothesis is None else self.hypothesis.piece


class _Candidate(NamedTuple):
    total: float
    parent: int
    piece: int
    state: int
    met: int
    bank: int


class _Search:
    """The search of one sentence.

    Attributes:
        live: the hypotheses of the beam.
        done: the finished ones with their scores, best first.
    """

    def __init__(
        self,
        automaton: Automaton,
        allowed: Ints | None,
        begins: npt.NDArray[np.bool_],
        end: int,
        unknown: int,
        horizon: int,
        beam: int,
        length_penalty: float,
    ) -> None:
        self.automaton, self.begins, self.end = automaton, begins, end
        self.horizon, self.beam, self.length_penalty = horizon, beam, length_penalty
        self.width = max(beam, NARROWEST, min(WIDEST, sum(automaton.weights) + 1))
        self.pieces = np.arange(len(begins)) if allowed is None else allowed
        self.pieces = self.pieces[(self.pieces != unknown) & (self.pieces != end)]
        self.starting = self.pieces[begins[self.pieces]]
        self.live = [_Row(None, 0, 0)]
        self.done: list[tuple[float, Hypothesis]] = []
        self.length = 0

    def grow(self, scores: Floats, seen: Sequence[Floats]) -> list[int]:
        """Take one step; the places in the former beam of the parents of the new one's rows."""
        self.length += 1
        rows, parents = [], []
        last = self.length >= self.horizon
        for one in self._dealt(self._candidates(scores, last))[: self.width]:
            before = self.live[one.parent].hypothesis
            hypothesis = Hypothesis(
                before,
                one.piece,
                float(scores[one.parent, one.piece]),
                one.total,
                self.length,
                seen[one.parent].copy(),
            )
            if one.piece == self.end:
                self.done.append((one.total / self.length**self.length_penalty, hypothesis))
            else:
                rows.append(_Row(hypothesis, one.state, one.met))
                parents.append(one.parent)
        self.done.sort(key=lambda scored: -scored[0])
        if last or self._settled(rows):
            rows, parents = [], []
        self.live = rows
        return parents

    def _settled(self, rows: Sequence[_Row]) -> bool:
        """Whether enough has ended, or nothing in the beam can come out better."""
        if not self.done:
            return False
        hopes = [row.hypothesis.total for row in rows if row.hypothesis is not None]
        best = max(hopes, default=-np.inf) / self.length**self.length_penalty
        return len(self.done) >= max(self.beam, NARROWEST) or best <= self.done[0][0]

    def _candidates(self, scores: Floats, last: bool) -> list[_Candidate]:
        """Continuations worth a look: each row's likeliest pieces, the likeliest that begins a
        word where a phrase waits for one, and those that bring a phrase forward."""
        automaton, goal = self.automaton, self.automaton.goal
        out = []
        for parent, row in enumerate(self.live):
            own = scores[parent]
            total = 0.0 if row.hypothesis is None else row.hypothesis.total
            bank = automaton.bank(row.state, row.met)
            pending = automaton.nodes[row.state].ends
            tokens: dict[int, bool] = {}  # and whether the piece counts only if it brings on
            if (row.met | pending) & goal == goal:
                tokens[self.end] = False
            if not last:
                tokens.update(
                    dict.fromkeys(_likeliest(own, self.pieces, self.beam + NARROWEST), False)
                )
                if pending & ~row.met & goal:
                    tokens.update(dict.fromkeys(_likeliest(own, self.starting, 1), False))
                for letter in automaton.letters:
                    tokens.setdefault(letter, True)
            for piece, wanted in tokens.items():
                state, met = automaton.advance(row.state, row.met, piece, self.begins[piece])
                reached = automaton.bank(state, met)
                if piece == self.end:
                    reached = sum(automaton.weights)
                elif wanted and reached <= bank:
                    continue
                out.append(
                    _Candidate(total + float(own[piece]), parent, piece, state, met, reached)
                )
        return out

    def _dealt(self, candidates: Sequence[_Candidate]) -> list[_Candidate]:
        """All firsts of the banks, the fullest bank first, then all seconds, and so on."""
        place: dict[int, int] = {}
        ranked = []
        for one in sorted(candidates, key=lambda c: (-c.total, c.parent, c.piece)):
            rank = place[one.bank] = place.get(one.bank, -1) + 1
            ranked.append((rank, -one.bank, one))
        return [one for _, _, one in sorted(ranked, key=lambda r: r[:2])]


def _likeliest(scores: Floats, pieces: Ints, count: int) -> list[int]:
    """The likeliest of some pieces, in order; equal ones by number."""
    own = scores[pieces]
    count = min(count, len(own))
    if not count:
        return []
    close = np.flatnonzero(own >= np.partition(own, len(own) - count)[len(own) - count])
    chosen: list[int] = pieces[close[np.argsort(-own[close], kind="stable")][:count]].tolist()
    return chosen
