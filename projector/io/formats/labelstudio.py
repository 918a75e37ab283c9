"""Label Studio tasks (labelstud.io/guide/tasks): out with predictions, back with corrections.

Written: a JSON list of tasks. ``data`` holds ``id``, ``text``, ``lang`` and, of a pair, the source
text as ``source``; spans, relations and record labels are one prediction, with the span scores.
A piece of a discontinuous span is a region of its own, tied to the first by a relation
``[piece]``; neighbours of a coreference chain are tied by ``[coref]``. Beside FILE.json stands
FILE.config.xml, the labelling interface to paste into the project.

Read: an export (JSON). Of a task counts the newest annotation that was not cancelled, else the
prediction (``--set use=annotations`` takes annotations alone); a task that nobody has annotated
is marked as not reviewed, so that it is never taken for gold. With ``--base`` annotations go back
into the records that the tasks were made from (`corrections`). Label Studio counts offsets in
code points since 2022 and in UTF-16 units before; the region's ``text`` says which.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from html import escape
from itertools import pairwise
from typing import Any, Literal

from msgspec import Struct

from projector.errors import DataError
from projector.io.formats.shared.corrections import merged_lines, unreviewed
from projector.io.formats.shared.format import Format, Sample
from projector.io.formats.shared.json_items import json_items, write_json_list
from projector.io.formats.shared.notes import Notes
from projector.io.formats.shared.text_files import write_text
from projector.io.jsonl import Line
from projector.io.shorthand import default_id
from projector.io.utf16 import to_code_points, to_utf16
from projector.json_values import JsonObject
from projector.records import Document, Pair, Record, Relation, Span

PIECE, COREF = "[piece]", "[coref]"


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of the format.

    base: to read: the records that the tasks were made from.
    use: to read: annotations alone, predictions alone, or the first that there is.
    offsets: to write: in code points, or in UTF-16 units for versions before 1.5.
    config: to write: the labelling interface beside the tasks.
    text: the field of ``data`` with the text.
    """

    base: str = ""
    lang: str = ""
    use: Literal["any", "annotations", "predictions"] = "any"
    offsets: Literal["codepoints", "utf16"] = "codepoints"
    config: bool = True
    text: str = "text"


def read(path: str, options: Options, notes: Notes) -> Iterator[Line]:
    if options.base:
        yield from merged_lines(options.base, _documents(path, options, notes, corrected=True))
    else:
        yield from _documents(path, options, notes, corrected=options.use == "annotations")


def _documents(path: str, options: Options, notes: Notes, *, corrected: bool) -> Iterator[Line]:
    for item in json_items(path, lines=False):
        if item.error is not None:
            yield Line(item.number, None, item.error, item.raw)
            continue
        try:
            record = _document(item.value, options, default_id(path, item.number), corrected)
        except DataError as error:
            yield Line(item.number, None, error.at(path, item.number), item.raw)
            continue
        except (ValueError, TypeError, KeyError) as error:
            problem = DataError(f"result: {error}", reason="bad_field", path=path, line=item.number)
            yield Line(item.number, None, problem, item.raw)
            continue
        if record is None:
            notes.remark("tasks without an annotation were left as they are")
            continue
        yield Line(item.number, record, None)


def _document(
    task: dict[str, Any], options: Options, name: str, corrected: bool
) -> Document | None:
    data = task.get("data", task)
    text = data.get(options.text) if isinstance(data, dict) else None
    if not isinstance(text, str):
        raise DataError(
            f"data.{options.text}: found no text, wanted the task's text (--set text=FIELD)",
            reason="missing_field",
        )
    result = _result(task, "annotations" if corrected else options.use)
    if result is None and corrected:
        return None
    spans: dict[str, Span] = {}
    ties: list[tuple[str, str, str, str]] = []
    labels: JsonObject = {}
    for entry in result or ():
        if not isinstance(entry, dict):
            raise DataError("result: found no object, wanted one", reason="bad_field")
        kind, value = entry.get("type"), entry.get("value")
        if kind == "relation":
            found = entry.get("labels") or [""]
            heads = str(entry["from_id"]), str(entry["to_id"])
            heads = heads[::-1] if entry.get("direction") == "left" else heads
            ties += [(str(label), *heads, str(entry.get("id") or "")) for label in found]
        elif isinstance(value, dict) and "choices" in value:
            choices = value["choices"]
            labels[str(entry.get("from_name"))] = choices[0] if len(choices) == 1 else choices
        elif isinstance(value, dict) and "start" in value:
            for span in _region(entry, value, text):
                spans[span.id] = span
    given = data.get("id", task.get("id"))
    doc = _assembled(
        str(given) if given is not None else name,
        text,
        str(data.get("lang") or options.lang),
        spans,
        ties,
        labels,
    )
    if options.use == "any" and not _annotations(task):
        return unreviewed(doc)
    return doc


