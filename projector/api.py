"""The commands as functions over records in memory, and a recipe as one call.

A stage's options are the command's: ``align(pairs, engine="hmm", bitext=["more.tsv.gz"])``.
Records are `projector.records` structs; nothing is written unless `write` or `run` is called.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from projector.io import formats
from projector.pipeline.in_memory import apply
from projector.pipeline.job import Job
from projector.pipeline.recipe import StageSpec, build_stage, load_recipe
from projector.pipeline.run import runner
from projector.pipeline.run.summary import Summary
from projector.records import Pair, Record


def read(
    path: str | os.PathLike[str], format: str = "", options: Mapping[str, object] | None = None
) -> Iterator[Record]:
    """The records of a file, one at a time.

    Args:
        path: a file, a folder for formats that are folders, or ``-`` for standard input.
        format: as ``xproject convert --formats`` lists them; guessed from the file if empty.
        options: the format's own settings.

    Raises:
        UsageError: no such format or setting.
        DataError: the file, or its first bad record, with file and line.
    """
    return formats.read(path, format, options)


def write(
    records: Iterable[Record],
    path: str | os.PathLike[str],
    format: str = "jsonl",
    options: Mapping[str, object] | None = None,
    *,
    force: bool = False,
) -> int:
    """Write records to a file that is complete or absent; gives how many were written.

    Raises:
        UsageError: no such format or setting; ``path`` exists and ``force`` is not given.
        DataError: a record that the format cannot hold.
    """
    return formats.write(records, path, format, options, force=force)


def translate(records: Iterable[Record], *, to: str, **options: object) -> list[Pair]:
    """Documents to pairs of a document and its translation, as ``xproject translate``.

    Args:
        records: documents; a source language is ``lang`` of each, or the option ``from``.
        to: the target language, an ISO code.
        options: ``engine``, ``model``, ``fields``, ... (`projector.translation.stage`).

    Raises:
        UsageError: an engine, language or option that does not exist.
        EngineError: what the engine needs is not here; the message says what to type.
        DataError: a record that cannot be translated.
    """
    return _stage("translate", records, {"to": to, **options})


def align(pairs: Iterable[Record], **options: object) -> list[Pair]:
    """Pairs with word links (``alignment``), as ``xproject align``.

    Args:
        pairs: all pairs of the corpus at once: a statistical aligner learns from them.
        options: ``engine``, ``bitext``, ``lexicon``, ... (`projector.alignment.stage`).
    """
    return _stage("align", pairs, options)


def project(pairs: Iterable[Record], **options: object) -> list[Pair]:
    """Aligned pairs with annotations on the target side, as ``xproject project``.

    Args:
        pairs: pairs with word links; what labels take in is learnt from all of them.
        options: ``method``, ``min_score``, ... (`projector.projection.stage`).
    """
    return _stage("project", pairs, options)


def run(
    recipe: str | os.PathLike[str], *, input: str = "", output: str = "", job: Job | None = None
) -> Summary:
    """Run a YAML recipe from file to file, as ``xproject run``; gives the counts.

    Args:
        recipe: the recipe's file.
        input, output: instead of the recipe's own.
        job: how to run it: workers, resume, what to do with bad records.

    Raises:
        UsageError: a recipe that makes no sense, with file, line and the nearest key.
    """
    loaded = load_recipe(os.fspath(recipe))
    return runner.run(loaded, input=input, output=output, job=job or loaded.job())


def _stage(name: str, records: Iterable[Record], options: Mapping[str, object]) -> list[Pair]:
    stage = build_stage(StageSpec(stage=name, options=dict(options)))
    try:
        return cast(list[Pair], apply([stage], records))
    finally:
        stage.close()
