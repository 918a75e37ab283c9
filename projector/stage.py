"""What a stage of the pipeline is: records in, as many outcomes out, in the same order.

A stage opens no files. What some stages can do beyond `Stage` has protocols of its own, which the
runner asks for: `CorpusStage` and `SampledCorpus` here, `KeepsState` and `ReportsCost` in
`projector.abilities`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Protocol, cast, runtime_checkable

from msgspec import Struct

from projector.engines import engine_class
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

    Attributes:
        name: the command's name: ``translate``, ``align``, ``project``, ``qa``, ...
        needs, gives: what a record must have and what it has afterwards, out of ``document``,
            ``pair``, ``links``, ``target.spans``, ``questions``, ``target.questions``.
    """

    name: str
    needs: ClassVar[frozenset[str]]
    gives: ClassVar[frozenset[str]]

    def step(self) -> Step:
        """Provenance for the records and for OUT.run.json."""

    def process(self, records: Sequence[Record]) -> list[Outcome]:
        """One outcome for each record, in order. The result must not depend on the batching."""

    def close(self) -> None:
        """Stop child processes, free models."""


@runtime_checkable
class CorpusStage(Protocol):
    """A stage that can learn from the whole corpus before its first `process`.

    Attributes:
        name: the stage's.
        sees_corpus: whether it must, with the options that it was made with; the runner then
            calls `fit` once, with an iterator over all records.
    """

    name: str
    sees_corpus: bool

    def fit(self, records: Iterable[Record]) -> None:
        """Learn from the whole corpus; called only where ``sees_corpus`` is True."""


@runtime_checkable
class TakesRows(Protocol):
    """A stage whose records may be rows without a text: it works on fields that the user names.

    Attributes:
        rows: the named fields of a row; empty where records must have a text.
    """

    rows: frozenset[str]


@runtime_checkable
class SampledCorpus(Protocol):
    """A corpus-level stage that only counts, and need not see every record.

    Attributes:
        enough: `fit` sees all of the first so many records, and a tenth of what follows.
    """

    enough: int


class StageClass(Protocol):
    """What the table of stages holds: a class with its options and what a chain must know.

    Attributes:
        Options: a frozen `msgspec.Struct` that forbids unknown fields.
    """

    Options: type[Struct]
    needs: ClassVar[frozenset[str]]
    gives: ClassVar[frozenset[str]]

    def __call__(self, options: Any) -> Stage:
        """The stage, its engine found (no model is loaded yet); options are its ``Options``."""


def stage_class(name: str) -> StageClass:
    """The class of a stage (the table is `projector.engines.STAGES`).

    Raises:
        UsageError: no stage of that name; the message names the nearest one and all of them.
        EngineError: it exists but what it needs is not installed.
    """
    return cast(StageClass, engine_class("stages", name))


def rows_of(stage: object) -> frozenset[str]:
    """The fields for whose sake a stage takes rows without a text; empty where it does not."""
    return stage.rows if isinstance(stage, TakesRows) else frozenset()


def corpus_stage(stage: Stage) -> CorpusStage | None:
    """The stage as one that must see the corpus, or None where it need not."""
    return stage if isinstance(stage, CorpusStage) and stage.sees_corpus else None
