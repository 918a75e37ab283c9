"""Markers around spans in a source text, for the methods that let a translation model see them.

Used by `constrained` and `markers`. A pair is cut into its sentence pairs first, and spans that
overlap go into different copies ("layers") of a sentence, so that markers never cross; they nest
only for models that were trained on nested tags (LabelPigeon's).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from string import ascii_lowercase

from msgspec import Struct

from projector.errors import UsageError
from projector.records import Pair


class Part(Struct, frozen=True):
    """A stretch of a source span: the span's place in the record, and character offsets."""

    span: int
    start: int
    end: int


class Job(Struct, frozen=True):
    """A sentence pair as character stretches, and non-overlapping parts in text order."""

    source: tuple[int, int]
    target: tuple[int, int]
    parts: list[Part]


def letters(n: int) -> str:
    """a, b, ... z, aa, ab, ...: names that translation models leave alone."""
    name = ""
    n += 1
    while n:
        n, rest = divmod(n - 1, 26)
        name = ascii_lowercase[rest] + name
    return name


class Markers(Struct, frozen=True):
    """The text before and after a part; ``{n}`` in it becomes the part's letter.

    ``nested``: a part may stand inside another, and no space between a marker and its part.
    """

    opening: str
    closing: str
    nested: bool = False

    @property
    def distinct(self) -> bool:
        """Whether each part has markers of its own."""
        return "{n}" in self.opening

    def of(self, n: int) -> tuple[str, str]:
        """The markers of the n-th part."""
        name = letters(n)
        return self.opening.replace("{n}", name), self.closing.replace("{n}", name)


NAMED = {"brackets": "[ ]", "letters": "[{n} {n}]", "xml": "<{n}> </{n}>"}
NESTED = "nested"


def read_markers(text: str) -> Markers:
    """Markers by name (brackets, letters, xml, nested), or opening, space, closing.

    ``nested`` are LabelPigeon's tags: ``<a>the <b>old</b> house</a>``.

    Raises:
        UsageError: not two words, or ``{n}`` in one of them only.
    """
    if text == NESTED:
        return Markers("<{n}>", "</{n}>", nested=True)
    words = NAMED.get(text, text).split()
    if len(words) != 2 or words[0] == words[1] or ("{n}" in words[0]) != ("{n}" in words[1]):
        raise UsageError(
            f"markers: found {text!r}, wanted {', '.join(NAMED)}, {NESTED}, or an opening and a "
            f"closing one such as '[ ]' or '<{{n}}> </{{n}}>'"
        )
    opening, closing = words
    return Markers(opening, closing)


def jobs(pair: Pair, *, nested: bool = False) -> tuple[list[Job], list[int]]:
    """The sentence pairs with spans in them, and the spans that cross a sentence's end.

    ``nested``: parts of a job may hold one another.
    """
    units = [
        ((s.source_start, s.source_end), (s.target_start, s.target_end))
        for s in pair.segments or ()
    ] or [((0, len(pair.source.text)), (0, len(pair.target.text)))]
    inside: list[list[Part]] = [[] for _ in units]
    lost = []
    for n, span in enumerate(pair.source.spans):
        places = []
        for start, end in span.parts:
            place = next(
                (
                    k
                    for k, ((a, b), (c, d)) in enumerate(units)
                    if a <= start and end <= b and c < d
                ),
                None,
            )
            places.append((place, Part(n, start, end)))
        if any(place is None for place, _ in places):
            lost.append(n)
            continue
        for place, part in places:
            assert place is not None
            inside[place].append(part)
    found = []
    for (source, target), parts in zip(units, inside, strict=True):
        found += [Job(source, target, layer) for layer in layers(parts, nested=nested)]
    return found, lost


def layers(parts: Sequence[Part], *, nested: bool = False) -> Iterator[list[Part]]:
    """The parts in as few groups as there must be, in text order: without overlap, or with
    ``nested`` without parts that cross (one may hold another)."""
    groups: list[list[Part]] = []
    for part in sorted(parts, key=lambda p: (p.start, -p.end if nested else p.end, p.span)):
        for group in groups:
            if all(
                other.end <= part.start or (nested and part.end <= other.end) for other in group
            ):
                group.append(part)
                break
        else:
            groups.append([part])
    yield from groups


def parents(parts: Sequence[Part]) -> list[int]:
    """For each part, as `layers` orders them, the place of the innermost that holds it, or -1."""
    found: list[int] = []
    open_: list[int] = []
    for n, part in enumerate(parts):
        while open_ and parts[open_[-1]].end <= part.start:
            open_.pop()
        found.append(open_[-1] if open_ else -1)
        open_.append(n)
    return found


def marked(text: str, job: Job, markers: Markers) -> str:
    """The job's source sentence with markers; a space between a marker and what it marks, unless
    they are nested tags, which their models know without."""
    space = "" if markers.nested else " "
    pieces: list[str] = []
    at = job.source[0]
    open_: list[int] = []

    def up_to(place: int) -> None:
        nonlocal at
        pieces.append(text[at:place])
        at = place

    def close(n: int) -> None:
        up_to(job.parts[n].end)
        pieces.append(f"{space}{markers.of(n)[1]}")
        if space and text[at : at + 1].isalnum():
            pieces.append(" ")

    for n, part in enumerate(job.parts):
        while open_ and job.parts[open_[-1]].end <= part.start:
            close(open_.pop())
        up_to(part.start)
        pieces.append(f"{markers.of(n)[0]}{space}")
        open_.append(n)
    while open_:
        close(open_.pop())
    up_to(job.source[1])
    return "".join(pieces)
