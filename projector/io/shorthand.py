"""From a decoded JSON object to a record: the full form, and the shorthands that people have.

- ``{"text": ...}`` with or without annotations;
- ``{"tokens": [...], "ner_tags": [...]}``, token lists with BIO tags as strings;
- ``{"context": ..., "question": ..., "answers": {"text": [...], "answer_start": [...]}}``;
- ``{"text": ..., "entities": [[0, 3, "PERSON"]]}`` as spaCy's training data have it, and spans and
  tokens as Prodigy writes them (spans without an id, tokens as objects);
- ``{"source": {...}, "target": {...}}``, a pair whose sides are documents (or just strings).

Unknown fields of a document are carried in ``meta``. What does not hold together raises
`DataError` with the field, what was found and what was wanted.
"""

from __future__ import annotations

import itertools
import os
from typing import TypeGuard

import msgspec

from projector.errors import DataError
from projector.io.bio import is_ill_formed, spans_from_tags
from projector.json_values import JsonObject
from projector.records import Document, Link, Pair, Record, Segment, Span

DOCUMENT_FIELDS = frozenset(Document.__struct_fields__)
WORD_FIELDS = ("tokens", "words")
TOKEN_PLACES = ("token_start", "token_end")  # beside start and end in Prodigy's spans
_SQUAD_FIELDS = frozenset({"context", "question", "answers"})
TAG_FIELDS = ("ner_tags", "tags", "labels", "bio", "ner")


def record_from_json(value: object, *, line: int, path: str = "") -> Record:
    """A document or a pair from one decoded JSON object.

    Args:
        value: what stood on the line.
        line: its number from 1; a record without an id is called after it.
        path: the file, for the id of records that have none.

    Raises:
        DataError: with field, found and wanted.
    """
    if not isinstance(value, dict):
        kind = type(value).__name__
        raise DataError(f"found a JSON {kind}, wanted an object", reason="not_an_object")
    if "source" in value and "target" in value:
        return pair_from_json(value, line=line, path=path)
    return document_from_json(value, line=line, path=path)


def is_row(value: object, fields: frozenset[str]) -> TypeGuard[JsonObject]:
    """Whether an object is a row of some other data set, to be taken as it is for the sake of these
    fields: it has no text, or its text is what they name (``context``, ``question``, ...)."""
    if not isinstance(value, dict) or "text" in value or ("source" in value and "target" in value):
        return False
    if not fields.isdisjoint(_SQUAD_FIELDS):
        return True
    return "context" not in value and not any(isinstance(value.get(k), list) for k in WORD_FIELDS)


def document_from_row(
    value: JsonObject, *, line: int, path: str = "", text: str = "", lang: str = ""
) -> Document:
    """A row of any shape: whole and unchanged in ``meta``; its id and language are looked for.

    Args:
        text: the field that is the document's text; "" for none.
        lang: its language where the row does not say it.

    Raises:
        DataError: the field of the text is not there, or no text.
    """
    name = value.get("id")
    named = isinstance(name, str | int) and not isinstance(name, bool)
    own = next((v for k in ("lang", "language") if isinstance(v := value.get(k), str)), lang)
    found = value.get(text, "") if text else ""
    if not isinstance(found, str) or (text and text not in value):
        raise DataError(f"{text}: wanted this field of the row, with a text", reason="bad_field")
    return Document(
        id=str(name) if named else default_id(path, line), text=found, lang=own, meta=dict(value)
    )


def pair_from_json(value: JsonObject, *, line: int, path: str = "") -> Pair:
    value = dict(value)
    name = value.setdefault("id", default_id(path, line))
    if isinstance(name, int) and not isinstance(name, bool):
        value["id"] = name = str(name)
    sides = {}
    for side in ("source", "target"):
        given = value.pop(side)
        if isinstance(given, str):
            given = {"text": given}
        if not isinstance(given, dict):
            raise DataError(
                f"{side}: found a JSON {type(given).__name__}, wanted a document",
                reason="bad_field",
            )
        given = {"id": name, **given}
        try:
            sides[side] = document_from_json(given, line=line, path=path)
        except DataError as error:
            raise DataError(f"{side}.{error.detail}", reason=error.reason) from error
    links = value.get("alignment")
    if isinstance(links, list):
        value["alignment"] = [
            [*link, 1.0] if isinstance(link, list) and len(link) == 2 else link for link in links
        ]
    unknown = {k: value.pop(k) for k in list(value) if k not in Pair.__struct_fields__}
    if unknown:
        value["meta"] = {**_meta(value), **unknown}
    # What refers to the two sides is converted apart: it is checked once they are in place.
    referring = {k: value.pop(k, None) for k in ("alignment", "segments")}
    try:
        rest = msgspec.convert({**value, "source": _BLANK, "target": _BLANK}, Pair)
        return msgspec.structs.replace(
            rest, **msgspec.structs.asdict(msgspec.convert(referring, _Referring)), **sides
        )
    except (msgspec.ValidationError, ValueError) as error:
        raise DataError(readable(error), reason="bad_field") from error


