"""Pairs of the toy languages with their noun phrases as spans, and where these must go."""

from __future__ import annotations

import random

from projector.records import Document, Link, Offsets, Pair, Span
from tests.encoder_models import sentence_pair
from tests.marking_models import phrases_of, target_phrase


def offsets(words: list[str]) -> list[Offsets]:
    found, at = [], 0
    for word in words:
        found.append((at, at + len(word)))
        at += len(word) + 1
    return found


def toy_pair(
    rng: random.Random, name: str, count: int = 3, links: str = "gold"
) -> tuple[Pair, list[Offsets]]:
    """A pair with up to ``count`` spans and its gold target stretches.

    ``links``: gold, none, or noisy (a third of them point to a random word).
    """
    source, target, gold = sentence_pair(rng)
    s, t = offsets(source), offsets(target)
    phrases = phrases_of(source)
    chosen = sorted(rng.sample(phrases, min(count, len(phrases))))
    spans = [Span(f"s{n}", s[a][0], s[b - 1][1], "NP") for n, (a, b) in enumerate(chosen)]
    wanted = []
    for span in chosen:
        a, b = target_phrase(span, gold)
        wanted.append((t[a][0], t[b - 1][1]))
    alignment: list[Link] | None = [(i, j, 0.9) for i, j in sorted(gold)]
    if links == "none":
        alignment = None
    elif links == "noisy":
        alignment = sorted(
            (i, rng.randrange(len(target)) if rng.random() < 0.33 else j, 0.9)
            for i, j in sorted(gold)
        )
    pair = Pair(
        name,
        Document(name, " ".join(source), "en", tokens=s, spans=spans),
        Document(name, " ".join(target), "es", tokens=t),
        alignment=alignment,
    )
    return pair, wanted


def toy_pairs(
    count: int, seed: int, spans: int = 3, links: str = "gold"
) -> tuple[list[Pair], list[list[Offsets]]]:
    rng = random.Random(seed)
    made = [toy_pair(rng, f"p{n}", spans, links) for n in range(count)]
    return [pair for pair, _ in made], [wanted for _, wanted in made]


def accuracy(found: list, wanted: list[list[Offsets]]) -> float:
    """Share of spans whose projection is exactly the gold stretch."""
    right = total = 0
    for row, gold in zip(found, wanted, strict=True):
        for projection, stretch in zip(row, gold, strict=True):
            right += projection.pieces == [stretch]
            total += 1
    return right / total
