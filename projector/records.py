"""The two records that travel through every stage: a document and a pair of documents.

Offsets count Unicode code points into ``text``; ends are exclusive; text is never rewritten.
All structs are immutable: a stage returns a changed copy (``msgspec.structs.replace``).
What must hold is checked when a record is built, so a record that exists is a valid one.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct, field
from msgspec.structs import replace

from projector.json_values import JsonObject

Offsets = tuple[int, int]
Link = tuple[int, int, float]  # source token, target token, probability


class Span(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A labelled stretch of text: ``text[start:end]``.

    A discontinuous span lists its parts in ``pieces`` (in order, not touching one another);
    ``start`` and ``end`` are then the first start and the last end. ``score`` is in [0, 1]: on
    a projected span, the estimated probability that the span is exactly right. ``text`` is the
    surface; where it is given it must agree with the offsets.
    """

    id: str
    start: int
    end: int
    label: str = ""
    pieces: list[Offsets] | None = None
    score: float | None = None
    text: str | None = None
    attributes: JsonObject = field(default_factory=dict)

    @property
    def parts(self) -> list[Offsets]:
        """The stretches that the span covers: ``pieces``, or the one ``(start, end)``."""
        return self.pieces if self.pieces else [(self.start, self.end)]

    def surface(self, text: str) -> str:
        """The covered text; the parts of a discontinuous span are joined by a space."""
        return " ".join(text[a:b] for a, b in self.parts)


