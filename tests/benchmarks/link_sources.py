"""Links of many kinds for the same pairs: what the matcher is trained and measured over.

Each source gives the pairs of a gold set with its links, or None where it has none for the set
(no bitext, no eflomal). Those called hard have links without probabilities. Links of the aligner
and of eflomal are kept in a cache folder, since they take minutes.
"""

from __future__ import annotations

import hashlib
import random
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import gold
import msgspec
from eflomal_links import eflomal_links
from msgspec.structs import replace

from projector.alignment.e5 import LEAST
from projector.alignment.ensemble import usual_weights
from projector.alignment.stage import AlignOptions, AlignStage
from projector.alignment.symmetrise import HardLinks, average, grow_diag_final_and, intersection
from projector.json_values import JsonObject
from projector.records import Link, Pair

HARD_FROM = 0.35  # link probability from which `hardened` keeps a link
DROPPED = 0.2  # of the links, by `noisy`
ADDED = 0.1  # links at random for each link, by `noisy`
NEAR = 3  # tokens from a true link within which half of the random ones lie


class Links(msgspec.Struct):
    """What an alignment adds to a pair, for the cache."""

    alignment: list[tuple[int, int, float]]
    segments: list[Any] | None = None


class Source(NamedTuple):
    """Where links come from: ``pairs`` gives a gold set's pairs with them."""

    name: str
    hard: bool
    pairs: Callable[[gold.Gold], list[Pair] | None]


class Sources:
    """The sources over the data of a folder.

    Args:
        eflomal_python: a Python that has eflomal; empty: only what the cache holds.
    """

    def __init__(self, data: Path, cache: Path | None, eflomal_python: str = "") -> None:
        self.data, self.cache, self.eflomal_python = data, cache, eflomal_python

    def all(self) -> list[Source]:
        """Every source, graded ones first."""
        return [
            Source("hmm, bitext", False, self.bitext),
            Source("hmm, no bitext", False, self.bare),
            Source("hmm, vectors", False, self.vectors),
            Source("hmm+e5, bitext", False, self.with_encoder(self.bitext)),
            Source("hmm+e5, vectors", False, self.with_encoder(self.vectors)),
            Source("bitext, hard", True, changed(self.bitext, hardened)),
            Source("vectors, hard", True, changed(self.vectors, hardened)),
            Source("hmm+e5, hard", True, changed(self.with_encoder(self.vectors), hardened)),
            Source("eflomal gdfa", True, lambda found: self.eflomal(found, grow_diag_final_and)),
            Source("eflomal inter", True, lambda found: self.eflomal(found, intersection)),
            Source("bitext, hard, noise", True, changed(changed(self.bitext, hardened), noisy)),
        ]

    def bitext(self, found: gold.Gold) -> list[Pair] | None:
        """The default aligner with extra sentence pairs, without word vectors."""
        extra = gold.bitext(self.data, found.lang)
        return with_links(found, extra, self.cache, "none") if extra else None

    def bare(self, found: gold.Gold) -> list[Pair]:
        """On the input alone, without vectors."""
        return with_links(found, [], self.cache, "none")

    def vectors(self, found: gold.Gold) -> list[Pair]:
        """On the input alone, with vectors."""
        return with_links(found, [], self.cache)

    def with_encoder(
        self, others: Callable[[gold.Gold], list[Pair] | None]
    ) -> Callable[[gold.Gold], list[Pair] | None]:
        """Links of `hmm` joined by those of ``e5``."""

        def made(found: gold.Gold) -> list[Pair] | None:
            given = others(found)
            return None if given is None else with_encoder(found, given, self.cache)

        return made

    def eflomal(
        self, found: gold.Gold, join: Callable[[HardLinks, HardLinks], HardLinks]
    ) -> list[Pair] | None:
        """eflomal's links of both directions, joined; kept ones need no eflomal."""
        path = self.cache / f"eflomal {found.name}.json" if self.cache else None
        if path is not None and path.exists():
            forth, back = msgspec.json.decode(
                path.read_bytes(), type=tuple[list[HardLinks], list[HardLinks]]
            )
        elif not self.eflomal_python:
            return None
        else:
            extra = gold.bitext(self.data, found.lang)
            ((forth, back),) = eflomal_links(
                found.pairs, found.lang, extra, self.eflomal_python, runs=1
            )
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(msgspec.json.encode((forth, back)))
        return [
            replace(pair, alignment=[(i, j, 1.0) for i, j in sorted(join(a, b))])
            for pair, a, b in zip(found.pairs, forth, back, strict=True)
        ]


