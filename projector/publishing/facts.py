"""What there is to say about a data set: counted over its records, read from OUT.run.json.

The card, the Croissant description and the folder that is pushed are made from this.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct, field

from projector.errors import DataError, UsageError
from projector.io.formats.shared.corrections import is_unreviewed
from projector.io.jsonl import read_records
from projector.io.shards import input_files
from projector.json_values import JsonObject
from projector.publishing.licences import ModelLicence, licences, unrecorded
from projector.records import Document, Pair, Record, Step
from projector.report.data import Overview

MAX_JSON = 64 << 20  # bytes of OUT.run.json or of a file of scores that are read
TASK_OF_LAYER = {  # the hub's task categories, in the order in which a card names them
    "spans": "token-classification",
    "tags": "token-classification",
    "questions": "question-answering",
    "labels": "text-classification",
}


T = TypeVar("T")


class Split(Struct):
    """One file of records under the name that it has in the data set.

    Attributes:
        path: a file of records, or a folder of shards.
        records: how many there are; ``reviewed`` of them were checked by a person.
    """

    name: str
    path: str
    records: int = 0
    reviewed: int = 0


class Facts(Struct):
    """Counts over all splits; of a pair, the target side is what is published.

    Attributes:
        overview: the counts that need both sides (projected, dropped, scores).
        labels: spans of the target by label.
        languages, source_languages: records by language code.
        layers: what the targets hold: ``spans`` (that are no answers), ``relations``,
            ``questions``, ... and how many.
        tag_layers, record_labels: names of the layers of token tags and of the record labels.
        rejected: records that the runs set aside, by reason.
        licences: those of the models that were used.
    """

    splits: list[Split] = field(default_factory=list)
    overview: Overview = field(default_factory=Overview)
    labels: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    source_languages: Counter[str] = field(default_factory=Counter)
    layers: Counter[str] = field(default_factory=Counter)
    tag_layers: set[str] = field(default_factory=set)
    record_labels: set[str] = field(default_factory=set)
    characters: int = 0
    tokens: int = 0
    steps: list[Step] = field(default_factory=list)
    rejected: Counter[str] = field(default_factory=Counter)
    licences: list[ModelLicence] = field(default_factory=list)

    @property
    def records(self) -> int:
        """All records of all splits."""
        return sum(split.records for split in self.splits)

    @property
    def tasks(self) -> list[str]:
        """The hub's task categories that the layers serve; translation where there are none."""
        found = [task for layer, task in TASK_OF_LAYER.items() if self.layers[layer]]
        return list(dict.fromkeys(found)) or ["translation"]

    @property
    def non_commercial(self) -> list[ModelLicence]:
        """The models whose licence forbids commercial use."""
        return [model for model in self.licences if model.commercial_use is False]

    def add(self, record: Record, split: Split) -> None:
        """Count one record."""
        target = record.target if isinstance(record, Pair) else record
        split.records += 1
        split.reviewed += _is_reviewed(record)
        self._add_target(target)
        if isinstance(record, Pair):
            self.source_languages[record.source.lang] += bool(record.source.lang)
            self.overview.add(record)
            self.steps.extend(step for step in record.steps if step not in self.steps)

    def _add_target(self, doc: Document) -> None:
        self.languages[doc.lang] += bool(doc.lang)
        self.characters += len(doc.text)
        self.tokens += len(doc.tokens or ())
        self.labels.update(span.label or "span" for span in doc.spans)
        answers = {name for question in doc.questions for name in question.answers}
        self.layers["spans"] += sum(span.id not in answers for span in doc.spans)
        self.layers["relations"] += len(doc.relations)
        self.layers["clusters"] += len(doc.clusters)
        self.layers["questions"] += len(doc.questions)
        self.layers["tags"] += bool(doc.tags)
        self.layers["labels"] += bool(doc.labels)
        self.tag_layers.update(doc.tags)
        self.record_labels.update(doc.labels)


def _is_reviewed(record: Record) -> bool:
    """Whether a person has looked at it: it comes from a correction, and was not left out."""
    return bool(record.meta.get("corrected")) and not is_unreviewed(record)


def gather_facts(splits: Mapping[str, str]) -> Facts:
    """Count the records of every split, and read what their runs noted.

    Args:
        splits: name -> file of records (or folder of shards), as `xproject` writes them.

    Raises:
        UsageError: two splits of one name, no records at all.
        DataError: a file that is no records, or a damaged OUT.run.json.
    """
    facts = Facts()
    noted: list[ModelLicence] = []
    for name, path in splits.items():
        split = Split(name, path)
        facts.splits.append(split)
        for record in records_of(path):
            facts.add(record, split)
        run = read_notes(f"{path.rstrip('/')}.run.json")
        facts.rejected.update(_counts(run))
        engines = unrecorded(_convert(run.get("engines", []), list[Step], path))
        facts.steps.extend(step for step in engines if step not in facts.steps)
        noted += _convert(run.get("licences", []), list[ModelLicence], path)
    if not facts.records:
        raise UsageError(f"{', '.join(splits.values())}: found no records, wanted some to describe")
    known = {(m.stage, m.engine, m.model): m for m in [*licences(facts.steps), *noted]}
    facts.licences = list(known.values())
    return facts


def records_of(path: str) -> Iterator[Record]:
    """The records of a file, or of all shards of a folder or pattern in the order of their names;
    rejected and removed ones beside them are none (`projector.io.shards`)."""
    for file in input_files(path):
        yield from read_records(file)


def files_read(splits: Mapping[str, str], scores: str = "") -> list[str]:
    """Every file that describing a data set reads, which it must not write.

    Raises:
        DataError: a folder or pattern without records.
    """
    found = [scores] if scores else []
    for path in splits.values():
        found += [path, *input_files(path), f"{path.rstrip('/')}.run.json"]
    return found


def read_notes(path: str) -> JsonObject:
    """A JSON object that a command has written (OUT.run.json, scores); {} where there is no file.

    Raises:
        DataError: too large, no JSON, or no object.
    """
    file = Path(path)
    if not file.is_file():
        return {}
    with open(file, "rb") as stream:
        data = stream.read(MAX_JSON + 1)
    try:
        if len(data) > MAX_JSON:
            raise ValueError(f"more than {MAX_JSON} bytes")
        return msgspec.json.decode(data, type=JsonObject)
    except (msgspec.DecodeError, ValueError) as error:
        raise DataError(f"found no JSON object ({error}), wanted one", path=path) from error


def _counts(run: Mapping[str, object]) -> dict[str, int]:
    """The records that a run set aside, by reason."""
    counts = run.get("counts", {})
    found = counts.get("rejected_by_reason", {}) if isinstance(counts, dict) else {}
    if not isinstance(found, dict):
        return {}
    return {str(k): n for k, n in found.items() if isinstance(n, int)}


def _convert(plain: object, kind: type[T], path: str) -> T:
    try:
        return msgspec.convert(plain, kind)
    except msgspec.ValidationError as error:
        raise DataError(
            f"found something else than what a run writes ({error}); make the data anew, or move "
            "the file away",
            path=f"{path}.run.json",
        ) from error
