"""Which wanted phrases a growing translation holds, as tables that a whole batch steps through.

The alternatives of all constraints of a sentence make one Aho-Corasick automaton over token ids
(Aho & Corasick 1975): its state is the longest end of the translation that begins some phrase, so a
phrase that is begun, abandoned and begun again, or that overlaps another, is never missed. A phrase
counts once the next token begins a new word (or the sentence ends), so "casa" is not met by
"casas". The tables of a batch's sentences are padded to one shape, so a step of all hypotheses is
a handful of tensor look-ups, however many constraints there are.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import torch
from msgspec import Struct

Phrase = Sequence[int]
BITS = 62  # constraints of a sentence: one bit each of a 64-bit integer


class _Node(Struct):
    children: dict[int, int]
    fail: int = 0
    ends: int = 0  # bits of the constraints of which a phrase ends here
    depth: int = 0


class Automaton:
    """The automaton of one sentence.

    Args:
        constraints: for each constraint its alternatives, each a non-empty list of token ids. A
            constraint without alternatives cannot be met and is left out of the search.
    """

    def __init__(self, constraints: Sequence[Sequence[Phrase]]) -> None:
        if len(constraints) > BITS:
            raise ValueError(f"found {len(constraints)} constraints, wanted at most {BITS}")
        self.nodes = [_Node({})]
        self.possible = [bool(phrases) for phrases in constraints]
        # What meeting each constraint counts: the length of its shortest alternative.
        self.weights = [min(map(len, phrases), default=0) for phrases in constraints]
        for bit, phrases in enumerate(constraints):
            for phrase in phrases:
                self._add(phrase, 1 << bit)
        self.letters = sorted({token for node in self.nodes for token in node.children})
        self._link()
        self.gains = self._progress(constraints)

    @property
    def goal(self) -> int:
        """The bits of all constraints that can be met."""
        return sum(1 << bit for bit, possible in enumerate(self.possible) if possible)

    def _add(self, phrase: Phrase, bit: int) -> None:
        at = 0
        for token in phrase:
            child = self.nodes[at].children.get(token)
            if child is None:
                child = len(self.nodes)
                self.nodes.append(_Node({}, depth=self.nodes[at].depth + 1))
                self.nodes[at].children[token] = child
            at = child
        self.nodes[at].ends |= bit

    def _link(self) -> None:
        """Fail links, ends seen through them, and the full transition table."""
        self.step = [[0] * len(self.letters) for _ in self.nodes]
        place = {token: n for n, token in enumerate(self.letters)}
        queue = deque([0])
        while queue:
            at = queue.popleft()
            node = self.nodes[at]
            node.ends |= self.nodes[node.fail].ends if at else 0
            for n, token in enumerate(self.letters):
                child = node.children.get(token)
                fallback = self.step[node.fail][n] if at else 0
                if child is None:
                    self.step[at][n] = fallback
                else:
                    self.nodes[child].fail = fallback
                    self.step[at][n] = child
                    queue.append(child)
        self.place = place

    def _progress(self, constraints: Sequence[Sequence[Phrase]]) -> list[list[int]]:
        """For each state and constraint, how many of its tokens are already there (at most its
        weight): the weight less the tokens still wanted for the nearest alternative."""
        # Prefixes of alternatives by node: which constraint, how many tokens are left.
        left: list[dict[int, int]] = [{} for _ in self.nodes]
        for bit, phrases in enumerate(constraints):
            for phrase in phrases:
                at = 0
                for n, token in enumerate(phrase, 1):
                    at = self.nodes[at].children[token]
                    rest = len(phrase) - n
                    left[at][bit] = min(left[at].get(bit, rest), rest)
        gains = []
        for at in range(len(self.nodes)):
            best = [0] * len(constraints)
            node = at
            while node:
                for bit, rest in left[node].items():
                    best[bit] = max(best[bit], self.weights[bit] - rest)
                node = self.nodes[node].fail
            gains.append(best)
        return gains


class AutomatonBatch:
    """The tables of several sentences, padded to one shape, on a device.

    Sentences are numbered as given; hypotheses carry a state (0: nothing begun) and the bits of
    the constraints met.
    """

    def __init__(self, automata: Sequence[Automaton], device: torch.device | str) -> None:
        count = len(automata)
        states = max(len(a.nodes) for a in automata)
        letters = max([1, *(len(a.letters) for a in automata)])
        bits = max([1, *(len(a.weights) for a in automata)])
        shape = torch.zeros(count, states, letters, dtype=torch.long)
        self.letters = torch.full((count, letters), -1, dtype=torch.long)
        ends = torch.zeros(count, states, dtype=torch.long)
        gains = torch.zeros(count, states, bits, dtype=torch.long)
        weights = torch.zeros(count, bits, dtype=torch.long)
        for n, a in enumerate(automata):
            if a.letters:
                shape[n, : len(a.nodes), : len(a.letters)] = torch.tensor(a.step)
                self.letters[n, : len(a.letters)] = torch.tensor(a.letters)
            ends[n, : len(a.nodes)] = torch.tensor([node.ends for node in a.nodes])
            if a.weights:
                gains[n, : len(a.nodes), : len(a.weights)] = torch.tensor(a.gains)
                weights[n, : len(a.weights)] = torch.tensor(a.weights)
        self.next = shape.to(device)
        self.letters = self.letters.to(device)
        self.ends = ends.to(device)
        self.gains = gains.to(device)
        self.weights = weights.to(device)
        self.goals = torch.tensor([a.goal for a in automata], device=device)
        self.bit = torch.arange(bits, device=device)

    def select(self, places: torch.Tensor) -> None:
        """Keep only some sentences, in the order given."""
        for name in ("next", "letters", "ends", "gains", "weights", "goals"):
            setattr(self, name, getattr(self, name)[places])

    def advance(
        self, states: torch.Tensor, met: torch.Tensor, tokens: torch.Tensor, begins: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """States and met bits after ``tokens`` (all four (sentences, n)); ``begins`` says which
        of the tokens begin a new word."""
        met = met | self.pending(states) * begins
        # The letter of each token: its place in the sentence's (sorted) letters.
        hit = tokens[:, :, None] == self.letters[:, None, :]
        known, letter = hit.max(2)
        rows = torch.arange(len(tokens), device=tokens.device)[:, None]
        return self.next[rows, states, letter] * known, met

    def pending(self, states: torch.Tensor) -> torch.Tensor:
        """Bits of the constraints that are met if the word ends here."""
        return self.ends.gather(1, states)

    def bank(self, states: torch.Tensor, met: torch.Tensor) -> torch.Tensor:
        """How many tokens of the constraints stand already (sentences, n)."""
        have = (met[:, :, None] >> self.bit) & 1
        rows = torch.arange(len(states), device=states.device)[:, None]
        gains = self.gains[rows, states] * (1 - have)
        return (have * self.weights[:, None, :]).sum(2) + gains.max(2).values
