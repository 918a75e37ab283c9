"""Corrected annotations back into the records that they were made from.

A correction is a document with the record's id and text. Its spans replace those of the record
(of the target side of a pair); a span that is the same, or only moved or relabelled, keeps the
id that it had, so that it still has its counterpart in the source. Every span of a corrected record
has the score 1: a person has looked. ``meta.corrected`` says what was changed; it is false in a
record that nobody has looked at, so that what uses corrections as gold can leave it out
(`is_unreviewed`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from msgspec.structs import replace

from projector.errors import DataError
from projector.io.jsonl import Line
from projector.records import Document, Dropped, Pair, Record, Relation, Span

ALL_LAYERS = frozenset({"relations", "clusters", "labels"})
CORRECTED = "corrected"  # the key in meta
RecordT = TypeVar("RecordT", bound=Record)


def merged_lines(
    base: str, corrected: Iterable[Line], layers: frozenset[str] = ALL_LAYERS
) -> Iterator[Line]:
    """The records of the file ``base``, in its order, with the corrections put in.

    Corrections are held in memory (people make them), the base is streamed. ``layers`` are those
    that the corrections hold beside spans; the others stay as they are, without removed spans.
    """
    from projector.io.formats import read_lines

    found: dict[str, Document] = {}
    for line in corrected:
        if line.error is not None:
            yield line
        elif isinstance(line.record, Document):
            found[line.record.id] = line.record
    used: set[str] = set()
    for line in read_lines(base):
        if line.record is None:
            yield line
            continue
        correction = found.get(line.record.id)
        if correction is None:
            yield line._replace(record=unreviewed(line.record))
            continue
        used.add(line.record.id)
        try:
            yield line._replace(record=with_correction(line.record, correction, layers))
        except DataError as error:
            yield Line(line.number, None, error.at(base, line.number), line.raw)
        except ValueError as error:
            problem = DataError(str(error), reason="bad_field", path=base, line=line.number)
            yield Line(line.number, None, problem, line.raw)
    for name in found.keys() - used:
        problem = DataError(
            f"found a correction of {name!r}, wanted the id of a record of {base}",
            reason="unknown_id",
        )
        yield Line(0, None, problem)


def unreviewed(record: RecordT) -> RecordT:
    """The record with the mark that nobody has corrected it (an earlier correction stays)."""
    if CORRECTED in record.meta:
        return record
    return replace(record, meta={**record.meta, CORRECTED: False})


def is_unreviewed(record: Record) -> bool:
    """True for a record of a correction file that nobody has looked at: it is no gold."""
    return record.meta.get(CORRECTED) is False


def with_correction(
    record: Record, correction: Document, layers: frozenset[str] = ALL_LAYERS
) -> Record:
    """One record with its correction.

    Raises:
        DataError: the correction is of another text.
    """
    before = record.target if isinstance(record, Pair) else record
    if correction.text != before.text:
        raise DataError(
            f"record {record.id!r}: found a correction of another text, wanted the record's own",
            reason="different_text",
        )
    ids, changes = _matched(before.spans, correction.spans)
    old = before.span_by_id()
    spans = [_checked(span, ids[span.id], old) for span in correction.spans]
    kept = {span.id for span in spans}
    relations = [r for r in before.relations if r.head in kept and r.tail in kept]
    if "relations" in layers:
        known = {(r.label, r.head, r.tail): r for r in relations}
        relations = []
        for r in correction.relations:
            key = r.label, ids[r.head], ids[r.tail]
            relations.append(known.get(key) or Relation(*key, r.id, r.attributes))
    clusters = [[name for name in cluster if name in kept] for cluster in before.clusters]
    if "clusters" in layers:
        clusters = [[ids[name] for name in cluster] for cluster in correction.clusters]
    questions = [
        replace(q, answers=[name for name in q.answers if name in kept]) for q in before.questions
    ]
    after = replace(
        before,
        spans=spans,
        relations=relations,
        clusters=[cluster for cluster in clusters if cluster],
        questions=questions,
        labels={**before.labels, **(correction.labels if "labels" in layers else {})},
    )
    note = {key: names for key, names in changes.items() if names}
    if not isinstance(record, Pair):
        return replace(after, meta={**after.meta, CORRECTED: note})
    in_source = {span.id for span in record.source.spans}
    gone = [name for name in changes["removed"] if name in in_source]
    dropped = [entry for entry in record.dropped if entry.span not in kept]
    dropped += [Dropped("removed_by_hand", span=name) for name in gone]
    return replace(record, target=after, dropped=dropped, meta={**record.meta, CORRECTED: note})


def _checked(span: Span, name: str, old: Mapping[str, Span]) -> Span:
    attributes = old[name].attributes if name in old else {}
    return replace(
        span, id=name, score=1.0, text=None, attributes={**attributes, **span.attributes}
    )


def _matched(before: list[Span], after: list[Span]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """For each corrected span's id the id that it is to have; and what became of the old ones."""
    ids: dict[str, str] = {}
    changes: dict[str, list[str]] = {
        key: [] for key in ("kept", "relabelled", "moved", "added", "removed")
    }
    free = {span.id: span for span in before}
    left = list(after)

    def take(kind: str, test: Callable[[Span, Span], bool]) -> None:
        for span in list(left):
            match = next((old for old in free.values() if test(old, span)), None)
            if match is not None:
                ids[span.id] = match.id
                changes[kind].append(match.id)
                del free[match.id]
                left.remove(span)

    def same_place(old: Span, new: Span) -> bool:
        return old.parts == new.parts

    def same(old: Span, new: Span) -> bool:
        return same_place(old, new) and old.label == new.label

    take("kept", lambda old, new: same(old, new) and old.id == new.id)
    take("kept", same)
    take("relabelled", lambda old, new: same_place(old, new) and old.id == new.id)
    take("moved", lambda old, new: old.id == new.id)
    take("relabelled", same_place)
    take(
        "moved",
        lambda old, new: old.label == new.label and old.start < new.end and new.start < old.end,
    )
    # A removed span's id must not come back as that of a new one: others refer to it.
    taken = {span.id for span in before} | set(ids.values())
    for span in left:
        name = span.id
        number = 1
        while name in taken:
            name, number = f"{span.id}.{number}", number + 1
        taken.add(name)
        ids[span.id] = name
        changes["added"].append(name)
    changes["removed"] += list(free)
    return ids, changes