def _result(task: dict[str, Any], use: str) -> list[Any] | None:
    done = _annotations(task)
    if use in ("any", "annotations") and done:
        newest = max(done, key=lambda a: (bool(a.get("ground_truth")), str(a.get("updated_at"))))
        return list(newest.get("result") or [])
    predictions = [p for p in task.get("predictions") or [] if isinstance(p, dict)]
    if use in ("any", "predictions") and predictions:
        return list(predictions[-1].get("result") or [])
    return None


def _annotations(task: dict[str, Any]) -> list[dict[str, Any]]:
    """The task's annotations that were not cancelled."""
    found = task.get("annotations") or task.get("completions") or []
    return [a for a in found if isinstance(a, dict) and not a.get("was_cancelled")]


def _region(entry: dict[str, Any], value: dict[str, Any], text: str) -> Iterator[Span]:
    start, end = int(value["start"]), int(value["end"])
    surface = value.get("text")
    if isinstance(surface, str) and surface and not _says(text, start, end, surface):
        first, last = to_code_points(text, start), to_code_points(text, end)
        if first is None or last is None or not _says(text, first, last, surface):
            raise DataError(
                f"result: found {text[start:end]!r} at [{start}, {end}], wanted {surface!r}",
                reason="offset_mismatch",
            )
        start, end = first, last
    names = value.get("labels") or value.get("hypertextlabels") or [""]
    score = entry.get("score")
    for n, label in enumerate(names):
        name = str(entry.get("id") or f"{start}-{end}")
        yield Span(
            name if not n else f"{name}.{n}",
            start,
            end,
            str(label),
            score=float(score) if isinstance(score, (int, float)) else None,
        )


def _says(text: str, start: int, end: int, surface: str) -> bool:
    """True if the stretch reads so; line breaks may be written as backslash and n."""
    found = text[start:end]
    return found == surface or found.split() == surface.replace("\\n", "\n").split()


def _assembled(
    name: str,
    text: str,
    lang: str,
    spans: dict[str, Span],
    ties: list[tuple[str, str, str, str]],
    labels: JsonObject,
) -> Document:
    """A document; regions tied by ``[piece]`` are one span, those tied by ``[coref]`` a chain."""
    pieces: dict[str, list[str]] = defaultdict(list)
    for label, head, tail, _ in ties:
        if label == PIECE and head in spans and tail in spans:
            pieces[head].append(tail)
    for head, tails in pieces.items():
        parts = sorted([(s.start, s.end) for s in (spans[head], *(spans.pop(t) for t in tails))])
        whole = spans[head]
        spans[head] = Span(
            head, parts[0][0], parts[-1][1], whole.label, pieces=parts, score=whole.score
        )
    chains: dict[str, list[str]] = {}
    relations = []
    for label, head, tail, identity in ties:
        if label == PIECE or head not in spans or tail not in spans:
            continue
        if label == COREF:
            one, other = chains.setdefault(head, [head]), chains.setdefault(tail, [tail])
            if one is not other:
                one += other
                chains.update((mention, one) for mention in other)
        else:
            relations.append(Relation(label, head, tail, identity or None))
    unique = {id(chain): chain for chain in chains.values()}
    return Document(
        id=name,
        text=text,
        lang=lang,
        spans=list(spans.values()),
        relations=relations,
        clusters=[sorted(c, key=lambda m: spans[m].start) for c in unique.values()],
        labels=labels,
    )


