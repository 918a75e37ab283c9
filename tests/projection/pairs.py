"""Small aligned pairs, built by hand, for the tests of projection."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from projector.records import Document, Offsets, Pair, Span

Places = Iterable[tuple[str, int, int]]


def tokens_of(text: str) -> list[Offsets]:
    """Offsets of the space-separated words."""
    found, at = [], 0
    for word in text.split(" "):
        found.append((at, at + len(word)))
        at += len(word) + 1
    return found


def spans_of(text: str, places: Places) -> list[Span]:
    """Spans s0, s1, ... over token runs: label, first, end."""
    tokens = tokens_of(text)
    return [
        Span(f"s{n}", tokens[a][0], tokens[b - 1][1], label)
        for n, (label, a, b) in enumerate(places)
    ]


def pair(
    source: str,
    target: str,
    links: str | Sequence[tuple[int, int, float]],
    places: Places = (),
    name: str = "p",
    langs: tuple[str, str] = ("en", "es"),
    **fields: Any,
) -> Pair:
    """An aligned pair; links as "0-0 1-2" (probability 1) or with their own probabilities."""
    if isinstance(links, str):
        found = [tuple(map(int, link.split("-"))) for link in links.split()]
        links = [(i, j, 1.0) for i, j in found]
    fields.setdefault("spans", spans_of(source, places))
    left = Document(name, source, langs[0], tokens_of(source), **fields)
    right = Document(name, target, langs[1], tokens_of(target) if target else [])
    return Pair(name, left, right, alignment=list(links))


def surfaces(done: Pair) -> dict[str, str]:
    """What each projected span covers."""
    return {span.id: span.surface(done.target.text) for span in done.target.spans}
