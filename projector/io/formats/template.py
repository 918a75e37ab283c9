"""Instruction data and the like: rows that a Jinja template makes of each record.

A template (``export --template FILE.j2``, or a shipped one by name) writes JSON objects, none, one
or several for a record, and each becomes a line. It sees

    id, source, target      the record; both are the document where it is no pair
    pair                    whether it is one
    segments                the sentence pairs, as source and target
    meta                    of the pair
    words                   what ``--set words=FILE.yaml`` holds (how labels are put into words)

where a document has text, lang, language ("Spanish"), spans (with text), labels, questions and meta
as a record has them. ``draw(a, b, ...)`` takes one of its arguments by the record's id, so that the
same record always gets the same. Templates run in Jinja's sandbox, and what they write is bounded.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

import jinja2
import msgspec
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from msgspec import Struct

from projector.errors import DataError, UsageError
from projector.io.formats.shared.format import EVERYTHING, Format
from projector.io.formats.shared.notes import Notes
from projector.io.formats.shared.text_files import write_text
from projector.io.yaml_files import read_yaml
from projector.json_values import JsonObject
from projector.records import Document, Pair, Record
from projector.shipped import template_path
from projector.text.language_codes import english_name

MAX_TEMPLATE = 1 << 20  # bytes
MAX_CHARACTERS = 8 << 20  # that a template may write for one record
_encode = msgspec.json.Encoder().encode


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``template``: the file, or the name of a shipped one; ``words``: a YAML file with a mapping
    from labels to how they are put into words."""

    template: str = ""
    words: str = ""


def write(
    records: Iterable[Record], path: str, options: Options, notes: Notes, *, force: bool = False
) -> int:
    template = RowTemplate(options.template, options.words)
    rows = (_encode(row).decode() + "\n" for row in _rows(template, records, notes))
    return write_text(rows, path, force=force)


def _rows(template: RowTemplate, records: Iterable[Record], notes: Notes) -> Iterator[JsonObject]:
    for record in records:
        rows = template.rows(record)
        if not rows:
            notes.lose("records", "the template wrote nothing for them")
        yield from rows


class RowTemplate:
    """A template, ready to make rows.

    Args:
        name: a file, or a shipped template's name.
        words: a YAML file of labels in words; "" for none.

    Raises:
        UsageError: there is no such file, or it is no template.
    """

    def __init__(self, name: str, words: str = "") -> None:
        if not name:
            raise UsageError("template: found none, wanted --template FILE.j2")
        path = template_path(name)
        self._name = path.name
        self._words = read_yaml(words, JsonObject, "labels in words") if words else {}
        environment = _Sandbox(undefined=jinja2.StrictUndefined, trim_blocks=True,
                               lstrip_blocks=True, autoescape=False)  # fmt: skip
        for filter_ in ("random", "center", "format"):  # by chance, or long things of short ones
            del environment.filters[filter_]
        try:
            with open(path, "rb") as stream:
                data = stream.read(MAX_TEMPLATE + 1)
            if len(data) > MAX_TEMPLATE:
                raise UsageError(f"{path}: found more than {MAX_TEMPLATE} bytes, wanted a template")
            self._template = environment.from_string(data.decode("utf-8-sig"))
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{path}: cannot be read as a template ({error})") from error
        except jinja2.TemplateSyntaxError as error:
            raise UsageError(f"{path}:{error.lineno}: {error.message}") from error
        except jinja2.TemplateError as error:
            raise UsageError(f"{path}: {error}") from error

    def rows(self, record: Record) -> list[JsonObject]:
        """The objects that the template writes for a record.

        Raises:
            DataError: it needs what the record has not, or writes something else than JSON objects.
        """
        written: list[str] = []
        size = 0
        try:
            for chunk in self._template.generate(self._seen(record)):
                size += len(chunk)
                if size > MAX_CHARACTERS:
                    raise self._failed(record, f"it writes more than {MAX_CHARACTERS} characters")
                written.append(chunk)
        except (jinja2.TemplateError, SecurityError, RecursionError) as error:
            raise self._failed(record, str(error)) from error
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise self._failed(record, f"{type(error).__name__}: {error}") from error
        return self._objects("".join(written), record)

    def _seen(self, record: Record) -> JsonObject:
        if isinstance(record, Pair):
            source, target, segments = record.source, record.target, record.segments
        else:
            source, target, segments = record, record, None
        return {
            "id": record.id,
            "pair": isinstance(record, Pair),
            "source": _document(source),
            "target": _document(target),
            "segments": [
                {"source": source.text[s.source_start : s.source_end],
                 "target": target.text[s.target_start : s.target_end]}
                for s in segments or ()
            ],
            "meta": record.meta,
            "words": self._words,
            "draw": _Draw(record.id),
        }  # fmt: skip

    def _objects(self, text: str, record: Record) -> list[JsonObject]:
        decoder = json.JSONDecoder()
        found: list[JsonObject] = []
        at = 0
        while (at := _after_space(text, at)) < len(text):
            try:
                value, at = decoder.raw_decode(text, at)
            except (ValueError, RecursionError) as error:
                said = text[at : at + 60].replace("\n", " ")
                raise self._failed(record, f"it wrote {said!r}, wanted a JSON object") from error
            if not isinstance(value, dict):
                raise self._failed(record, f"it wrote a {type(value).__name__}, wanted an object")
            found.append(value)
        return found

    def _failed(self, record: Record, why: str) -> DataError:
        return DataError(f"record {record.id!r}: {self._name}: {why}", reason="template_failed")


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, without what makes long things of short ones."""

    intercepted_binops = frozenset({"*", "**", "%"})
    _WIDENING = frozenset("center ljust rjust zfill expandtabs format format_map".split())

    def call_binop(
        self, context: jinja2.runtime.Context, operator: str, left: object, right: object
    ) -> object:
        numbers = all(isinstance(value, int | float) for value in (left, right))
        if operator == "**" or not numbers:
            raise SecurityError(
                f"the operator {operator!r} is for numbers, and ** not there at all"
            )
        return super().call_binop(context, operator, left, right)

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        return attr not in self._WIDENING and super().is_safe_attribute(obj, attr, value)


class _Draw:
    """Takes one of several values, by a record's id and how often it was asked before."""

    def __init__(self, name: str) -> None:
        self._name, self._times = name, 0

    def __call__(self, *values: object) -> object:
        if not values:
            raise ValueError("draw: found nothing to draw from")
        self._times += 1
        digest = hashlib.sha256(f"{self._times}\0{self._name}".encode()).digest()
        return values[int.from_bytes(digest[:8], "big") % len(values)]


def _document(doc: Document) -> JsonObject:
    plain: dict[str, Any] = msgspec.to_builtins(doc)
    filled = {"spans": [], "labels": {}, "questions": [], "relations": [], "meta": {}, "lang": ""}
    spans = [
        {"label": "", **span, "text": given.surface(doc.text)}
        for span, given in zip(plain.get("spans", ()), doc.spans, strict=True)
    ]
    language = english_name(doc.lang) if doc.lang else ""
    return {**filled, **plain, "spans": spans, "language": language}


def _after_space(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


FORMAT = Format(
    name="template",
    summary="rows that a Jinja template makes of records (instruction data)",
    options=Options,
    write=write,
    holds=EVERYTHING,  # what a template leaves out is its own choice
    pairs=True,
)
