"""A sentence with its dependency tree: what the question rules over a parse stand on.

Labels are those of the ClearNLP scheme that spaCy's English pipelines give (``nsubj``, ``dobj``,
``attr``, ``pobj``, ...); parts of speech are Universal POS with Penn tags beside them; entity
types are those of OntoNotes. `parsing` makes the trees, `phrases` reads phrases off them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from projector.text.entity_labels import ORGANISATION, PERSON, PLACE

SUBJECTS = frozenset(("nsubj", "nsubjpass"))
CLAUSAL_SUBJECTS = frozenset(("csubj", "csubjpass"))
AUXILIARIES = frozenset(("aux", "auxpass"))


PLACE_TYPES = frozenset(("GPE", "LOC", "FAC"))


def _entity_type(label: str) -> str:
    """OntoNotes' type for a label in common use, or ""."""
    label = label.upper()
    if label in PERSON:
        return "PERSON"
    if label in ORGANISATION:
        return "ORG"
    return "LOC" if label in PLACE else ""


class Token(Struct, frozen=True):
    """One token: ``start`` and ``end`` are character offsets in the sentence, ``head`` is the
    number of its head (its own for a root), ``ent`` the type of the entity that it lies in."""

    text: str
    start: int
    end: int
    lemma: str
    pos: str
    tag: str
    dep: str
    head: int
    ent: str = ""


class Tree:
    """The tokens of one sentence with quick access to their dependents."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self.text = text
        self.tokens = list(tokens)

    @cached_property
    def children(self) -> list[list[int]]:
        """Dependents of each token, in text order."""
        found: list[list[int]] = [[] for _ in self.tokens]
        for n, token in enumerate(self.tokens):
            if token.head != n:
                found[token.head].append(n)
        return found

    def subtree(self, n: int) -> list[int]:
        """The token and all below it, in text order."""
        return sorted(self._below(n))

    def _below(self, n: int) -> Iterator[int]:
        yield n
        for child in self.children[n]:
            yield from self._below(child)

    def dependents(self, n: int, *labels: str) -> list[int]:
        """Dependents of a token with one of these labels."""
        return [c for c in self.children[n] if self.tokens[c].dep in labels]

    def dependent(self, n: int, *labels: str) -> int | None:
        """The first dependent with one of these labels."""
        return next(iter(self.dependents(n, *labels)), None)

    def lemma(self, n: int) -> str:
        """The lemma, folded."""
        return self.tokens[n].lemma.lower()

    def roots(self) -> list[int]:
        """The heads of the sentences in the text."""
        return [n for n, token in enumerate(self.tokens) if token.head == n]

    def with_entities(self, spans: Sequence[tuple[int, int, str]]) -> Tree:
        """The same tree with entity types from a record's own spans, where these are names."""
        tokens = list(self.tokens)
        for start, end, label in spans:
            kind = _entity_type(label)
            for n in self.within(start, end) if kind else ():
                if not (kind == "LOC" and tokens[n].ent in PLACE_TYPES):
                    tokens[n] = replace(tokens[n], ent=kind)
        return Tree(self.text, tokens)

    def within(self, start: int, end: int) -> list[int]:
        """Numbers of the tokens that share characters with a stretch."""
        return [n for n, t in enumerate(self.tokens) if t.start < end and t.end > start]

    def entity(self, n: int) -> list[int]:
        """The tokens of the entity that a token lies in, or none."""
        kind = self.tokens[n].ent
        if not kind:
            return []
        first, last = n, n
        while first > 0 and self.tokens[first - 1].ent == kind:
            first -= 1
        while last + 1 < len(self.tokens) and self.tokens[last + 1].ent == kind:
            last += 1
        return list(range(first, last + 1))