_BLANK = {"id": "", "text": ""}


class _Referring(msgspec.Struct):
    alignment: list[Link] | None = None
    segments: list[Segment] | None = None


def default_id(path: str, line: int) -> str:
    """The id of a record that brings none: its file's name and its line, so it is stable."""
    stem = os.path.basename(path).partition(".")[0] if path and path != "-" else "line"
    return f"{stem}-{line}"


def document_from_json(value: JsonObject, *, line: int = 1, path: str = "") -> Document:
    """A document from its full form or from a shorthand; see the module's docstring."""
    value = dict(value)
    if "id" not in value or value["id"] is None:
        value["id"] = default_id(path, line)
    if isinstance(value["id"], int) and not isinstance(value["id"], bool):
        value["id"] = str(value["id"])  # data sets often number their rows
    if "context" in value and "text" not in value:
        value = _from_squad(value)
    elif "text" not in value or _is_word_list(value):
        value = _from_words(value)
    if "text" not in value:
        raise DataError(
            f"text: found no such field (there are: {', '.join(sorted(value)) or 'none'}), wanted "
            "'text', 'tokens' with tags, or 'context' with 'question' (for rows of other shapes: "
            "translate --fields A,B)",
            reason="missing_field",
        )
    _read_foreign_spans(value)
    if "label" in value and "labels" not in value:
        value["labels"] = {"label": value.pop("label")}
    unknown = {k: value.pop(k) for k in list(value) if k not in DOCUMENT_FIELDS}
    if unknown:
        value["meta"] = {**_meta(value), **unknown}
    try:
        return msgspec.convert(value, Document)
    except (msgspec.ValidationError, ValueError) as error:
        raise DataError(readable(error), reason="bad_field") from error


def _read_foreign_spans(value: JsonObject) -> None:
    """Put spaCy's entities and Prodigy's spans and tokens into this tool's form, in place."""
    entities = value.get("entities")
    if "spans" not in value and isinstance(entities, list) and entities:
        found = [_entity(item, n) for n, item in enumerate(entities)]
        if all(span is not None for span in found):
            value["spans"] = found
            del value["entities"]
    spans = value.get("spans")
    if isinstance(spans, list):
        taken = {span.get("id") for span in spans if _has_name(span)}
        free = (name for n in itertools.count() if (name := f"s{n}") not in taken)
        value["spans"] = [
            {k: v for k, v in {"id": next(free), **span}.items() if k not in TOKEN_PLACES}
            if isinstance(span, dict) and "id" not in span
            else span
            for span in spans
        ]
    tokens = value.get("tokens")
    if isinstance(tokens, list) and tokens and all(map(_is_token_object, tokens)):
        value["tokens"] = [[token["start"], token["end"]] for token in tokens]


def _entity(item: object, number: int) -> JsonObject | None:
    """An entity as ``[start, end, label]`` or as an object with those keys; None if it is none."""
    if isinstance(item, list) and len(item) == 3:
        start, end, label = item
    elif isinstance(item, dict):
        start = item.get("start", item.get("start_offset"))
        end = item.get("end", item.get("end_offset"))
        label = item.get("label")
    else:
        return None
    if not (isinstance(start, int) and isinstance(end, int) and isinstance(label, str)):
        return None
    return {"id": f"s{number}", "start": start, "end": end, "label": label}


def _has_name(span: object) -> bool:
    return isinstance(span, dict) and isinstance(span.get("id"), str)


def _is_token_object(token: object) -> bool:
    return isinstance(token, dict) and "start" in token and "end" in token


def _meta(value: JsonObject) -> JsonObject:
    meta = value.get("meta")
    if meta is not None and not isinstance(meta, dict):
        raise DataError(
            f"meta: found a JSON {type(meta).__name__}, wanted an object", reason="bad_field"
        )
    return meta or {}


def _list(value: JsonObject, name: str) -> list[object]:
    """A field that must be a list if it is there."""
    found = value.get(name)
    if found is not None and not isinstance(found, list):
        raise DataError(
            f"{name}: found a JSON {type(found).__name__}, wanted a list", reason="bad_field"
        )
    return found or []


def readable(error: Exception) -> str:
    """msgspec's message with the field in front: ``spans[0].start: expected `int`, got `str```."""
    text, found, place = str(error).partition(" - at `$")
    if found:
        return f"{place.rstrip('`').lstrip('.')}: {text[:1].lower()}{text[1:]}"
    return text


def _is_word_list(value: JsonObject) -> bool:
    words = value.get("tokens", value.get("words"))
    return isinstance(words, list) and bool(words) and isinstance(words[0], str)


