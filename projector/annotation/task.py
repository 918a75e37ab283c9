"""What the annotator ``llm`` is asked to do: labels, relations and classes, read from YAML.

The file::

    task: Named entities in news articles.
    labels:
      PER: persons, by name
      LOC: towns, countries, rivers
    relations:
      lives_in: {description: a person lives in a place, head: [PER], tail: [LOC]}
    classes:
      topic: [sport, politics, other]
    examples:
      - text: Maria lives in Berlin.
        spans: [{text: Maria, label: PER}, {text: Berlin, label: LOC}]
        relations: [{label: lives_in, head: 1, tail: 2}]
        classes: {topic: other}

``head`` and ``tail`` of an example's relation count its spans from 1. An event is a relation from
its trigger to each of its arguments. A task without ``labels`` finds relations among the spans
that a record brings.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field

from projector.errors import UsageError
from projector.io.yaml_files import read_yaml
from projector.json_values import JsonObject


class RelationKind(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A relation's meaning, and which labels its ends may have (none named: any)."""

    description: str = ""
    head: list[str] = []
    tail: list[str] = []


class SaidSpan(Struct, frozen=True):
    """A span as a model says it: the words, not where they are."""

    text: str
    label: str


class SaidRelation(Struct, frozen=True):
    """A relation between two spans, numbered from 1."""

    label: str
    head: int
    tail: int


class Said(Struct, frozen=True):
    """A whole answer."""

    spans: list[SaidSpan] = []
    relations: list[SaidRelation] = []
    classes: dict[str, str] = {}


class Example(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text with the right answer."""

    text: str
    spans: list[SaidSpan] = []
    relations: list[SaidRelation] = []
    classes: dict[str, str] = {}


class Task(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """See the module's docstring."""

    task: str
    labels: dict[str, str] = field(default_factory=dict)
    relations: dict[str, RelationKind] = field(default_factory=dict)
    classes: dict[str, list[str]] = field(default_factory=dict)
    examples: list[Example] = []

    def layers(self) -> frozenset[str]:
        """The layers of `projector.annotation.base.LAYERS` that the task gives."""
        there = {"entities": self.labels, "relations": self.relations, "classes": self.classes}
        return frozenset({"tokens", *(layer for layer, wanted in there.items() if wanted)})


def read_task(path: str | Path) -> Task:
    """A task from its file.

    Raises:
        UsageError: it cannot be read, asks for nothing, or its parts contradict one another.
    """
    task = read_yaml(path, Task, "an annotation task")
    if not (task.labels or task.relations or task.classes):
        raise UsageError(f"{path}: found no labels, relations or classes, wanted some of them")
    for name, kind in task.relations.items():
        for label in (*kind.head, *kind.tail):
            if task.labels and label not in task.labels:
                raise UsageError(
                    f"{path}: relations.{name}: found the label {label!r}, wanted one of "
                    f"{', '.join(task.labels)}"
                )
    for n, example in enumerate(task.examples):
        where = f"{path}: examples[{n}]"
        for span in example.spans:
            if task.labels and span.label not in task.labels:
                raise UsageError(f"{where}: found the label {span.label!r}, which the task lacks")
            if span.text not in example.text:
                raise UsageError(f"{where}: found {span.text!r}, which is not in its text")
        for relation in example.relations:
            if not all(1 <= end <= len(example.spans) for end in (relation.head, relation.tail)):
                raise UsageError(f"{where}: found a relation to a span that it does not have")
    return task


SPANS, RELATIONS, BOTH = "spans", "relations", "both"


def instruction(task: Task, part: str, lang: str) -> str:
    """What the model is told; ``part`` is one of `SPANS`, `RELATIONS`, `BOTH`."""
    lines = [f"You annotate texts in {lang}. The task: {task.task}"]
    shape = []
    if part != RELATIONS and task.labels:
        lines.append("Labels of spans:")
        lines += [f"- {label}: {meaning}" for label, meaning in task.labels.items()]
        lines.append(
            "Copy every span from the text, character by character, in the order in which they "
            "stand there; a span that stands there several times is listed each time it is meant."
        )
        shape.append('"spans": [{"text": "...", "label": "..."}]')
    if part != SPANS and task.relations:
        lines.append("Relations between spans:")
        for name, kind in task.relations.items():
            ends = f"{_one_of(kind.head)} -> {_one_of(kind.tail)}"
            lines.append(f"- {name} ({ends}): {kind.description}")
        lines.append("head and tail are the numbers of the spans, counted from 1.")
        shape.append('"relations": [{"label": "...", "head": 1, "tail": 2}]')
    if part != RELATIONS and task.classes:
        lines.append("Classes of the whole text:")
        lines += [f"- {name}: one of {', '.join(v)}" for name, v in task.classes.items()]
        shape.append('"classes": {' + ", ".join(f'"{name}": "..."' for name in task.classes) + "}")
    lines.append(f"Answer with JSON only: {{{', '.join(shape)}}}")
    return "\n".join(lines)


def _one_of(labels: list[str]) -> str:
    return " or ".join(labels) or "any"


def schema(task: Task, part: str) -> JsonObject:
    """The JSON schema of an answer, for servers that can be held to one."""
    properties: JsonObject = {}
    if part != RELATIONS and task.labels:
        properties["spans"] = _array(
            text={"type": "string"}, label={"type": "string", "enum": list(task.labels)}
        )
    if part != SPANS and task.relations:
        properties["relations"] = _array(
            label={"type": "string", "enum": list(task.relations)},
            head={"type": "integer"},
            tail={"type": "integer"},
        )
    if part != RELATIONS and task.classes:
        properties["classes"] = _object(
            {name: {"type": "string", "enum": values} for name, values in task.classes.items()}
        )
    return _object(properties)


def _array(**properties: JsonObject) -> JsonObject:
    return {"type": "array", "items": _object(properties)}


def _object(properties: Mapping[str, object]) -> JsonObject:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
