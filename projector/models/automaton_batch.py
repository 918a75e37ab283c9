"""The automata of a batch's sentences (`phrase_automaton`) as tensors of one shape.

A step of all hypotheses is a handful of look-ups, however many constraints there are.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from projector.models.phrase_automaton import Automaton


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
