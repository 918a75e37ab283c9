"""What an annotator finds in a text, and what it must be able to do.

Between the stage `projector.annotation.stage` and the engines (`spacy`, `stanza`, `llm`, ...).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from projector.records import Document, Offsets

# Layers that an annotator may give. The first two every pipeline has.
LAYERS = (
    "tokens", "sentences", "pos", "lemmas", "entities", "chunks", "relations", "classes",
)  # fmt: skip


class Labelled(Struct, frozen=True):
    """A stretch of text with a label; ``score`` in [0, 1] where the annotator gives one."""

    start: int
    end: int
    label: str
    score: float | None = None


class LabelledRelation(Struct, frozen=True):
    """A labelled relation between two stretches, each one of the annotation's ``entities`` or a
    span that the document brought."""

    label: str
    head: Labelled
    tail: Labelled
    score: float | None = None


class Unplaced(Struct, frozen=True):
    """Something that an annotator said and that cannot be taken over, with the reason."""

    what: str
    reason: str


class Annotation(Struct, frozen=True):
    """What was found in one text, as character offsets into it.

    ``pos`` (Universal POS) and ``lemmas`` have one entry for each token; they are empty where the
    pipeline does not give them. ``chunks`` are noun phrases without what follows the noun.
    ``classes`` are labels of the whole document by name. ``unplaced`` is what was said and could
    not be taken over. ``error`` is set where the document could not be annotated at all.
    """

    tokens: list[Offsets]
    sentences: list[Offsets]
    pos: list[str]
    lemmas: list[str]
    entities: list[Labelled]
    chunks: list[Offsets]
    relations: list[LabelledRelation] = []
    classes: dict[str, str] = {}
    unplaced: list[Unplaced] = []
    error: str | None = None


class Annotator(Protocol):
    """A pipeline for many languages; models load at first use.

    Raises:
        UsageError: a layer or option that it does not know.
        EngineError: a model that is missing, or that does not give a wanted layer.
    """

    name: str
    model: str
    version: str

    def layers(self, lang: str) -> frozenset[str]:
        """Which of `LAYERS` the pipeline of this language gives."""

    def annotate(self, documents: Sequence[Document], lang: str) -> list[Annotation]:
        """One annotation for each document; a document that brings its tokens keeps them."""

    def close(self) -> None:
        """Free the models."""


def trimmed(text: str, start: int, end: int) -> Offsets | None:
    """The stretch without white space at its edges; None if nothing else is in it."""
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    end -= len(piece) - len(piece.rstrip())
    return (start, end) if start < end else None
