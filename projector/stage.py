"""What a stage of the pipeline is: records in, as many outcomes out, in the same order.

A stage opens no files. It may ask to see the whole corpus first (``sees_corpus``): the runner
then calls `fit` once with an iterator over all records before any `process`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Protocol

from msgspec import Struct

from projector.records import Record, Step

FILTERED = "filter_"  # what reasons begin with where a filter took a good record out


class Rejected(Struct, frozen=True, omit_defaults=True):
    """A record that a stage could not do: a short reason code and the sentence for people."""

    id: str
    reason: str
    detail: str = ""


Outcome = Record | Rejected


class Stage(Protocol):
    """One step from records to records.

    A stage may also have these; the runner looks for them:

    - ``enough: int``: `fit` sees all of the first so many records, and a tenth of what follows;
      for stages that only count. Without it (or 0) it sees all;
    - ``cost() -> dict[str, float]``: what it has spent since it was made (``tokens``, ``money``,
      ``requests``, ...), for OUT.run.json;
    - ``state() -> bytes | None`` and ``load_state(data: bytes)``: what `fit` learned, so that it
      is kept over an interruption and reaches workers on other machines. Without them (or with
      None) `fit` is repeated in every worker, and a Ray cluster cannot be used.

    Attributes:
        name: the command's name: ``translate``, ``align``, ``project``, ``qa``, ...
        needs, gives: what a record must have and what it has afterwards, out of ``document``,
            ``pair``, ``links``, ``target.spans``, ``questions``, ``target.questions``.
        sees_corpus: True if `fit` must see every record before the first `process`.
    """

    name: str
    needs: ClassVar[frozenset[str]]
    gives: ClassVar[frozenset[str]]
    sees_corpus: bool

    def step(self) -> Step:
        """Provenance for the records and for OUT.run.json."""

    def fit(self, records: Iterable[Record]) -> None:
        """Learn from the whole corpus; called only where ``sees_corpus`` is True."""

    def process(self, records: Sequence[Record]) -> list[Outcome]:
        """One outcome for each record, in order. The result must not depend on the batching."""

    def close(self) -> None:
        """Stop child processes, free models."""
