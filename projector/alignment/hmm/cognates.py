"""Evidence from spelling: pairs of words that are the same or look alike in both languages.

Names, numbers and cognates are what most labelled spans are made of, and a small corpus has too
few of each to learn them. Every entry of the lexical table gets a prior count in [0, 1]: 1 for
words that fold to the same letters, less for similar ones (longest common subsequence over the
longer word, and common beginning; cf. Simard, Foster & Isabelle 1992 and Melamed 1999 on cognates).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from projector.alignment.hmm.table import Corpus, Floats, Ints, Longs, Table, bounds
from projector.alignment.hmm.threads import in_parts
from projector.compiled import compiled
from projector.text.transliteration import skeleton, sound, writes_few_vowels

ALIKE = 0.72  # similarity from which two words count as cognates
UNKNOWN = 0.1  # emission probability of an unknown word by a word spelled the same
PARTS = 8  # of the table's rows, for threads
SHORTEST = 4  # letters; shorter words are compared whole


class Spellings(NamedTuple):
    """The letters of each word, flat: word k is ``letters[at[k]:at[k + 1]]``."""

    letters: Ints
    at: Longs

    @classmethod
    def of(cls, words: Sequence[str], spell: Callable[[str], str]) -> Spellings:
        """The spellings of words."""
        spelled = [spell(word) for word in words]
        letters = np.frombuffer("".join(spelled).encode("utf-32-le"), np.uint32).astype(np.int32)
        return cls(letters, bounds(np.array([len(w) for w in spelled], np.int64)))


def spelling_evidence(
    table: Table,
    source: Sequence[str],
    target: Sequence[str],
    threads: int = 1,
    readers: tuple[Callable[[str], str] | None, Callable[[str], str] | None] = (None, None),
) -> Floats:
    """A prior count in [0, 1] for each entry of the table; ``readers`` read the words of either
    side before they are compared."""
    source, target = (
        [read(word) for word in words] if read else words
        for words, read in zip((source, target), readers, strict=True)
    )
    spell: Callable[[str], str] = sound
    if any(map(writes_few_vowels, target[:5000])) or any(map(writes_few_vowels, source[:5000])):
        spell = skeleton
    left, right = Spellings.of(source, spell), Spellings.of(target, spell)
    out = np.zeros(len(table.column), np.float32)
    rows = table.parts(PARTS)
    shortest = SHORTEST if spell is sound else 3

    def compare(part: int) -> None:
        _compare(table, left, right, ALIKE, shortest, rows[part], rows[part + 1], out)

    in_parts(PARTS, threads, compare)
    return out


def unknown_evidence(
    corpus: Corpus, source: Sequence[str], target: Sequence[str], unknown: Sequence[str]
) -> Floats:
    """A least emission probability for each cell of pairs with words that no model has seen.

    An unknown word may be linked to a word of the same spelling; number -k - 1 is ``unknown[k]``.
    """
    least = np.zeros(int(corpus.cell_at[-1]), np.float32)

    def spelled(number: int, known: Sequence[str]) -> str:
        return sound(unknown[-number - 1] if number < 0 else known[number])

    for k in range(corpus.pairs):
        left = corpus.source[corpus.source_at[k] : corpus.source_at[k + 1]].tolist()
        right = corpus.target[corpus.target_at[k] : corpus.target_at[k + 1]].tolist()
        if min(left, default=0) >= 0 and min(right, default=0) >= 0:
            continue
        places: dict[str, list[int]] = {}
        for j, t in enumerate(right):
            places.setdefault(spelled(t, target), []).append(j)
        for i, s in enumerate(left):
            for j in places.get(spelled(s, source), ()):
                if s < 0 or right[j] < 0:
                    least[corpus.cell_at[k] + i * len(right) + j] = UNKNOWN
    return least


@compiled
def _compare(
    table: Table,
    source: Spellings,
    target: Spellings,
    alike: float,
    shortest: int,
    low_row: int,
    high_row: int,
    out: Floats,
) -> None:
    start, column = table.start, table.column
    right, right_at = target.letters, target.at
    for s in range(low_row, high_row):
        a = source.letters[source.at[s] : source.at[s + 1]]
        n = len(a)
        if n == 0:
            continue
        for x in range(start[s], start[s + 1]):
            t = column[x]
            low, high = right_at[t], right_at[t + 1]
            m = high - low
            if m == 0 or right[low] != a[0]:
                continue
            if n == m:
                same = True
                for k in range(1, n):
                    if a[k] != right[low + k]:
                        same = False
                        break
                if same:
                    letters = 97 <= a[0] <= 122
                    out[x] = 0.5 if n == 1 or (letters and n < shortest - 1) else 1.0
                    continue
            if min(n, m) < shortest or a[1] != right[low + 1] or 48 <= a[0] <= 57:
                continue
            v = likeness(a, right[low:high])
            if v >= alike:
                out[x] = v * v


@compiled
def likeness(a: Ints, b: Ints) -> float:
    """Similarity of two words in [0, 1]: their longest common subsequence over the longer one,
    or the mean of that and their common beginning if it is higher."""
    n, m = len(a), len(b)
    row = np.zeros(m + 1, np.int32)
    for i in range(n):
        corner = 0
        for j in range(m):
            up = row[j + 1]
            row[j + 1] = corner + 1 if a[i] == b[j] else max(up, row[j])
            corner = up
    longer = max(n, m)
    common: float = row[m] / longer
    k = 0
    while k < min(n, m) and a[k] == b[k]:
        k += 1
    return max(common, (common + k / longer) / 2)
