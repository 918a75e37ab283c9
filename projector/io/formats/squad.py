"""SQuAD JSON (versions 1 and 2, XQuAD, MLQA): one document a paragraph, with all its questions.

Answers become spans with the label ``answer``; questions that share an answer share its span.
Ids of questions are kept; a paragraph is called ``FILE-ARTICLE-PARAGRAPH``, counted from 1, the
same in every language. ``is_impossible`` is kept where the data has it. Written back, the
``answer_start`` of every answer is that of its span, so it is right by construction.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct

from projector.errors import DataError
from projector.io.formats.shared.format import Format, Sample
from projector.io.formats.shared.notes import Notes
from projector.io.formats.shared.text_files import whole_text, write_text
from projector.io.jsonl import Line
from projector.json_values import JsonObject
from projector.records import Document, Question, Record, Span


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of the format.

    repair: an answer that does not stand at its ``answer_start`` is looked for nearby instead of
        making its paragraph an error.
    version: the file's ``version`` when writing; the one that was read by default.
    """

    lang: str = ""
    repair: bool = False
    version: str = ""


class _File(Struct):
    data: list[msgspec.Raw]
    version: object = None


def read(path: str, options: Options, notes: Notes) -> Iterator[Line]:
    """One record a paragraph; ``Line.number`` counts paragraphs.

    Raises:
        DataError: not JSON, or no ``data`` in it.
    """
    text = whole_text(path)
    try:
        file = msgspec.json.decode(text, type=_File)
    except (msgspec.DecodeError, RecursionError) as error:
        raise DataError(
            f"found no SQuAD file ({_short(error)}), wanted an object with 'data', a list of "
            "articles",
            reason="invalid_json",
            path=path,
        ) from error
    stem = os.path.basename(path).partition(".")[0] if path != "-" else "squad"
    number = 0
    for n, raw in enumerate(file.data, start=1):
        try:
            article = msgspec.json.decode(raw)
            paragraphs = _list(_object(article, f"data[{n - 1}]"), "paragraphs", f"data[{n - 1}]")
        except (DataError, msgspec.DecodeError, RecursionError) as error:
            number += 1
            problem = error if isinstance(error, DataError) else DataError(_short(error))
            yield Line(number, None, problem.at(path), bytes(raw).decode("utf-8", "replace"))
            continue
        about = {key: value for key, value in article.items() if key != "paragraphs"}
        if file.version is not None:
            about["version"] = file.version
        for m, paragraph in enumerate(paragraphs, start=1):
            number += 1
            where = f"data[{n - 1}].paragraphs[{m - 1}]"
            try:
                record = _document(
                    _object(paragraph, where), f"{stem}-{n}-{m}", where, {**about, "article": n},
                    options, notes,
                )  # fmt: skip
            except DataError as error:
                yield Line(number, None, error.at(path), msgspec.json.encode(paragraph).decode())
                continue
            except ValueError as error:
                problem = DataError(f"{where}: {error}", reason="bad_field", path=path)
                yield Line(number, None, problem, msgspec.json.encode(paragraph).decode())
                continue
            yield Line(number, record, None)


def _short(error: Exception) -> str:
    return str(error).partition("\n")[0] or type(error).__name__


def _object(value: object, where: str) -> JsonObject:
    if not isinstance(value, dict):
        raise DataError(f"{where}: found no object, wanted one", reason="bad_field")
    return value


def _list(value: JsonObject, key: str, where: str) -> list[object]:
    found = value.get(key)
    if not isinstance(found, list):
        raise DataError(f"{where}.{key}: found no list, wanted one", reason="bad_field")
    return found


def _string(value: JsonObject, key: str, where: str) -> str:
    found = value.get(key)
    if not isinstance(found, str):
        raise DataError(f"{where}.{key}: found no string, wanted one", reason="bad_field")
    return found


def _document(
    paragraph: JsonObject, name: str, where: str, about: JsonObject, options: Options,
    notes: Notes,
) -> Document:  # fmt: skip
    text = _string(paragraph, "context", where)
    spans: dict[tuple[int, int], Span] = {}
    questions: list[Question] = []
    for n, asked in enumerate(_list(paragraph, "qas", where)):
        place = f"{where}.qas[{n}]"
        asked = _object(asked, place)
        answers: list[str] = []
        for m, answer in enumerate(_list(asked, "answers", place) if "answers" in asked else []):
            start, end = _answer(_object(answer, f"{place}.answers[{m}]"), text, options, notes)
            span = spans.setdefault((start, end), Span(f"a{len(spans)}", start, end, "answer"))
            answers.append(span.id)
        known = {"id", "question", "answers", "is_impossible"}
        impossible = asked.get("is_impossible")
        questions.append(
            Question(
                id=str(asked.get("id", f"{name}-q{n}")),
                text=_string(asked, "question", place),
                lang=options.lang,
                answers=answers,
                is_impossible=impossible if isinstance(impossible, bool) else None,
                meta={key: value for key, value in asked.items() if key not in known},
            )
        )
    rest = {key: value for key, value in paragraph.items() if key not in ("context", "qas")}
    meta: JsonObject = {"squad": {**about, **({"paragraph": rest} if rest else {})}}
    return Document(
        id=name,
        text=text,
        lang=options.lang,
        spans=list(spans.values()),
        questions=questions,
        meta=meta,
    )


