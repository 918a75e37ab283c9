"""BRAT standoff (brat.nlplab.org/standoff.html): a folder of TEXT.txt and TEXT.ann.

``T`` lines are spans (several stretches: a discontinuous one), ``R`` relations, ``E`` events: the
trigger is the head of one relation for each argument, all with the event's id; ``A`` and ``M``
attributes of the span (or of the event's trigger); ``*  Equiv`` and ``*  Coref`` lines are
clusters. What BRAT has no line for, the id and score of a span, attributes that are no single
words, goes into a note of the span (``#1 AnnotatorNotes T1 {"id": ...}``) and comes back from
there; so does where a span stood that BRAT wants cut at line breaks, unless it was moved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, unquote

import msgspec
from msgspec import Struct

from projector.errors import DataError
from projector.io.folders import write_folder
from projector.io.formats.shared.format import Format
from projector.io.formats.shared.notes import Notes
from projector.io.formats.shared.text_files import one_line, whole_text
from projector.io.jsonl import Line
from projector.json_values import JsonObject
from projector.records import Document, Offsets, Record, Relation, Span

NOTE = "AnnotatorNotes"
EMPTY = "%"  # the file name of a record whose id is empty; a quoted id is never that
BOM = "\ufeff"


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``notes``: to write: ids and scores as notes, so that they come back."""

    lang: str = ""
    encoding: str = "utf-8"
    notes: bool = True


def read(path: str, options: Options, notes: Notes) -> Iterator[Line]:
    """One document a ``.txt`` file, in the order of their names; folders inside are read too.

    Raises:
        DataError: no folder, or no text in it.
    """
    folder = Path(path)
    if not folder.is_dir():
        what = "a file" if folder.exists() else "no such folder"
        raise DataError(f"found {what}, wanted a folder of .txt and .ann", path=path)
    texts = sorted(folder.rglob("*.txt"))
    if not texts:
        raise DataError("found no .txt file, wanted .txt with .ann beside it", path=path)
    for number, text_path in enumerate(texts, start=1):
        stem = text_path.relative_to(folder).as_posix().removesuffix(".txt")
        name = "" if stem == EMPTY else unquote(stem)
        ann_path = text_path.with_suffix(".ann")
        try:
            for inside in (text_path, ann_path):
                if not inside.resolve().is_relative_to(folder.resolve()):
                    raise DataError(
                        f"found a link out of the folder at {inside.name!r}, wanted a file in it",
                        reason="outside_folder",
                    )
            text = _text(text_path, options.encoding)
            annotations = _text(ann_path, options.encoding) if ann_path.exists() else ""
            record = _document(name, text, annotations, options.lang, str(ann_path), notes)
        except DataError as error:
            yield Line(number, None, error.at(str(ann_path)))
            continue
        except ValueError as error:
            problem = DataError(str(error), reason="bad_field", path=str(ann_path))
            yield Line(number, None, problem)
            continue
        yield Line(number, record, None)


def _text(path: Path, encoding: str) -> str:
    return whole_text(path, encoding)


class _Found:
    """What the lines of one .ann file say."""

    def __init__(self) -> None:
        self.spans: dict[str, Span] = {}
        self.relations: list[Relation] = []
        self.events: dict[str, tuple[str, list[tuple[str, str]]]] = {}  # id -> trigger, arguments
        self.attributes: list[tuple[str, str, object]] = []
        self.notes: list[tuple[str, str]] = []
        self.clusters: list[list[str]] = []


