"""MLQA's folder: a SQuAD file for each pair of the context's and the question's language.

``SPLIT-context-CC-question-QQ.json`` (Lewis et al. 2020, "MLQA: Evaluating Cross-lingual Extractive
Question Answering"); the same question has the same id in all files. Both sides of a pair give
contexts.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec import Struct

from projector.errors import UsageError
from projector.io.folders import write_folder
from projector.io.formats.shared.format import Format
from projector.io.formats.shared.notes import Notes
from projector.io.formats.shared.passages import passages_and_queries
from projector.json_values import JsonObject
from projector.records import Record


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of the format. split: the beginning of each file's name."""

    split: str = "train"


def write(
    records: Iterable[Record], path: str, options: Options, notes: Notes, *, force: bool = False
) -> int:
    """The folder; returns the number of contexts.

    Raises:
        UsageError: a context or question does not say its language.
    """
    passages, queries = passages_and_queries(records)
    by_id = {p.id: p for p in passages}
    files: dict[tuple[str, str], dict[str, list[JsonObject]]] = {}
    for query in queries:
        for name, answers in query.answers.items():
            languages = (by_id[name].lang, query.lang)
            if not all(languages):
                raise UsageError(
                    f"mlqa: found the question {query.id!r} or its context without a language, "
                    "wanted 'lang' on both (xproject convert --lang)"
                )
            asked: JsonObject = {
                "id": query.id.removesuffix(f"-{query.lang}"),
                "question": query.text,
                "answers": [{"text": text, "answer_start": start} for start, text in answers],
            }
            files.setdefault(languages, {}).setdefault(name, []).append(asked)
    with write_folder(path, force=force, ours=_ours) as folder:
        for (context, question), found in sorted(files.items()):
            data = [
                {"title": name, "paragraphs": [{"context": by_id[name].text, "qas": asked}]}
                for name, asked in found.items()
            ]
            file = folder / f"{options.split}-context-{context}-question-{question}.json"
            file.write_bytes(msgspec.json.encode({"version": 1.0, "data": data}))
    return len(passages)


def _ours(name: str) -> bool:
    return "-context-" in name and "-question-" in name and name.endswith(".json")


FORMAT = Format(
    name="mlqa",
    summary="MLQA: a folder, a file for each pair of languages",
    options=Options,
    write=write,
    holds=frozenset({"questions", "spans"}),
    pairs=True,
    folder=True,
)