def _answer(answer: JsonObject, text: str, options: Options, notes: Notes) -> tuple[int, int]:
    wanted, start = answer.get("text"), answer.get("answer_start")
    if not isinstance(wanted, str) or not isinstance(start, int) or isinstance(start, bool):
        raise DataError(
            "answers: wanted a text and a whole number as answer_start", reason="bad_field"
        )
    if wanted and start >= 0 and text.startswith(wanted, start):
        return start, start + len(wanted)
    if options.repair and wanted.strip():
        nearest = _nearest(text, wanted.strip(), start)
        if nearest >= 0:
            notes.remark("answers that did not stand at their answer_start were found nearby")
            return nearest, nearest + len(wanted.strip())
    found = text[max(start, 0) : max(start, 0) + len(wanted)]
    raise DataError(
        f"answers: found {found!r} at answer_start {start}, wanted {wanted!r} "
        "(--set repair=true looks for it nearby)",
        reason="offset_mismatch",
    )


def _nearest(text: str, wanted: str, start: int) -> int:
    before = text.rfind(wanted, 0, max(start, 0) + len(wanted))
    after = text.find(wanted, max(start, 0))
    if before < 0 or after < 0:
        return max(before, after)
    return before if start - before <= after - start else after


def write(
    records: Iterable[Record], path: str, options: Options, notes: Notes, *, force: bool = False
) -> int:
    """Paragraphs that stood in one article stay together as long as they follow each other.

    A question without an answer is written only if the data calls it impossible: an answer that
    was lost on the way must not become a claim that there is none.
    """
    count = 0

    def chunks() -> Iterator[str]:
        nonlocal count
        documents = (record for record in records if isinstance(record, Document))
        first = next(documents, None)
        version = options.version or (_about(first).get("version") if first else None) or "1.1"
        yield '{"version": ' + _json(version) + ', "data": ['
        if first is not None:
            every = itertools.chain([first], documents)
            for n, (key, group) in enumerate(itertools.groupby(every, key=_article)):
                yield ("," if n else "") + "\n{" + _head(key) + '"paragraphs": ['
                for m, doc in enumerate(group):
                    count += 1
                    yield (",\n" if m else "\n") + _json(_paragraph(doc, notes))
                yield "]}"
        yield "]}\n"

    write_text(chunks(), path, force=force)
    return count


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _about(doc: Document) -> JsonObject:
    about = doc.meta.get("squad")
    return about if isinstance(about, dict) else {}


def _article(doc: Document) -> str:
    about = {k: v for k, v in _about(doc).items() if k not in ("version", "paragraph")}
    return _json(about)


def _head(key: str) -> str:
    about = msgspec.json.decode(key)
    about.pop("article", None)
    return "".join(f"{_json(name)}: {_json(value)}, " for name, value in about.items())


def _paragraph(doc: Document, notes: Notes) -> JsonObject:
    spans = doc.span_by_id()
    answering = {name for question in doc.questions for name in question.answers}
    notes.lose("spans", "no answer of a question", len(set(spans) - answering))
    asked: list[JsonObject] = []
    for question in doc.questions:
        answers = []
        for name in question.answers:
            span = spans[name]
            if len(span.parts) > 1:
                notes.lose("answers", "discontinuous")
                continue
            answers.append({"text": doc.text[span.start : span.end], "answer_start": span.start})
        if not answers and question.is_impossible is not True:
            notes.lose("questions", "without an answer")
            continue
        entry: JsonObject = {"id": question.id, "question": question.text, "answers": answers}
        if question.is_impossible is not None:
            entry["is_impossible"] = question.is_impossible
        asked.append({**entry, **question.meta})
    rest = _about(doc).get("paragraph")
    return {"context": doc.text, "qas": asked, **(rest if isinstance(rest, dict) else {})}


_START = re.compile(r'\{\s*("version"\s*:\s*"[^"]*"\s*,\s*)?"data"\s*:\s*\[')


def _recognises(sample: Sample) -> float:
    return 0.9 if _START.match(sample.text.lstrip()) else 0.0


FORMAT = Format(
    name="squad",
    summary="SQuAD, XQuAD and MLQA JSON",
    options=Options,
    read=read,
    write=write,
    holds=frozenset({"questions", "spans"}),  # spans that are answers; `write` counts the others
    recognises=_recognises,
)
