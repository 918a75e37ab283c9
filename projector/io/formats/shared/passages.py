"""Questions and the passages that answer them: what the retrieval formats are written from.

Both sides of a pair are passages of their own; a question that stands on both is one query with two
passages that answer it.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, field

from projector.records import Document, Pair, Question, Record


class Passage(Struct, frozen=True):
    """One text that can be retrieved."""

    id: str
    text: str
    lang: str


class Query(Struct):
    """One question with the passages that answer it and its answers in each of them."""

    id: str
    text: str
    lang: str
    answers: dict[str, list[tuple[int, str]]] = field(default_factory=dict)


def passages_and_queries(records: Iterable[Record]) -> tuple[list[Passage], list[Query]]:
    """All passages and all answerable questions of the records, in their order.

    Passages without questions are kept: they are what is searched, too. The ids of a pair's sides
    end in their languages.
    """
    passages: list[Passage] = []
    queries: dict[tuple[str, str], Query] = {}
    for record in records:
        for name, doc in _documents(record):
            passages.append(Passage(name, doc.text, doc.lang))
            for question in doc.questions:
                found = _answers(doc, question)
                if not found or question.is_impossible:
                    continue
                owner = record.id if isinstance(record, Pair) else name
                query = queries.setdefault(
                    (owner, question.id), Query(question.id, question.text, question.lang)
                )
                query.answers[name] = found
    return passages, list(queries.values())


def _documents(record: Record) -> list[tuple[str, Document]]:
    if isinstance(record, Document):
        return [(record.id, record)]
    sides = (record.source, record.target)
    tags = [side.lang or name for side, name in zip(sides, ("source", "target"), strict=True)]
    return [(f"{record.id}-{tag}", side) for tag, side in zip(tags, sides, strict=True)]


def _answers(doc: Document, question: Question) -> list[tuple[int, str]]:
    spans = doc.span_by_id()
    found = [spans[name] for name in question.answers]
    return [(s.start, doc.text[s.start : s.end]) for s in found]