def _document(
    name: str, text: str, annotations: str, lang: str, path: str, notes: Notes
) -> Document:
    found = _Found()
    for number, line in enumerate(annotations.split("\n"), start=1):
        line = line.rstrip("\r")
        if not line.strip():
            continue
        try:
            _line(line, found, text, notes)
        except DataError as error:
            raise error.at(path, number) from error
        except (ValueError, IndexError, KeyError) as error:
            raise DataError(
                f"found {line!r}, wanted a line of BRAT standoff ({error})",
                reason="bad_line",
                path=path,
                line=number,
            ) from error
    for event, (trigger, arguments) in found.events.items():
        if not arguments:
            found.attributes.append((trigger, "event", True))
        for role, argument in arguments:
            tail = found.events[argument][0] if argument in found.events else argument
            found.relations.append(Relation(role, trigger, tail, event))
    renamed: dict[str, str] = {}
    values: dict[str, JsonObject] = {key: {} for key in found.spans}
    for about, key, value in found.attributes:
        span = found.events[about][0] if about in found.events else about
        if span in values:
            values[span][key] = value
        else:
            notes.lose("attributes", "of relations")
    scores: dict[str, float] = {}
    for about, note in found.notes:
        if about not in found.spans:
            notes.lose("notes", "not of spans")
            continue
        kept = _kept(note)
        if kept is None:
            values[about]["note"] = note
            continue
        renamed[about] = kept.id
        values[about] |= kept.attributes
        if kept.score is not None:
            scores[about] = kept.score
        if kept.parts and _without_breaks(text, kept.parts) == found.spans[about].parts:
            found.spans[about] = _span(about, found.spans[about].label, kept.parts)
    spans = [
        msgspec.structs.replace(
            span, id=renamed.get(key, key), score=scores.get(key), attributes=values[key]
        )
        for key, span in found.spans.items()
    ]
    return Document(
        id=name,
        text=text,
        lang=lang,
        spans=spans,
        relations=[
            msgspec.structs.replace(
                r, head=renamed.get(r.head, r.head), tail=renamed.get(r.tail, r.tail)
            )
            for r in found.relations
        ],
        clusters=[[renamed.get(m, m) for m in cluster] for cluster in found.clusters],
    )


class _Kept(Struct, omit_defaults=True, forbid_unknown_fields=True):
    """What a note says of its span; ``parts`` where BRAT's stretches are not the span's own."""

    id: str
    score: float | None = None
    parts: list[Offsets] | None = None
    attributes: JsonObject = {}


def _span(name: str, label: str, parts: list[Offsets]) -> Span:
    pieces = parts if len(parts) > 1 else None
    return Span(name, parts[0][0], parts[-1][1], label, pieces=pieces)


def _kept(note: str) -> _Kept | None:
    try:
        return msgspec.json.decode(note, type=_Kept)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None


def _line(line: str, found: _Found, text: str, notes: Notes) -> None:
    fields = line.split("\t")
    key, rest = fields[0], fields[1:]
    if key[:1] == "T":
        label, _, places = rest[0].partition(" ")
        parts: list[Offsets] = []
        for place in places.split(";"):
            a, b = place.split()
            parts.append((int(a), int(b)))
        parts.sort()
        covered = " ".join(text[a:b] for a, b in parts)
        surface = " ".join(rest[1:])
        if len(rest) > 1 and covered.split() != surface.split():
            raise DataError(
                f"found {covered!r} at {places}, wanted {surface!r}", reason="offset_mismatch"
            )
        found.spans[key] = _span(key, label, parts)
    elif key[:1] == "R":
        label, head, tail = rest[0].split()
        found.relations.append(Relation(label, head.partition(":")[2], tail.partition(":")[2]))
    elif key[:1] == "E":
        trigger, *arguments = rest[0].split()
        pairs = [argument.partition(":") for argument in arguments]
        found.events[key] = trigger.partition(":")[2], [(role, at) for role, _, at in pairs]
    elif key[:1] in ("A", "M"):
        name, about, *value = rest[0].split()
        found.attributes.append((about, name, value[0] if value else True))
    elif key == "*":
        _, *members = rest[0].split()
        found.clusters.append(members)
    elif key[:1] == "#":
        found.notes.append((rest[0].split()[1], rest[1] if len(rest) > 1 else ""))
    elif key[:1] == "N":
        _, about, reference = rest[0].split()
        found.attributes.append((about, "reference", reference))
    else:
        raise DataError(f"found {line!r}, wanted a line of BRAT standoff", reason="bad_line")


