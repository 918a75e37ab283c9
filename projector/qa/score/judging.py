"""A sample of questions for a person to judge, and what the verdicts say of ``--min-quality``.

`page` writes one HTML file with keep and drop buttons; the JSON that it saves holds ids, scores
and verdicts and is read back by `read_verdicts`. `table` is the trade between number and quality.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

import jinja2
import msgspec
from markupsafe import Markup
from msgspec import Struct

from projector.errors import DataError
from projector.records import Document, Question, Record

REASONS = (
    "not grammatical", "who or what", "vague without the text", "cut or garbled",
    "the answer is only a part", "the answer is too long", "the answer is wrong",
    "gives the answer away",
)  # fmt: skip
LEVELS = (0.0, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
Z = 1.96  # of a 95 % interval


class Verdict(Struct, frozen=True):
    """One judged question: which it is, its score, and what the person said."""

    record: str
    question: str
    score: float | None = None
    verdict: str = ""
    reason: str = ""


class JudgedFile(Struct):
    """What the page saves."""

    judged_questions: list[Verdict]


class Drawn(Struct, frozen=True):
    """One question of the sample with its context around the answer."""

    record: str
    id: str
    question: str
    lang: str
    context_lang: str
    before: str
    answer: str
    after: str
    score: float | None


def sample(records: Iterable[Record], count: int, seed: int) -> list[Drawn]:
    """So many questions in the language of their context, drawn by reservoir sampling."""
    rng = random.Random(seed)
    kept: list[Drawn] = []
    found = chain.from_iterable(_questions(record) for record in records)
    for seen, drawn in enumerate(found, start=1):
        if len(kept) < count:
            kept.append(drawn)
        elif (place := rng.randrange(seen)) < count:
            kept[place] = drawn
    return kept


def _questions(record: Record) -> list[Drawn]:
    sides = [record] if isinstance(record, Document) else [record.source, record.target]
    return [
        _drawn(record.id, side, question)
        for side in sides
        for question in side.questions
        if question.answers and question.lang in (side.lang, "")
    ]


def _drawn(record: str, doc: Document, question: Question) -> Drawn:
    span = doc.span_by_id()[question.answers[0]]
    return Drawn(
        record, question.id, question.text, question.lang, doc.lang, doc.text[: span.start],
        doc.text[span.start : span.end], doc.text[span.end :], question.score,
    )  # fmt: skip


def page(drawn: Sequence[Drawn]) -> str:
    """The HTML page; texts are escaped."""
    keys = [
        {"record": d.record, "question": d.id, "score": d.score, "verdict": "", "reason": ""}
        for d in drawn
    ]
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True
    )
    told = msgspec.json.encode(keys).decode().replace("<", "\\u003c")  # no tag can close the script
    return environment.get_template("judge.html.j2").render(
        rows=drawn, reasons=REASONS, keys=Markup(told)
    )


def read_verdicts(path: str) -> list[Verdict]:
    """The verdicts that were given, from the file that the page saved.

    Raises:
        DataError: it is not such a file, or holds no verdict.
    """
    try:
        found = msgspec.json.decode(Path(path).read_bytes(), type=JudgedFile).judged_questions
    except (msgspec.DecodeError, OSError) as error:
        raise DataError(
            f"found no judged questions ({error}), wanted the JSON that the page of "
            "xproject qa --judge saves",
            path=path,
        ) from error
    judged = [v for v in found if v.verdict in ("keep", "drop")]
    if not judged:
        raise DataError("found no question with a verdict, wanted keep or drop", path=path)
    return judged


def is_judged_file(path: str) -> bool:
    """True for a file that the page saved."""
    if not path.endswith(".json"):
        return False
    with open(path, "rb") as stream:
        return b'"judged_questions"' in stream.read(64)


def table(verdicts: Sequence[Verdict]) -> list[str]:
    """Lines: what each ``--min-quality`` leaves, how many of it were kept, with the least share
    that this bears out (Wilson's interval)."""
    lines = ["min-quality  questions   kept   share   at least"]
    for level in LEVELS:
        part = [v for v in verdicts if v.score is None or v.score >= level]
        if not part:
            break
        kept = sum(v.verdict == "keep" for v in part)
        lines.append(
            f"{level:11.2f}{len(part):11d}{kept:7d}{kept / len(part):8.2f}"
            f"{_wilson(kept, len(part)):11.2f}"
        )
    return lines


def _wilson(kept: int, of: int) -> float:
    share = kept / of
    middle = share + Z * Z / (2 * of)
    width = Z * math.sqrt(share * (1 - share) / of + Z * Z / (4 * of * of))
    return (middle - width) / (1 + Z * Z / of)
