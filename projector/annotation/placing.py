"""From what a model says about a text to annotations that really hold there.

Nothing is taken on trust: a span must stand in the text, have a known label and a place of its
own; a relation must join two spans that were placed, with labels that it allows. What fails is
returned with the reason, for the record and for the next question to the model.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from projector.annotation.base import Labelled, LabelledRelation, Unplaced
from projector.annotation.task import Said, SaidRelation, SaidSpan, Task
from projector.records import Offsets
from projector.text.quotations import nearest_places, quoted_places


class Placed(Struct):
    """What of an answer holds: ``spans`` has None where the said span has no place."""

    spans: list[Labelled | None]
    relations: list[LabelledRelation]
    classes: dict[str, str]
    unplaced: list[Unplaced]


def place_answer(
    said: Said,
    task: Task,
    text: str,
    lang: str,
    tokens: Sequence[Offsets],
    given: Sequence[Labelled] | None = None,
) -> Placed:
    """Check an answer.

    Args:
        given: the spans that relations are between, where they are known already; the answer's
            own spans are then not looked at.
    """
    unplaced: list[Unplaced] = []
    spans: list[Labelled | None]
    if given is not None:
        spans = [*given]
    else:
        spans = place_spans(said.spans, task, text, lang, tokens, unplaced)
    relations = place_relations(said.relations, task, spans, unplaced)
    classes = {}
    for name, value in said.classes.items():
        if value in task.classes.get(name, ()):
            classes[name] = value
        else:
            unplaced.append(Unplaced(f"{name}={value}"[:100], "the task has no such class"))
    if given is None:
        for name in task.classes:
            if name not in said.classes:
                unplaced.append(Unplaced(name, "the answer leaves this class out"))
    return Placed(spans, relations, classes, unplaced)


def place_spans(
    said: Sequence[SaidSpan],
    task: Task,
    text: str,
    lang: str,
    tokens: Sequence[Offsets],
    unplaced: list[Unplaced],
) -> list[Labelled | None]:
    """The place of each span: where its words stand; of several places, by the answer's order.

    A span takes the first place of its words at or after the start of the span before it that
    no span of the same label has taken, else the first free one.
    """
    found: list[Labelled | None] = []
    taken: set[tuple[Offsets, str]] = set()
    at = 0
    for span in said:
        shown = f"{span.label}: {span.text}"[:100]
        if span.label not in task.labels:
            found.append(None)
            unplaced.append(Unplaced(shown, "the task has no such label"))
            continue
        places = quoted_places(span.text, text, lang) or nearest_places(span.text, text, tokens)
        free = [place for place in places if (place, span.label) not in taken]
        if not free:
            found.append(None)
            reason = "it is not in the text"
            if places:
                reason = f"it is given more often than the {len(places)} times it is in the text"
            unplaced.append(Unplaced(shown, reason))
            continue
        start, end = next((place for place in free if place[0] >= at), free[0])
        taken.add(((start, end), span.label))
        at = start
        found.append(Labelled(start, end, span.label))
    return found


def place_relations(
    said: Sequence[SaidRelation],
    task: Task,
    spans: Sequence[Labelled | None],
    unplaced: list[Unplaced],
) -> list[LabelledRelation]:
    """The relations that hold between placed spans, each once."""
    found: dict[tuple[str, int, int], LabelledRelation] = {}
    for relation in said:
        shown = f"{relation.label}({relation.head}, {relation.tail})"[:100]
        kind = task.relations.get(relation.label)
        key = (relation.label, relation.head, relation.tail)
        if kind is None:
            unplaced.append(Unplaced(shown, "the task has no such relation"))
            continue
        ends = [
            spans[number - 1] if 1 <= number <= len(spans) else None
            for number in (relation.head, relation.tail)
        ]
        head, tail = ends
        if head is None or tail is None:
            unplaced.append(Unplaced(shown, "one of its spans is not there"))
        elif relation.head == relation.tail:
            unplaced.append(Unplaced(shown, "it joins a span to itself"))
        elif not (_allows(kind.head, head) and _allows(kind.tail, tail)):
            unplaced.append(Unplaced(shown, f"it may not join {head.label} to {tail.label}"))
        elif key in found:
            unplaced.append(Unplaced(shown, "it is given twice"))
        else:
            found[key] = LabelledRelation(relation.label, head, tail)
    return list(found.values())


def _allows(labels: Sequence[str], span: Labelled) -> bool:
    return not labels or span.label in labels