def write(
    records: Iterable[Record], path: str, options: Options, notes: Notes, *, force: bool = False
) -> int:
    seen: dict[str, dict[str, None]] = {"spans": {}, "relations": {}}
    choices: dict[str, dict[str, None]] = {}
    sources = False

    def tasks() -> Iterator[JsonObject]:
        nonlocal sources
        for record in records:
            sources = sources or isinstance(record, Pair)
            task = _task(record, options)
            for entry in task["predictions"][0]["result"]:
                if entry["type"] == "relation":
                    seen["relations"].update(dict.fromkeys(entry["labels"]))
                elif entry["type"] == "choices":
                    found = choices.setdefault(entry["from_name"], {})
                    found.update(dict.fromkeys(entry["value"]["choices"]))
                else:
                    seen["spans"].update(dict.fromkeys(entry["value"]["labels"]))
            yield task

    count = write_json_list(tasks(), path, force=force)
    if options.config and path != "-":
        name = path.removesuffix(".json") + ".config.xml"
        write_text([_config(seen, choices, sources, options)], name, force=True)
        notes.remark(f"the labelling interface is in {name}")
    return count


def _task(record: Record, options: Options) -> dict[str, Any]:
    doc = record.target if isinstance(record, Pair) else record
    data: JsonObject = {"id": record.id, options.text: doc.text, "lang": doc.lang}
    if isinstance(record, Pair):
        # Not "source": Label Studio shows the whole task under that name.
        data["source_text"] = record.source.text
    result: list[JsonObject] = []
    ties: list[tuple[str, str, str]] = []
    for span in doc.spans:
        for n, (a, b) in enumerate(span.parts):
            name = span.id if not n else f"{span.id}#{n}"
            if n:
                ties.append((PIECE, span.id, name))
            result.append(_as_region(doc.text, name, span, a, b, options))
    ties += [(COREF, a, b) for c in doc.clusters for a, b in pairwise(c)]
    result += [
        {"type": "relation", "from_id": a, "to_id": b, "direction": "right", "labels": [label]}
        for label, a, b in [*((r.label, r.head, r.tail) for r in doc.relations), *ties]
    ]
    for name, value in doc.labels.items():
        chosen = [str(v) for v in value] if isinstance(value, list) else [str(value)]
        result.append(
            {
                "type": "choices",
                "from_name": name,
                "to_name": "text",
                "value": {"choices": chosen},
            }
        )
    scores = [span.score for span in doc.spans if span.score is not None]
    prediction: JsonObject = {"model_version": "xproject", "result": result}
    if scores:
        prediction["score"] = min(scores)  # the task list can be sorted by its weakest span
    return {"data": data, "predictions": [prediction]}


def _as_region(
    text: str, name: str, span: Span, start: int, end: int, options: Options
) -> JsonObject:
    utf16 = options.offsets == "utf16"
    entry: JsonObject = {
        "id": name,
        "type": "labels",
        "from_name": "label",
        "to_name": "text",
        "value": {
            "start": to_utf16(text, start) if utf16 else start,
            "end": to_utf16(text, end) if utf16 else end,
            "text": text[start:end],
            "labels": [span.label],
        },
    }
    return entry if span.score is None else {**entry, "score": span.score}


def _config(
    seen: dict[str, dict[str, None]],
    choices: dict[str, dict[str, None]],
    sources: bool,
    options: Options,
) -> str:
    lines = ["<View>"]
    if sources:
        lines.append('  <Text name="source" value="$source_text"/>')
    lines.append('  <Labels name="label" toName="text">')
    lines += [f'    <Label value="{escape(label)}"/>' for label in sorted(seen["spans"])]
    lines.append("  </Labels>")
    if seen["relations"]:
        lines.append("  <Relations>")
        lines += [f'    <Relation value="{escape(name)}"/>' for name in sorted(seen["relations"])]
        lines.append("  </Relations>")
    lines.append(f'  <Text name="text" value="${escape(options.text)}" granularity="symbol"/>')
    for name, values in choices.items():
        lines.append(f'  <Choices name="{escape(name)}" toName="text">')
        lines += [f'    <Choice value="{escape(value)}"/>' for value in sorted(values)]
        lines.append("  </Choices>")
    return "\n".join([*lines, "</View>", ""])


_TASK = re.compile(r'"(annotations|predictions)"\s*:')


def _recognises(sample: Sample) -> float:
    is_list = sample.is_json and sample.text.lstrip().startswith("[")
    return 0.9 if is_list and _TASK.search(sample.text) else 0.0


FORMAT = Format(
    name="labelstudio",
    summary="Label Studio tasks, and corrections with --base",
    options=Options,
    read=read,
    write=write,
    holds=frozenset({"spans", "relations", "clusters", "labels"}),
    recognises=_recognises,
    pairs=True,
    target_only=True,
)
