"""Markers around spans in a source text, for the methods that let a translation model see them.

Used by `constrained` and `markers`. A pair is cut into its sentence pairs first, and spans that
overlap go into different copies ("layers") of a sentence, so that markers never cross or nest.
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
    """The text before and after a part; ``{n}`` in it becomes the part's letter."""

    opening: str
    closing: str

    @property
    def distinct(self) -> bool:
        """Whether each part has markers of its own."""
        return "{n}" in self.opening

    def of(self, n: int) -> tuple[str, str]:
        """The markers of the n-th part."""
        name = letters(n)
        return self.opening.replace("{n}", name), self.closing.replace("{n}", name)


NAMED = {"brackets": "[ ]", "letters": "[{n} {n}]", "xml": "<{n}> </{n}>"}


def read_markers(text: str) -> Markers:
    """Markers by name (brackets, letters, xml), or opening, space, closing: ``<{n}> </{n}>``.

    Raises:
        UsageError: not two words, or ``{n}`` in one of them only.
    """
    words = NAMED.get(text, text).split()
    if len(words) != 2 or words[0] == words[1] or ("{n}" in words[0]) != ("{n}" in words[1]):
        raise UsageError(
            f"markers: found {text!r}, wanted {', '.join(NAMED)}, or an opening and a closing one "
            f"such as '[ ]' or '<{{n}}> </{{n}}>'"
        )
    return Markers(*words)


def jobs(pair: Pair) -> tuple[list[Job], list[int]]:
    """The sentence pairs with spans in them, and the spans that cross a sentence's end."""
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
        found += [Job(source, target, layer) for layer in layers(parts)]
    return found, lost


def layers(parts: Sequence[Part]) -> Iterator[list[Part]]:
    """The parts in as few groups without overlap as there must be."""
    groups: list[list[Part]] = []
    for part in sorted(parts, key=lambda p: (p.start, p.end, p.span)):
        for group in groups:
            if group[-1].end <= part.start:
                group.append(part)
                break
        else:
            groups.append([part])
    yield from groups


def marked(text: str, job: Job, markers: Markers) -> str:
    """The job's source sentence with markers, a space between a marker and what it marks."""
    pieces = []
    at = job.source[0]
    for n, part in enumerate(job.parts):
        opening, closing = markers.of(n)
        pieces += [text[at : part.start], f"{opening} ", text[part.start : part.end], f" {closing}"]
        if text[part.end : part.end + 1].isalnum():
            pieces.append(" ")
        at = part.end
    pieces.append(text[at : job.source[1]])
    return "".join(pieces)
