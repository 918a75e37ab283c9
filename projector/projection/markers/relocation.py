"""A stretch of one translation found again in another translation of the same sentence.

Used by `markers`: the text with tags is often translated a little otherwise than the text without,
and the text without is the one that the record keeps.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from projector.records import Offsets
from projector.text.tokens import tokenize

SAME, MOSTLY, ONCE = 1.0, 0.6, 0.7


class Relocator:
    """Where the words of one text stand in another.

    Args:
        text, tokens: the text of the stretches; tokens are made here if they are not given.
        other, other_tokens: the text to find them in.
    """

    def __init__(self, text: str, other: str, other_tokens: Sequence[Offsets], lang: str) -> None:
        self.text, self.other = text, other
        self.tokens = tokenize(text, lang)
        self.other_tokens = list(other_tokens)
        self.equal = text == other
        self.places: dict[int, int] = {}  # token -> other's token
        if not self.equal:
            left = [text[a:b].lower() for a, b in self.tokens]
            right = [other[a:b].lower() for a, b in self.other_tokens]
            matcher = SequenceMatcher(None, left, right, autojunk=False)
            for kind, a, b, c, d in matcher.get_opcodes():
                # Words put in another form stand at the same place between equal ones.
                if kind == "equal" or (kind == "replace" and b - a == d - c):
                    self.places |= {a + n: c + n for n in range(b - a)}

    def find(self, start: int, end: int) -> tuple[Offsets, float] | None:
        """The stretch in the other text, and how sure that is, or None."""
        if self.equal:
            return self._on_tokens(start, end), SAME
        inside = [n for n, (a, b) in enumerate(self.tokens) if a < end and start < b]
        places = [self.places.get(n) for n in inside]
        known = sorted(place for place in places if place is not None)
        if inside and places[0] is not None and places[-1] is not None:
            width = known[-1] - known[0] + 1
            if width <= len(inside) + 1:
                stretch = (self.other_tokens[known[0]][0], self.other_tokens[known[-1]][1])
                equal = self.text[start:end].lower() == self.other[slice(*stretch)].lower()
                return stretch, SAME if equal else MOSTLY
        surface = self.text[start:end]
        if surface and self.other.count(surface) == 1:
            at = self.other.index(surface)
            return self._on_tokens(at, at + len(surface)), ONCE
        return None

    def _on_tokens(self, start: int, end: int) -> Offsets:
        """The stretch grown to whole tokens."""
        inside = [(a, b) for a, b in self.other_tokens if a < end and start < b]
        return (inside[0][0], inside[-1][1]) if inside else (start, end)
