"""Texts of a record by the path of their field: what ``translate --fields`` names.

    instruction             a field of the row, as it stands there
    meta.title, labels.x    the same in the record's own containers
    messages[].content      of each item of a list
    turns[0].text           of one item
    answers.text[]          each text of a list (``answers.text`` says the same)

A row without a text of its own is carried whole in the document's ``meta``, so the first step is
looked for there unless it is ``meta`` or ``labels``. A record may lack a field; null counts as
lacking.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from typing import cast

from msgspec import Struct

from projector.errors import DataError, UsageError, suggestion
from projector.json_values import JsonObject
from projector.records import Document

Step = str | int  # a key of an object, or a place in a list
Place = tuple[Step, ...]  # the way from (meta, labels) to one text

EACH = -1  # the step "[]": every item of a list
MAX_DEPTH = 32
_STEP = re.compile(r"(?P<key>[^.\[\]]+)(?P<items>(?:\[\d*\])*)")
_CONTAINERS = ("meta", "labels")


class FieldPath(Struct, frozen=True):
    """One path, as it was written and as steps (`EACH` for ``[]``)."""

    name: str
    steps: tuple[Step, ...]

    def texts(self, doc: Document) -> list[tuple[Place, str]]:
        """The texts that the path leads to, each with its place, in order.

        Raises:
            DataError: what stands there is neither a text nor a list of texts.
        """
        return list(self._leaves(doc))

    def _leaves(self, doc: Document) -> Iterator[tuple[Place, str]]:
        containers = {"meta": doc.meta, "labels": doc.labels}
        found = list(follow(containers, self.steps)) if self.steps[0] in _CONTAINERS else []
        if not found:
            found = [(("meta", *place), v) for place, v in follow(doc.meta, self.steps)]
        for place, value in found:
            if isinstance(value, str):
                yield place, value
            elif isinstance(value, list) and all(isinstance(v, str | None) for v in value):
                for n, item in enumerate(value):
                    if item is not None:
                        yield (*place, n), item
            else:
                raise DataError(
                    f"{self.name}: found {_kind(value)}, wanted a text or a list of texts"
                    + _suggestion(self.name, value),
                    reason="bad_field",
                )

    @property
    def first(self) -> str:
        """The field of the row that the path begins in."""
        return str(self.steps[0])


def read_path(name: str, option: str = "--fields") -> FieldPath:
    """A path from how it is written; ``option`` is what messages call it.

    Raises:
        UsageError: it is none.
    """
    steps: list[Step] = []
    at = 0
    while at < len(name):
        match = _STEP.match(name, at)
        if match is None:
            break
        steps.append(match["key"])
        places = re.findall(r"\[(\d*)\]", match["items"])
        steps += [int(place) if place else EACH for place in places]
        at = match.end()
        if at < len(name):
            if name[at] != "." or at + 1 == len(name):
                break
            at += 1
    if at < len(name) or not steps or len(steps) > MAX_DEPTH or steps in (["meta"], ["labels"]):
        raise UsageError(
            f"{option}: found {name!r}, wanted a path such as title, meta.title, "
            "messages[].content or answers.text[]"
        )
    return FieldPath(name, tuple(steps))


def replaced(doc: Document, texts: Mapping[Place, str]) -> tuple[JsonObject, JsonObject]:
    """The document's ``meta`` and ``labels`` with the texts at these places replaced (copies)."""
    root = {"meta": doc.meta, "labels": doc.labels}
    new = cast(dict[str, JsonObject], _with(root, sorted(texts.items(), key=_order), 0))
    return new["meta"], new["labels"]


class Unmatched:
    """Finds the paths that lead nowhere in a whole corpus: misspelt ones.

    Paths are looked for until each has been found once; with ``raise_if_any`` those that never
    were are an error that names the fields there are.
    """

    def __init__(self, paths: Sequence[FieldPath]) -> None:
        self._open = list(paths)
        self._fields: dict[str, None] = {}
        self._records = 0

    def look(self, docs: Iterable[Document]) -> None:
        """Go through the documents as far as need be."""
        for doc in docs:
            self._records += 1
            self._open = [path for path in self._open if not _matches(path, doc)]
            if not self._open:
                return
            if len(self._fields) < 1000:
                self._fields.update(dict.fromkeys([*map(str, doc.meta), *map(str, doc.labels)]))

    def raise_if_any(self) -> None:
        """Raise UsageError if a path was found nowhere (an empty corpus says nothing)."""
        if not self._open or not self._records:
            return
        path = self._open[0]
        raise UsageError(
            f"--fields: {path.name!r} leads to no text in any of the {self._records:,} records"
            + suggestion(path.first, self._fields)
        )


def _matches(path: FieldPath, doc: Document) -> bool:
    try:
        return bool(path.texts(doc))
    except DataError:
        return True  # it is there; the record itself will say what is wrong with it


def follow(
    value: object, steps: Sequence[Step], place: Place = ()
) -> Iterator[tuple[Place, object]]:
    """What stands at the end of the steps, with the way there; nulls are left out."""
    if not steps:
        if value is not None:
            yield place, value
        return
    step, rest = steps[0], steps[1:]
    if isinstance(step, str):
        if isinstance(value, dict) and step in value:
            yield from follow(value[step], rest, (*place, step))
    elif isinstance(value, list):
        for n in range(len(value)) if step == EACH else [step] if step < len(value) else []:
            yield from follow(value[n], rest, (*place, n))


def _with(value: object, changes: Sequence[tuple[Place, str]], depth: int) -> object:
    """A copy of nested containers with texts replaced; only what lies on the way is copied."""
    if len(changes[0][0]) == depth:
        return changes[0][1]
    groups: dict[Step, list[tuple[Place, str]]] = {}
    for change in changes:
        groups.setdefault(change[0][depth], []).append(change)
    new = cast(dict[Step, object], copy(value))  # or a list: it is indexed by what led through it
    for step, some in groups.items():
        new[step] = _with(new[step], some, depth + 1)
    return new


def _order(change: tuple[Place, str]) -> list[tuple[bool, str, int]]:
    return [(isinstance(s, int), str(s), s if isinstance(s, int) else 0) for s in change[0]]


def _kind(value: object) -> str:
    if isinstance(value, list):
        wrong = [v for v in value if not isinstance(v, str | None)]
        return f"a list that holds {_kind(wrong[0])}" if wrong else "a list"
    names = {dict: "an object", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(value), type(value).__name__)


def _suggestion(name: str, value: object) -> str:
    """``messages`` -> ``messages[].content``, where the items show such a field."""
    item = value[0] if isinstance(value, list) and value else value
    if not isinstance(item, dict):
        return ""
    texts = [key for key, v in item.items() if isinstance(v, str)]
    first = next((k for k in ("content", "value", "text") if k in texts), (texts or [""])[-1])
    step = "[]." if isinstance(value, list) else "."
    return f", e.g. {name}{step}{first}" if first else ""
