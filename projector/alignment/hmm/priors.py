"""All evidence from outside the corpus, as prior counts of the lexical table's entries.

Spelling (`similarity`) is worth one observation at most. A trained lexicon's counts are worth
what they are, as if its corpus were there. A word list is worth little and always the same: where
the corpus knows a word its own counts decide, where it does not the list does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from projector.alignment.hmm.cognates import spelling_evidence
from projector.alignment.hmm.lexicon import JumpCounts, Lexicon, LexiconView
from projector.alignment.hmm.pairs_of_forms import FormPairs
from projector.alignment.hmm.subtokens import text_subtokens
from projector.alignment.hmm.table import Floats, Ints, Table
from projector.alignment.hmm.views import Shorten, View
from projector.compiled import compiled
from projector.compressed_rows import find

Evidence = Callable[[Table], Floats]

LISTED = 1.0  # what a word list's only translation of a word is worth, in observations
TRUST = 1.0  # of a trained lexicon's counts


def evidence_for(
    lexicons: Sequence[Lexicon],
    kind: View,
    source: Sequence[str],
    target: Sequence[str],
    threads: int,
    of_names: FormPairs | None = None,
) -> Evidence:
    """A function from a table over these units to the prior count of each entry."""

    def evidence(table: Table) -> Floats:
        prior = spelling_evidence(table, source, target, threads, kind.readers)
        if of_names is not None:
            names = np.zeros(len(prior), np.float32)
            add_entries(table, *of_names, names)
            prior = np.maximum(prior, names)
        if lexicons:
            rows = {name: n for n, name in enumerate(source)}
            columns = {name: n for n, name in enumerate(target)}
            for lexicon in lexicons:
                s, t, weight = _entries(lexicon, kind, rows, columns)
                add_entries(table, s, t, weight, prior)
        return prior

    return evidence


def null_counts(
    lexicons: Sequence[Lexicon], name: str, source: Sequence[str], target: Sequence[str]
) -> tuple[Floats, Floats]:
    """How often the lexicons saw each unit linked to nothing."""
    return _by_name(
        lexicons, name, source, target, lambda known: (known.null_source, known.null_target)
    )


def total_counts(
    lexicons: Sequence[Lexicon], name: str, source: Sequence[str], target: Sequence[str]
) -> tuple[Floats, Floats]:
    """All that the lexicons saw each unit with, whether or not it is here; 0 if never."""
    return _by_name(
        lexicons, name, source, target, lambda known: (known.total_source, known.total_target)
    )


def lexicon_jumps(
    lexicons: Sequence[Lexicon], name: str, source: Sequence[str], target: Sequence[str]
) -> tuple[JumpCounts, JumpCounts] | None:
    """The steps that a trained lexicon counted, away from those units that are here."""
    for lexicon in lexicons:
        known = lexicon.views.get(name)
        if known is not None:
            return (
                _jumps_here(known.jumps_source, known.source, source),
                _jumps_here(known.jumps_target, known.target, target),
            )
    return None


def _jumps_here(jumps: JumpCounts, names: Sequence[str], here: Sequence[str]) -> JumpCounts:
    number_of = {name: n for n, name in enumerate(here)}
    found = np.array([number_of.get(names[unit], -1) for unit in jumps.units.tolist()], np.int32)
    kept = found >= 0
    return JumpCounts(found[kept], np.concatenate([jumps.counts[:1], jumps.counts[1:][kept]]))


def _by_name(
    lexicons: Sequence[Lexicon],
    view: str,
    source: Sequence[str],
    target: Sequence[str],
    pick: Callable[[LexiconView], tuple[Floats, Floats]],
) -> tuple[Floats, Floats]:
    """Numbers that lexicons keep for each unit, summed, in this corpus's order of units."""
    out = np.zeros(len(source), np.float32), np.zeros(len(target), np.float32)
    for lexicon in lexicons:
        known = lexicon.views.get(view)
        if known is None:
            continue
        left, right = pick(known)
        for names, numbers, here, total in (
            (known.source, left, source, out[0]),
            (known.target, right, target, out[1]),
        ):
            number_of = dict(zip(names, numbers.tolist(), strict=True))
            total += np.array([number_of.get(n, 0.0) for n in here], np.float32) * TRUST
    return out


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
    find_source, find_target = _unit_finder(kind.source, rows), _unit_finder(kind.target, columns)
    for source, target, weight in lexicon.words:
        s_word, t_word = find_source(source), find_target(target)
        if s_word >= 0 and t_word >= 0:
            best[s_word, t_word] = max(weight, best.get((s_word, t_word), 0.0))
    keys = np.array(sorted(best), np.int32).reshape(-1, 2)
    values = np.array([best[key] for key in sorted(best)], np.float32)
    ways_s, ways_t = (np.bincount(column, minlength=1)[column] for column in keys.T)
    values *= LISTED / np.sqrt(ways_s * ways_t, dtype=np.float32)
    return keys[:, 0].copy(), keys[:, 1].copy(), values


def _unit_finder(shorten: Shorten, numbers: dict[str, int]) -> Callable[[str], int]:
    """The unit of a text of one word; -1 for longer ones, which say little of any one word."""

    def unit(text: str) -> int:
        words = text_subtokens(text)
        return numbers.get(shorten(words[0]), -1) if len(words) == 1 else -1

    return unit


@compiled
def add_entries(table: Table, s: Ints, t: Ints, weight: Floats, prior: Floats) -> None:
    """Add each weight to the prior of entry (s, t), where the table has it."""
    for n in range(len(s)):
        x = find(table.start, table.column, s[n], t[n])
        if x >= 0:
            prior[x] += weight[n]