def write(
    records: Iterable[Record], path: str, options: Options, notes: Notes, *, force: bool = False
) -> int:
    """A folder with two files a record and ``annotation.conf`` for the BRAT server."""
    count = 0
    conf: dict[str, dict[str, set[str]]] = {"entities": {}, "relations": {}, "events": {}}
    with write_folder(path, force=force, ours=_ours) as folder:
        for record in records:
            assert isinstance(record, Document)
            name = quote(record.id, safe=" ,;=@+") or EMPTY
            if name.startswith("."):
                name = "%2E" + name[1:]
            ann = "".join(f"{line}\n" for line in _lines(record, options, conf, notes))
            mark = BOM if record.text.startswith(BOM) else ""  # readers take the first one off
            for suffix, content in ((".txt", mark + record.text), (".ann", ann)):
                _write(folder / (name + suffix), content, record.id)
            count += 1
        (folder / "annotation.conf").write_text(_configuration(conf), encoding="utf-8")
    return count


def _write(path: Path, content: str, name: str) -> None:
    try:
        with open(path, "xb") as stream:
            stream.write(content.encode("utf-8"))
    except FileExistsError as error:
        raise DataError(
            f"record {name!r}: found its id a second time, wanted unique ones, which the files are "
            "called by (--duplicate-ids suffix)",
            reason="duplicate_id",
        ) from error
    except OSError as error:
        raise DataError(
            f"record {name!r}: its id cannot be a file's name ({error.strerror}), wanted another",
            reason="bad_id",
        ) from error


def _ours(name: str) -> bool:
    return name.endswith((".txt", ".ann", ".conf"))


def _lines(
    doc: Document, options: Options, conf: dict[str, dict[str, set[str]]], notes: Notes
) -> Iterator[str]:
    names = _numbered(doc)
    events = _events(doc)
    triggers: Counter[str] = Counter(head for head, _ in events.values())
    event_of = {head: event for event, (head, _) in events.items()}
    labels = {span.id: _word(span.label or "Span", notes) for span in doc.spans}
    attributes: list[tuple[str, str, object]] = []
    noted = []
    for span in doc.spans:
        parts = _without_breaks(doc.text, span.parts)
        places = ";".join(f"{a} {b}" for a, b in parts)
        surface = " ".join(doc.text[a:b] for a, b in parts)
        yield f"{names[span.id]}\t{labels[span.id]} {places}\t{one_line(surface)}"
        conf["events" if triggers[span.id] else "entities"].setdefault(labels[span.id], set())
        about = event_of.get(span.id, names[span.id])
        kept = _Kept(span.id, span.score, None if parts == span.parts else span.parts)
        for key, value in span.attributes.items():
            if key == "event" and value is True:
                continue
            plain_note = key == "note" and isinstance(value, str) and _is_plain(value)
            if plain_note:
                noted.append((names[span.id], value))
            elif _is_word(key) and (value is True or (isinstance(value, str) and _is_word(value))):
                attributes.append((about, key, value))
            elif options.notes:
                kept.attributes[key] = value
            else:
                attributes.append((about, _word(key, notes), value))
        if options.notes and kept != _Kept(names[span.id]):
            noted.append((names[span.id], msgspec.json.encode(kept).decode()))
    for event, (head, arguments) in events.items():
        roles = [(_word(r.label, notes), r.tail) for r in arguments]
        said = "".join(f" {role}:{names[tail]}" for role, tail in roles)
        yield f"{event}\t{labels[head]}:{names[head]}{said}"
        conf["events"].setdefault(labels[head], set()).update(
            f"{role}:{labels[tail]}" for role, tail in roles
        )
    number = 0
    arguing = {id(r) for _, arguments in events.values() for r in arguments}
    for relation in doc.relations:
        if id(relation) in arguing:
            continue
        if relation.id:
            notes.remark("ids of relations were left out")
        notes.lose("attributes", "of relations", len(relation.attributes))
        number += 1
        label = _word(relation.label or "Relation", notes)
        ends = f"Arg1:{names[relation.head]} Arg2:{names[relation.tail]}"
        yield f"R{number}\t{label} {ends}"
        arguments_of = conf["relations"].setdefault(label, set())
        arguments_of.add(f"Arg1:{labels[relation.head]}, Arg2:{labels[relation.tail]}")
    for cluster in filter(None, doc.clusters):
        yield "*\tEquiv " + " ".join(names[member] for member in cluster)
    for n, (about, key, value) in enumerate(attributes, start=1):
        said = "" if value is True else " " + _word(str(value), notes)
        yield f"A{n}\t{key} {about}{said}"
    for n, (about, note) in enumerate(noted, start=1):
        yield f"#{n}\t{NOTE} {about}\t{note}"