class Relation(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A labelled link from span ``head`` to span ``tail``.

    An event is its trigger span as the head of one relation for each argument; relations of one
    event share their ``id``.
    """

    label: str
    head: str
    tail: str
    id: str | None = None
    attributes: JsonObject = field(default_factory=dict)


class Question(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A question about the document; ``answers`` are span ids.

    ``is_impossible`` is what the source data said, or None: it is never guessed.
    """

    id: str
    text: str
    lang: str = ""
    answers: list[str] = field(default_factory=list)
    is_impossible: bool | None = None
    score: float | None = None
    meta: JsonObject = field(default_factory=dict)


class Document(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One text in one language with its annotations (see the module's docstring for offsets)."""

    id: str
    text: str
    lang: str = ""
    tokens: list[Offsets] | None = None
    tags: dict[str, list[str]] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    clusters: list[list[str]] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    labels: JsonObject = field(default_factory=dict)
    meta: JsonObject = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_document(self)

    def words(self) -> list[str]:
        """The surfaces of ``tokens`` (which must be there)."""
        return [self.text[a:b] for a, b in self.tokens or ()]

    def span_by_id(self) -> dict[str, Span]:
        return {span.id: span for span in self.spans}


class Step(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Provenance: which engine, with which model and version, did a stage."""

    stage: str
    engine: str
    model: str = ""
    version: str = ""
    options: JsonObject = field(default_factory=dict)


class Dropped(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Something of the source that the target does not have, and why.

    Exactly one of ``span`` (its id), ``relation`` (its place in ``source.relations``),
    ``cluster`` (its place) and ``question`` (its id) is set. ``reason`` is a short code such as
    ``no_links``; ``detail`` says it in words.
    """

    reason: str
    detail: str = ""
    span: str | None = None
    relation: int | None = None
    cluster: int | None = None
    question: str | None = None
    label: str | None = None
    score: float | None = None


class Segment(Struct, frozen=True, array_like=True):
    """A sentence pair inside a pair of documents: ``source.text[a:b]`` and ``target.text[c:d]``."""

    source_start: int
    source_end: int
    target_start: int
    target_end: int


class Pair(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A source document and its translation: what every stage after ``translate`` works on.

    ``alignment`` is None before ``align``; its links index ``source.tokens`` and
    ``target.tokens``, so both sides must bring tokens once it is there. ``segments`` are sentence
    pairs, where the translator worked sentence by sentence.
    """

    id: str
    source: Document
    target: Document
    alignment: list[Link] | None = None
    segments: list[Segment] | None = None
    steps: list[Step] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    meta: JsonObject = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_pair(self)


Record = Document | Pair


def translation_quality(pair: Pair) -> float | None:
    """The translator's estimate of a pair in [0, 1], or None where it gave none."""
    found = pair.meta.get("translation_quality")
    if isinstance(found, bool) or not isinstance(found, (int, float)) or not 0 <= found <= 1:
        return None
    return float(found)


def _in_order(parts: Sequence[Offsets], length: int) -> bool:
    """Whether stretches are in the text, in its order and without overlap: the quick question,
    asked of every record; what is wrong is found out afterwards."""
    last = 0
    for a, b in parts:
        if not last <= a < b <= length:
            return False
        last = b
    return True


def _stretch(a: int, b: int, length: int, what: str) -> None:
    if not 0 <= a < b <= length:
        raise ValueError(
            f"{what}: found [{a}, {b}], wanted 0 <= start < end <= {length} (the text's length)"
        )


def _ascending(parts: Sequence[Offsets], what: str) -> None:
    for (_, before), (after, _) in pairwise(parts):
        if after < before:
            raise ValueError(
                f"{what}: found a stretch that starts at {after}, before the previous one's end "
                f"at {before}; wanted them in text order without overlap"
            )


def _unique(ids: Sequence[str], what: str) -> set[str]:
    seen = set(ids)
    if len(seen) == len(ids):
        return seen
    seen.clear()
    for n, name in enumerate(ids):
        if name in seen:
            raise ValueError(f"{what}[{n}].id: found {name!r} a second time, wanted unique ids")
        seen.add(name)
    return seen


def check_document(doc: Document) -> None:
    """Raise ValueError naming field, found and wanted if the document does not hold together."""
    length = len(doc.text)
    if doc.tokens is not None and not _in_order(doc.tokens, length):
        for n, (a, b) in enumerate(doc.tokens):
            _stretch(a, b, length, f"tokens[{n}]")
        _ascending(doc.tokens, "tokens")
    for layer, tags in doc.tags.items():
        if doc.tokens is None:
            raise ValueError(f"tags.{layer}: found tags without tokens, wanted 'tokens' beside it")
        if len(tags) != len(doc.tokens):
            raise ValueError(
                f"tags.{layer}: found {len(tags)} tags, wanted one for each of "
                f"{len(doc.tokens)} tokens"
            )
    ids = _unique([s.id for s in doc.spans], "spans")
    for n, span in enumerate(doc.spans):
        if not 0 <= span.start < span.end <= length:
            _stretch(span.start, span.end, length, f"spans[{n}]")
        if span.pieces is not None:
            if not span.pieces:
                raise ValueError(f"spans[{n}].pieces: found an empty list, wanted stretches")
            for a, b in span.pieces:
                _stretch(a, b, length, f"spans[{n}].pieces")
            _ascending(span.pieces, f"spans[{n}].pieces")
            if (span.pieces[0][0], span.pieces[-1][1]) != (span.start, span.end):
                raise ValueError(
                    f"spans[{n}]: found start and end [{span.start}, {span.end}], wanted the "
                    f"pieces' own [{span.pieces[0][0]}, {span.pieces[-1][1]}]"
                )
        if span.text is not None and span.text != span.surface(doc.text):
            raise ValueError(
                f"spans[{n}].text: found {span.text!r}, wanted {span.surface(doc.text)!r}, which "
                f"is what stands at [{span.start}, {span.end}]"
            )
        if span.score is not None and not 0 <= span.score <= 1:
            raise ValueError(f"spans[{n}].score: found {span.score}, wanted a number in [0, 1]")
    for n, relation in enumerate(doc.relations):
        for side in ("head", "tail"):
            if getattr(relation, side) not in ids:
                raise ValueError(
                    f"relations[{n}].{side}: found {getattr(relation, side)!r}, wanted the id of "
                    f"a span"
                )
    for n, cluster in enumerate(doc.clusters):
        for name in cluster:
            if name not in ids:
                raise ValueError(f"clusters[{n}]: found {name!r}, wanted ids of spans")
    _unique([q.id for q in doc.questions], "questions")
    for n, question in enumerate(doc.questions):
        for name in question.answers:
            if name not in ids:
                raise ValueError(f"questions[{n}].answers: found {name!r}, wanted the id of a span")


def check_pair(pair: Pair) -> None:
    """Raise ValueError naming field, found and wanted if the two sides do not fit together."""
    if pair.alignment is not None:
        if pair.source.tokens is None or pair.target.tokens is None:
            if pair.alignment:
                raise ValueError(
                    "alignment: found links without tokens, wanted 'tokens' on both sides"
                )
        else:
            rows, columns = len(pair.source.tokens), len(pair.target.tokens)
            for n, (i, j, p) in enumerate(pair.alignment):
                if 0 <= i < rows and 0 <= j < columns and 0 <= p <= 1:
                    continue
                if not (0 <= i < rows and 0 <= j < columns):
                    raise ValueError(
                        f"alignment[{n}]: found the link {i}-{j}, wanted a source token below "
                        f"{rows} and a target token below {columns}"
                    )
                raise ValueError(
                    f"alignment[{n}]: found the probability {p}, wanted a number in [0, 1]"
                )
    for n, segment in enumerate(pair.segments or ()):
        what = f"segments[{n}]"
        if segment.source_start != segment.source_end:
            _stretch(segment.source_start, segment.source_end, len(pair.source.text), what)
        if segment.target_start != segment.target_end:
            _stretch(segment.target_start, segment.target_end, len(pair.target.text), what)


def swapped(pair: Pair) -> Pair:
    """The same pair read in the other direction."""
    links = pair.alignment
    if links is not None:
        links = sorted((j, i, p) for i, j, p in links)
    segments = pair.segments
    if segments is not None:
        segments = [
            Segment(s.target_start, s.target_end, s.source_start, s.source_end) for s in segments
        ]
    return replace(pair, source=pair.target, target=pair.source, alignment=links, segments=segments)