def with_encoder(found: gold.Gold, pairs: Sequence[Pair], cache: Path | None) -> list[Pair]:
    """The pairs with the mean of their links, which are those of `hmm`, and of those of ``e5``, as
    the default aligner takes it where the encoder is installed."""
    weights = usual_weights(["hmm", "e5"], found.lang)
    mine = with_links(found, [], cache, engine="e5")
    done = []
    for a, b in zip(pairs, mine, strict=True):
        both = average([a.alignment or [], b.alignment or []], weights)
        done.append(replace(a, alignment=[link for link in both if link[2] >= LEAST]))
    return done


def with_links(
    found: gold.Gold,
    bitext: Sequence[str],
    cache: Path | None,
    vectors: str = "auto",
    engine: str = "hmm",
) -> list[Pair]:
    """The pairs as `hmm` links them, or another engine."""
    said = [
        found.name,
        len(found.pairs),
        list(bitext),
        vectors,
        *([engine] if engine != "hmm" else []),
    ]
    key = hashlib.md5(" ".join(map(str, said)).encode())
    path = cache / f"{key.hexdigest()}.json" if cache else None
    if path is not None and path.exists():
        kept = msgspec.json.decode(path.read_bytes(), type=list[Links])
    else:
        start = time.time()
        options: JsonObject = {"vectors": vectors} if engine == "hmm" else {}
        stage = AlignStage(AlignOptions(engine=engine, bitext=list(bitext), options=options))
        stage.fit(iter(found.pairs))
        done = [o for o in stage.process(found.pairs) if isinstance(o, Pair)]
        stage.close()
        kept = [Links(pair.alignment or [], pair.segments) for pair in done]
        print(f"aligned {found.name} in {time.time() - start:.0f} s", file=sys.stderr)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(msgspec.json.encode(kept))
    return [
        replace(pair, alignment=links.alignment, segments=links.segments)
        for pair, links in zip(found.pairs, kept, strict=True)
    ]


def hardened(pairs: Sequence[Pair]) -> list[Pair]:
    """The links as an aligner without probabilities gives them."""
    return [
        replace(p, alignment=[(i, j, 1.0) for i, j, x in p.alignment or () if x >= HARD_FROM])
        for p in pairs
    ]


def noisy(pairs: Sequence[Pair]) -> list[Pair]:
    """The links with some left out and some at random, half of them near true ones."""
    rng = random.Random(13)
    done = []
    for pair in pairs:
        rows, columns = len(pair.source.tokens or ()), len(pair.target.tokens or ())
        given = pair.alignment or []
        kept: dict[tuple[int, int], float] = {
            (i, j): p for i, j, p in given if rng.random() >= DROPPED
        }
        for i, j, p in given:
            if rng.random() < ADDED:
                near = rng.random() < 0.5
                other = j + rng.randint(-NEAR, NEAR) if near else rng.randrange(columns)
                row = i if near else rng.randrange(rows)
                kept.setdefault((row, min(columns - 1, max(0, other))), p)
        links: list[Link] = [(i, j, p) for (i, j), p in sorted(kept.items())]
        done.append(replace(pair, alignment=links))
    return done


def changed(
    pairs: Callable[[gold.Gold], list[Pair] | None], change: Callable[[Sequence[Pair]], list[Pair]]
) -> Callable[[gold.Gold], list[Pair] | None]:
    """A source whose pairs are those of another one, changed."""

    def made(found: gold.Gold) -> list[Pair] | None:
        given = pairs(found)
        return None if given is None else change(given)

    return made