def _numbered(doc: Document) -> dict[str, str]:
    """BRAT names of the spans: their own where they are of that form, else new numbers."""
    own = {s.id for s in doc.spans if s.id[:1] == "T" and s.id[1:].isascii() and s.id[1:].isdigit()}
    names: dict[str, str] = {}
    number = 0
    for span in doc.spans:
        if span.id in own:
            names[span.id] = span.id
            continue
        number += 1
        while f"T{number}" in own:
            number += 1
        names[span.id] = f"T{number}"
    return names


Events = dict[str, tuple[str, list[Relation]]]  # id -> trigger, its arguments


def _events(doc: Document) -> Events:
    """Relations of one id and one head are an event; and triggers that have no arguments."""
    grouped: dict[tuple[str, str], list[Relation]] = {}
    for relation in doc.relations:
        if relation.id:
            grouped.setdefault((relation.id, relation.head), []).append(relation)
    events: Events = {}
    unnamed: list[tuple[str, list[Relation]]] = []
    for (name, head), group in grouped.items():
        numbered = name[:1] == "E" and name[1:].isascii() and name[1:].isdigit()
        if numbered and name not in events:
            events[name] = head, group
        elif numbered or len(group) > 1:
            unnamed.append((head, group))
    unnamed += [(span.id, []) for span in doc.spans if span.attributes.get("event") is True]
    number = 0
    for head, group in unnamed:
        number += 1
        while f"E{number}" in events:
            number += 1
        events[f"E{number}"] = head, group
    return events


def _without_breaks(text: str, parts: list[Offsets]) -> list[Offsets]:
    """The stretches of a span without line breaks inside, as BRAT wants them."""
    cut: list[Offsets] = []
    for a, b in parts:
        at = a
        for line in text[a:b].split("\n"):
            if line.strip():
                cut.append((at, at + len(line)))
            at += len(line) + 1
    return cut or parts


def _is_word(text: str) -> bool:
    """Whether BRAT can hold a name or value as it is."""
    return bool(text) and text.split() == [text] and ":" not in text


def _is_plain(note: str) -> bool:
    """Whether a note comes back as it is, and is not taken for one of `_Kept`."""
    return one_line(note) == note and note.strip() == note != "" and _kept(note) is None


def _word(text: str, notes: Notes) -> str:
    """A name without white space, as BRAT's types must be."""
    word = "_".join(text.split()).replace(":", "_")
    if word != text:
        notes.remark("names with white space or colons have '_' in its place")
    return word or "_"


def _configuration(conf: dict[str, dict[str, set[str]]]) -> str:
    lines = ["[entities]", *sorted(conf["entities"])]
    lines += ["", "[relations]"]
    for label, every in sorted(conf["relations"].items()):
        lines += [f"{label}\t{ends}" for ends in sorted(every)]
    lines += ["", "[events]"]
    for label, roles in sorted(conf["events"].items()):
        lines.append(f"{label}\t{', '.join(sorted(roles))}")
    return "\n".join([*lines, "", "[attributes]", ""])


def _recognises(inside: Collection[str]) -> float:
    return 0.8 if any(name.endswith(".ann") for name in inside) else 0.0


FORMAT = Format(
    name="brat",
    summary="BRAT standoff: a folder of .txt and .ann",
    options=Options,
    read=read,
    write=write,
    holds=frozenset({"spans", "relations", "clusters"}),
    recognises_folder=_recognises,
    folder=True,
)
