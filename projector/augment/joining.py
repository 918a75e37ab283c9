"""Two stages around `translate`: ``join`` puts a second text behind the first, ``split`` undoes it.

Texts of one record that are translated apart lose words that they shared, and a model trained on
that learns the artefact (Artetxe, Labaka and Agirre 2020, "Translation Artifacts in Cross-lingual
Transfer Learning"). Joined, a premise and its hypothesis go through the translator as one text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from msgspec import Struct
from msgspec.structs import replace

from projector.errors import UsageError
from projector.json_values import JsonObject
from projector.records import Document, Pair, Record, Step
from projector.stage import Outcome, Rejected

MARK = "joined"


class JoinOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``field``: the key in ``meta`` that holds the second text."""

    field: str


class JoinStage:
    """Documents in, documents with the second text on a line of its own out."""

    name = "join"
    Options = JoinOptions
    needs: ClassVar[frozenset[str]] = frozenset({"document"})
    gives: ClassVar[frozenset[str]] = frozenset({"document"})
    sees_corpus = False

    def __init__(self, options: JoinOptions) -> None:
        if not options.field:
            raise UsageError("join: found no field, wanted the key in meta of the second text")
        self.options = options

    def step(self) -> Step:
        return Step("join", "join", options={"field": self.options.field})

    def fit(self, records: Iterable[Record]) -> None:
        """Nothing to learn."""

    def process(self, records: Sequence[Record]) -> list[Outcome]:
        return [self._join(record) for record in records]

    def close(self) -> None:
        """Nothing to free."""

    def _join(self, record: Record) -> Outcome:
        if isinstance(record, Pair):
            return Rejected(record.id, "not_a_document", "found a pair, wanted a document")
        second = record.meta.get(self.options.field)
        if not isinstance(second, str) or not second.strip() or "\n" in second:
            return Rejected(
                record.id, "bad_field", f"meta.{self.options.field}: wanted a text of one line"
            )
        text = f"{record.text}\n{second}"
        mark = {"field": self.options.field, "at": len(record.text)}
        # Tokens and tags are those of the first text, which keeps its offsets.
        return replace(record, text=text, tokens=None, tags={}, meta={**record.meta, MARK: mark})


class SplitOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """No options."""


class SplitStage:
    """Translated pairs in, pairs with the two texts parted again on both sides out."""

    name = "split"
    Options = SplitOptions
    needs: ClassVar[frozenset[str]] = frozenset({"pair"})
    gives: ClassVar[frozenset[str]] = frozenset({"pair"})
    sees_corpus = False

    def __init__(self, options: SplitOptions) -> None:
        self.options = options

    def step(self) -> Step:
        return Step("split", "split")

    def fit(self, records: Iterable[Record]) -> None:
        """Nothing to learn."""

    def process(self, records: Sequence[Record]) -> list[Outcome]:
        return [self._split(record) for record in records]

    def close(self) -> None:
        """Nothing to free."""

    def _split(self, record: Record) -> Outcome:
        mark = record.source.meta.get(MARK) if isinstance(record, Pair) else None
        if not isinstance(record, Pair) or not isinstance(mark, dict):
            return Rejected(record.id, "not_joined", "found no joined text, wanted join before")
        source, target = record.source, record.target
        if target.text.count("\n") != source.text.count("\n"):
            return Rejected(record.id, "joined_text_lost", "the line between the texts was lost")
        lines = source.text[: mark["at"]].count("\n") + 1
        at = len("\n".join(target.text.split("\n")[:lines]))
        field = str(mark["field"])
        new_source, new_target = _first(source, mark["at"], field), _first(target, at, field)
        rows, columns = len(new_source.tokens or ()), len(new_target.tokens or ())
        links = record.alignment
        if links is not None:
            links = [link for link in links if link[0] < rows and link[1] < columns]
        segments = [
            s for s in record.segments or () if s.source_end <= mark["at"] and s.target_end <= at
        ]
        # Built anew: links and segments must never stand beside texts that they do not fit.
        return Pair(
            record.id, new_source, new_target, links, segments or None,
            [*record.steps, self.step()], record.dropped, record.meta,
        )  # fmt: skip


def _first(doc: Document, at: int, field: str) -> Document:
    """The document with the text before ``at``; what stands after it goes to ``meta``."""
    tokens = None if doc.tokens is None else [t for t in doc.tokens if t[1] <= at]
    meta: JsonObject = {k: v for k, v in doc.meta.items() if k != MARK}
    meta[field] = doc.text[at:].strip("\n")
    return replace(doc, text=doc.text[:at], tokens=tokens, meta=meta)
