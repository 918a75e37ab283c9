"""All evidence from outside the corpus, as prior counts of the lexical table's entries.

Spelling (`similarity`) is worth one observation at most. A trained lexicon's counts are worth
what they are, as if its corpus were there. A word list is worth little and always the same: where
the corpus knows a word its own counts decide, where it does not the list does.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numba import njit

from projector.alignment.hmm_lexicon import Lexicon
from projector.alignment.hmm_table import Floats, Ints, Table
from projector.alignment.hmm_views import Shorten, View
from projector.alignment.similarity import spelling_evidence
from projector.alignment.subtokens import text_subtokens

Evidence = Callable[[Table], Floats]

LISTED = 1.0  # what an entry of a word list is worth, in observations
PHRASE = 0.3  # the same for each pair of words in an entry of several
LONGEST_ENTRY = 3  # words; longer entries are explanations
TRUST = 1.0  # of a trained lexicon's counts


def evidence_for(
    lexicons: Sequence[Lexicon], kind: View, source: Sequence[str], target: Sequence[str]
) -> Evidence:
    """A function from a table over these units to the prior count of each entry."""

    def evidence(table: Table) -> Floats:
        prior = spelling_evidence(table, source, target)
        if lexicons:
            rows = {name: n for n, name in enumerate(source)}
            columns = {name: n for n, name in enumerate(target)}
            for lexicon in lexicons:
                s, t, weight = _entries(lexicon, kind, rows, columns)
                add_entries(table.start, table.column, s, t, weight, prior)
        return prior

    return evidence


def null_counts(
    lexicons: Sequence[Lexicon], name: str, source: Sequence[str], target: Sequence[str]
) -> tuple[Floats, Floats]:
    """How often the lexicons saw each unit linked to nothing."""
    out = np.zeros(len(source), np.float32), np.zeros(len(target), np.float32)
    for lexicon in lexicons:
        known = lexicon.views.get(name)
        if known is None:
            continue
        sides = (known.source, known.null_source), (known.target, known.null_target)
        for (names, counts), here, total in zip(sides, (source, target), out, strict=True):
            count_of = dict(zip(names, counts.tolist(), strict=True))
            total += np.array([count_of.get(n, 0.0) for n in here], np.float32) * TRUST
    return out


def lexicon_jump(lexicons: Sequence[Lexicon], name: str) -> Floats | None:
    """The jumps that a trained lexicon ends with, to start from."""
    for lexicon in lexicons:
        if name in lexicon.views:
            return lexicon.views[name].jump
    return None


def _entries(
    lexicon: Lexicon, kind: View, rows: dict[str, int], columns: dict[str, int]
) -> tuple[Ints, Ints, Floats]:
    """The lexicon's entries that this corpus has both units of, by number."""
    known = lexicon.views.get(kind.name)
    if known is not None:
        to_row = np.array([rows.get(name, -1) for name in known.source], np.int32)
        to_column = np.array([columns.get(name, -1) for name in known.target], np.int32)
        s, t = to_row[known.entry_source], to_column[known.entry_target]
        both = (s >= 0) & (t >= 0)
        return s[both], t[both], known.count[both] * np.float32(TRUST)
    best: dict[tuple[int, int], float] = {}  # (row, column) -> weight
    units = _unit_finder(kind.source, rows), _unit_finder(kind.target, columns)
    for source, target, weight in lexicon.words:
        left, right = units[0](source), units[1](target)
        if not left or not right or max(len(left), len(right)) > LONGEST_ENTRY:
            continue
        worth = weight * (LISTED if len(left) == len(right) == 1 else PHRASE)
        for pair in itertools.product(left, right):
            if min(pair) >= 0:
                best[pair] = max(best.get(pair, 0.0), worth)
    keys = np.array(sorted(best), np.int32).reshape(-1, 2)
    values = np.array([best[key] for key in sorted(best)], np.float32)
    return keys[:, 0].copy(), keys[:, 1].copy(), values


def _unit_finder(shorten: Shorten, numbers: dict[str, int]) -> Callable[[str], list[int]]:
    return lambda text: [numbers.get(shorten(word), -1) for word in text_subtokens(text)]


@njit(cache=True, nogil=True)
def add_entries(start: Any, column: Any, s: Any, t: Any, weight: Any, prior: Any) -> None:
    """Add each weight to the prior of entry (s, t), where the table has it."""
    for n in range(len(s)):
        low, high = start[s[n]], start[s[n] + 1]
        while low < high:
            middle = (low + high) // 2
            if column[middle] < t[n]:
                low = middle + 1
            else:
                high = middle
        if low < start[s[n] + 1] and column[low] == t[n]:
            prior[low] += weight[n]
