"""The lexical table of the statistical aligner: co-occurring word pairs, in compressed
sparse rows.

One sparse table serves both directions: entry x stands for the word pair (s, t), rows are source
words in compressed rows (``start[s]`` to ``start[s + 1]``, target words ascending). Every cell of
every training pair remembers its entry (``cells``), so training never searches.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from projector.alignment.hmm.threads import in_parts
from projector.compiled import compiled

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]


def bounds(lengths: NDArray[np.integer] | NDArray[np.bool_]) -> Longs:
    """Where lists of these lengths begin in one array, and its end."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)])


# Named tuples of arrays, here and in `kernels` and `m_step`: compiled code takes them as they are.


class Corpus(NamedTuple):
    """Sentence pairs as word numbers: pair k is ``source[source_at[k]:source_at[k + 1]]`` and the
    same of ``target``; ``cell_at[k]`` is where its I x J matrix begins, row by row."""

    source: Ints
    source_at: Longs
    target: Ints
    target_at: Longs
    cell_at: Longs

    @property
    def pairs(self) -> int:
        """How many."""
        return len(self.source_at) - 1

    @classmethod
    def of(cls, source: Ints, source_at: Longs, target: Ints, target_at: Longs) -> Corpus:
        """The corpus of these arrays."""
        cell_at = bounds(np.diff(source_at) * np.diff(target_at))
        return cls(source, source_at, target, target_at, cell_at)


class Table(NamedTuple):
    """Entries (s, t) in compressed rows."""

    start: Longs
    column: Ints

    @property
    def rows(self) -> Ints:
        """The source word of each entry."""
        return np.repeat(
            np.arange(len(self.start) - 1, dtype=np.int32), np.diff(self.start).astype(np.int64)
        )

    def parts(self, count: int) -> list[int]:
        """Where to cut the rows into so many parts with about as many entries each."""
        wanted = np.linspace(0, int(self.start[-1]), count + 1)
        cuts: list[int] = np.searchsorted(self.start, wanted).tolist()
        return [0, *cuts[1:-1], len(self.start) - 1]

    def sums(self, values: Floats, targets: int) -> tuple[Floats, Floats]:
        """The values of all entries added up for each source and for each target word."""
        rows, columns = _sums(self, values, targets)
        return rows.astype(np.float32), columns.astype(np.float32)

    def only(self, kept: NDArray[np.bool_]) -> Table:
        """The table of the entries ``kept``."""
        return Table(bounds(kept)[self.start], self.column[kept])


@compiled
def _sums(
    table: Table, values: Floats, targets: int
) -> tuple[Doubles, Doubles]:  # pragma: no cover
    start, column = table.start, table.column
    rows, columns = np.zeros(len(start) - 1), np.zeros(targets)
    for s in range(len(start) - 1):
        for x in range(start[s], start[s + 1]):
            rows[s] += values[x]
            columns[column[x]] += values[x]
    return rows, columns


def joined(parts: Iterable[Corpus], longest: int) -> Corpus:
    """One corpus of several, without the pairs that have an empty side or more than ``longest``
    words on one."""
    source, target = [np.empty(0, np.int32)], [np.empty(0, np.int32)]
    widths, heights = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for part in parts:
        wide, tall = np.diff(part.source_at), np.diff(part.target_at)
        kept = (np.minimum(wide, tall) > 0) & (np.maximum(wide, tall) <= longest)
        source.append(part.source[np.repeat(kept, wide)])
        target.append(part.target[np.repeat(kept, tall)])
        widths.append(wide[kept])
        heights.append(tall[kept])
    return Corpus.of(
        np.concatenate(source),
        bounds(np.concatenate(widths)),
        np.concatenate(target),
        bounds(np.concatenate(heights)),
    )


def repacked(corpus: Corpus, source: Ints, target: Ints) -> Corpus:
    """The same pairs with other numbers for their words."""
    return Corpus(source, corpus.source_at, target, corpus.target_at, corpus.cell_at)


class Occurrences(NamedTuple):
    """Where each word stands: word w in ``sentence[start[w]:start[w + 1]]``, at ``place`` of the
    flat array."""

    start: Longs
    sentence: Ints
    place: Longs


@compiled
def _occurrences(words: Ints, at: Longs, size: int) -> Occurrences:  # pragma: no cover
    start = np.zeros(size + 1, np.int64)
    for w in words:
        start[w + 1] += 1
    for w in range(size):
        start[w + 1] += start[w]
    fill = start[:-1].copy()
    sentence = np.empty(len(words), np.int32)
    place = np.empty(len(words), np.int64)
    for k in range(len(at) - 1):
        for n in range(at[k], at[k + 1]):
            w = words[n]
            sentence[fill[w]] = k
            place[fill[w]] = n
            fill[w] += 1
    return Occurrences(start, sentence, place)


@compiled
def _fill(
    corpus: Corpus,
    occurrences: Occurrences,
    targets: int,
    part: int,
    parts: int,
    table: Table,
    cells: Ints,
) -> None:  # pragma: no cover
    """Rows ``part`` modulo ``parts``, by going through the sentences that a source word is in.

    Called twice: with an empty ``column`` it counts a row's entries into ``start[s + 1]``, then,
    with the row starts known, it writes the entries and the cells.
    """
    source_at, target, target_at = corpus.source_at, corpus.target, corpus.target_at
    first, sentence, place = occurrences.start, occurrences.sentence, occurrences.place
    start, column = table.start, table.column
    writes = len(column) > 0
    sources = len(start) - 1
    met = np.zeros(targets, np.bool_)
    slot = np.full(targets, -1, np.int32)
    seen = np.empty(targets, np.int32)
    for s in range(part, sources, parts):
        many = 0
        for o in range(first[s], first[s + 1]):
            k = sentence[o]
            for n in range(target_at[k], target_at[k + 1]):
                t = target[n]
                if not met[t]:
                    seen[many] = t
                    many += 1
                    met[t] = True
        for m in range(many):
            met[seen[m]] = False
        if not writes:
            start[s + 1] = many
            continue
        row = np.sort(seen[:many])
        base = start[s]
        for m in range(many):
            column[base + m] = row[m]
            slot[row[m]] = base + m
        for o in range(first[s], first[s + 1]):
            k = sentence[o]
            tall = target_at[k + 1] - target_at[k]
            at = corpus.cell_at[k] + (place[o] - source_at[k]) * tall
            for n in range(tall):
                cells[at + n] = slot[target[target_at[k] + n]]
        for m in range(many):
            slot[row[m]] = -1


def build_table(corpus: Corpus, sources: int, targets: int, threads: int) -> tuple[Table, Ints]:
    """The table of a corpus and the entry of each of its cells.

    Args:
        sources, targets: vocabulary sizes.
    """
    occurrences = _occurrences(corpus.source, corpus.source_at, sources)
    table = Table(np.zeros(sources + 1, np.int64), np.empty(0, np.int32))
    cells = np.empty(0, np.int32)

    def fill(part: int) -> None:
        _fill(corpus, occurrences, targets, part, threads, table, cells)

    in_parts(threads, threads, fill)
    start = np.cumsum(table.start)
    table = Table(start, np.empty(int(start[-1]), np.int32))
    cells = np.empty(int(corpus.cell_at[-1]), np.int32)
    if len(table.column):
        in_parts(threads, threads, fill)
    return table, cells
