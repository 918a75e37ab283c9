"""What a word aligner is: token lists of sentence pairs in, links with probabilities out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, runtime_checkable

from msgspec import Struct

from projector.records import Link, Pair


class TokenPair(Struct, frozen=True):
    """The words of a sentence and of its translation, as they stand in the texts."""

    source: list[str]
    target: list[str]


class Aligner(Protocol):
    """A word aligner.

    Attributes:
        sees_corpus: True if `fit` must see all pairs before `align` (statistical aligners).
    """

    name: str
    model: str
    version: str
    sees_corpus: bool

    def fit(self, pairs: Iterable[TokenPair], source: str, target: str) -> None:
        """Learn from all sentence pairs of the run; languages are ISO codes, "" if unknown."""

    def align(self, pairs: Sequence[TokenPair], source: str, target: str) -> list[list[Link]]:
        """Links of each pair, sorted by source then target token, probabilities in (0, 1]."""

    def close(self) -> None:
        """Free the model."""


@runtime_checkable
class KeepsLinks(Protocol):
    """An aligner that leaves pairs alone which bring links, from the translator or a file."""

    keeps_links: bool


@runtime_checkable
class UsesVectors(Protocol):
    """An aligner that takes word vectors as evidence: their name or path, "" for none."""

    vectors: str


@runtime_checkable
class AlignsRecords(Protocol):
    """An aligner of whole records, not of sentences: links that were made elsewhere."""

    name: str
    model: str
    version: str
    sees_corpus: bool

    def fit_records(self, records: Iterable[Pair]) -> None:
        """See all records of the run, in order, with their tokens."""

    def links_of(self, pair: Pair) -> list[Link]:
        """Links of one record.

        Raises:
            DataError: it has none.
        """

    def state(self) -> bytes:
        """What `fit_records` noted."""

    def load_state(self, data: bytes) -> None:
        """Take over what another's `fit_records` noted."""

    def close(self) -> None:
        """Forget the links."""
