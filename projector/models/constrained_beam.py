"""Beam search that must use given phrases, over any model that gives `Hypotheses`.

Dynamic beam allocation (Post & Vilar 2018): hypotheses are banked by how many tokens of the
constraints they hold, and the places of the beam are dealt to the banks in turn, so that those
which pay for a phrase now are not driven out by those that put it off. Phrases may come in any
order, each may have alternatives, and what is begun, overlaps or is abandoned is followed by an
automaton (`phrase_automaton`). The model steps all sentences of a batch together; each sentence's
search is its own, so its width and its ties do not depend on its neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from projector.models.hypothesis import Hypothesis
from projector.models.phrase_automaton import Automaton
from projector.models.translation_model import Floats, Hypotheses

Ints = npt.NDArray[np.int64]

WIDEST = 24  # hypotheses that a sentence with many constraints may have
NARROWEST = 4
SLACK = 4  # how many tokens a translation is longer at most than the free one and its constraints


def constrained_search(hypotheses: Hypotheses, searches: Sequence[SentenceSearch]) -> None:
    """Run the searches of a batch's sentences to their ends; what they find is in `done`.

    ``hypotheses`` has been begun with the sentences, one row each.
    """
    while True:
        scores = hypotheses.distributions()
        parents: list[int] = []
        first = 0
        for search in searches:
            count = len(search.live)
            if count:
                seen = [hypotheses.seen(row) for row in range(first, first + count)]
                parents += [first + at for at in search.grow(scores[first : first + count], seen)]
                first += count
        if not parents:
            return
        hypotheses.select(parents)
        hypotheses.step([row.piece for search in searches for row in search.live])


class _Row(NamedTuple):
    """A hypothesis in the beam, with its state in the automaton and the bits of what it holds."""

    hypothesis: Hypothesis | None
    state: int
    met: int

    @property
    def piece(self) -> int:
        """The token to write next; -1 at the beginning."""
        return -1 if self.hypothesis is None else self.hypothesis.piece


class _Candidate(NamedTuple):
    total: float
    parent: int
    piece: int
    state: int
    met: int
    bank: int


class SentenceSearch:
    """The search of one sentence.

    Args:
        automaton: of its constraints.
        allowed: the tokens that its translation may be made of, sorted, those that end it left
            out; the letters of the automaton are allowed besides.
        begins: for each token of the vocabulary whether a word before it is over.
        ends: the tokens that end a translation.
        horizon: the most tokens of it; at the last one the end is forced.
        beam: hypotheses that are followed at a time at least.
        length_penalty: the power of the length that a finished sum is divided by.

    Attributes:
        live: the hypotheses of the beam.
        done: the finished ones that hold all that can be held with their scores, best first; none
            where the horizon was too near.
    """

    def __init__(
        self,
        automaton: Automaton,
        allowed: Ints,
        begins: npt.NDArray[np.bool_],
        ends: Sequence[int],
        horizon: int,
        beam: int,
        length_penalty: float,
    ) -> None:
        self.automaton, self.begins, self.ends = automaton, begins, ends
        self.horizon, self.beam, self.length_penalty = horizon, beam, length_penalty
        self._full = sum(automaton.weights)  # the bank of those that hold everything
        self.width = max(beam, NARROWEST, min(WIDEST, self._full + 1))
        self.pieces = allowed
        self.starting = allowed[begins[allowed]]
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
                seen[one.parent],
            )
            if one.piece in self.ends:
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
                tokens.update(dict.fromkeys(self.ends, False))
            if not last:
                tokens.update(
                    dict.fromkeys(_likeliest(own, self.pieces, self.beam + NARROWEST), False)
                )
                if pending & ~row.met & goal:
                    tokens.update(dict.fromkeys(_likeliest(own, self.starting, 1), False))
                for letter in automaton.letters:
                    tokens.setdefault(letter, True)
            for piece, wanted in tokens.items():
                if not np.isfinite(own[piece]):
                    continue
                state, met = automaton.advance(row.state, row.met, piece, self.begins[piece])
                reached = self._full if piece in self.ends else automaton.bank(state, met)
                if wanted and reached <= bank:
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