def _from_words(value: JsonObject) -> JsonObject:
    key = next((k for k in WORD_FIELDS if isinstance(value.get(k), list)), None)
    if key is None:
        return value
    words = value.pop(key)
    assert isinstance(words, list)
    if not all(isinstance(w, str) and w for w in words):
        raise DataError(f"{key}: wanted a list of words, none of them empty", reason="bad_field")
    text = value.pop("text", None)
    tokens: list[tuple[int, int]] = []
    if isinstance(text, str):
        tokens = locate(words, text, key)
    else:
        text = " ".join(words)
        at = 0
        for word in words:
            tokens.append((at, at + len(word)))
            at += len(word) + 1
    value["text"], value["tokens"] = text, tokens
    field = next((k for k in TAG_FIELDS if isinstance(value.get(k), list)), None)
    if field is not None:
        tags = value.pop(field)
        assert isinstance(tags, list)
        if len(tags) != len(words):
            raise DataError(
                f"{field}: found {len(tags)} tags, wanted one for each of {len(words)} words",
                reason="bad_field",
            )
        if any(isinstance(t, int) for t in tags):
            raise DataError(
                f"{field}: found class numbers, wanted tag names such as 'B-PER' (convert the data "
                "set with `xproject convert --from hf`, which knows its names)",
                reason="bad_field",
            )
        if not all(isinstance(t, str) for t in tags):
            raise DataError(f"{field}: wanted a list of tag names", reason="bad_field")
        ill = next((t for t in tags if is_ill_formed(t)), None)
        if ill is None:
            value["spans"] = [
                msgspec.to_builtins(Span(f"s{n}", tokens[a][0], tokens[b - 1][1], label))
                for n, (a, b, label) in enumerate(spans_from_tags(tags))
            ]
        else:
            value["tags"] = {field.removesuffix("_tags"): tags}
    layers = value.get("tags")
    lists = [(k, v) for k, v in value.items() if k.endswith("_tags") and isinstance(v, list)]
    for field, tags in lists:
        if len(tags) == len(words) and all(isinstance(t, str) for t in tags):
            if layers is not None and not isinstance(layers, dict):
                raise DataError(
                    f"tags: found a JSON {type(layers).__name__}, wanted an object of layers "
                    f"beside {field}",
                    reason="bad_field",
                )
            layers = value["tags"] = {**(layers or {}), field.removesuffix("_tags"): tags}
            del value[field]
    return value


def locate(words: list[str], text: str, field: str = "tokens") -> list[tuple[int, int]]:
    """Offsets of words in the text that they come from, left to right.

    Raises:
        DataError: a word does not occur after the one before it.
    """
    at, found = 0, []
    for n, word in enumerate(words):
        start = text.find(word, at)
        if start < 0:
            raise DataError(
                f"{field}[{n}]: found {word!r}, wanted a word that occurs in the text after "
                f"character {at}",
                reason="bad_field",
            )
        at = start + len(word)
        found.append((start, at))
    return found


def _from_squad(value: JsonObject) -> JsonObject:
    value["text"] = value.pop("context")
    question, answers = value.pop("question", None), value.pop("answers", None)
    if question is None:
        return value
    spans, ids = [], []
    texts, starts = [], []
    if isinstance(answers, dict):
        texts, starts = answers.get("text", []), answers.get("answer_start", [])
    elif isinstance(answers, list):
        texts = [a.get("text") for a in answers if isinstance(a, dict)]
        starts = [a.get("answer_start") for a in answers if isinstance(a, dict)]
    if not isinstance(texts, list) or not isinstance(starts, list) or len(texts) != len(starts):
        raise DataError(
            "answers: wanted 'text' and 'answer_start', lists of one length", reason="bad_field"
        )
    places: dict[tuple[int, str], str] = {}
    for n, (text, start) in enumerate(zip(texts, starts, strict=True)):
        if not isinstance(text, str) or not isinstance(start, int) or isinstance(start, bool):
            raise DataError(
                f"answers[{n}]: wanted a text and a whole number as answer_start",
                reason="bad_field",
            )
        found = value["text"][start : start + len(text)] if isinstance(value["text"], str) else ""
        if found != text or not text or start < 0:
            raise DataError(
                f"answers[{n}]: found {found!r} at answer_start {start}, wanted {text!r}",
                reason="offset_mismatch",
            )
        if (start, text) not in places:
            places[start, text] = f"a{len(places)}"
            spans.append(
                {
                    "id": f"a{len(places) - 1}",
                    "start": start,
                    "end": start + len(text),
                    "label": "answer",
                }
            )
        if places[start, text] not in ids:
            ids.append(places[start, text])
    asked: JsonObject = {"id": str(value["id"]), "text": question, "answers": ids}
    if isinstance(value.get("is_impossible"), bool):
        asked["is_impossible"] = value.pop("is_impossible")
    value["spans"] = [*_list(value, "spans"), *spans]
    value["questions"] = [*_list(value, "questions"), asked]
    return value
