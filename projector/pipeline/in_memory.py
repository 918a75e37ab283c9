"""Stages over records in memory, for the library, notebooks and tests: no files, no journal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from projector.errors import DataError
from projector.pipeline.chain import process
from projector.records import Record
from projector.stage import Rejected, Stage, corpus_stage


def apply(stages: Sequence[Stage], records: Iterable[Record]) -> list[Record]:
    """The records after all stages; corpus-level stages are fitted on what reaches them.

    Raises:
        DataError: a stage rejected a record; the message has its id and the reason.
    """
    current = list(records)
    for stage in stages:
        if (learner := corpus_stage(stage)) is not None:
            learner.fit(iter(current))
        outcomes = process(stage, current) if current else []
        current = []
        for outcome in outcomes:
            if isinstance(outcome, Rejected):
                raise DataError(
                    f"the stage {stage.name!r} rejected {outcome.id!r}: "
                    f"{outcome.detail or outcome.reason}",
                    reason=outcome.reason,
                )
            current.append(outcome)
    return current
