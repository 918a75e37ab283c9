"""Which wanted phrases a growing translation holds, told token by token.

The alternatives of all constraints of a sentence make one Aho-Corasick automaton over token ids
(Aho & Corasick 1975): its state is the longest end of the translation that begins some phrase, so a
phrase that is begun, abandoned and begun again, or that overlaps another, is never missed. A phrase
counts once the next token begins a new word (or the sentence ends), so "casa" is not met by
"casas".
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

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

    def advance(self, state: int, met: int, token: int, begins: bool) -> tuple[int, int]:
        """State and met bits after a token; ``begins`` says whether it begins a new word."""
        if begins:
            met |= self.nodes[state].ends
        place = self.place.get(token)
        return (0 if place is None else self.step[state][place]), met

    def bank(self, state: int, met: int) -> int:
        """How many tokens of the constraints stand already."""
        whole = sum(weight for bit, weight in enumerate(self.weights) if met >> bit & 1)
        begun = [gain for bit, gain in enumerate(self.gains[state]) if not met >> bit & 1]
        return whole + max(begun, default=0)

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
