"""Candidate target stretches of every source span, and what speaks for and against each.

A candidate is a run of target tokens; together with the source span it is a rectangle in the link
matrix. Its features say how much of the links falls inside and how much leaves it (from both
sides), how alike the two look, how long they are, and where the edges fall. The last candidate of
every span is the null: "this has no counterpart".

Everything runs over flat arrays of a whole batch, compiled.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from projector.projection.match.word_table import WordArrays

Array = Any

FEATURES = (
    "recall",  # share of the span's link mass that falls inside
    "precision",  # share of the candidate's link mass that comes from the span
    "f",  # their harmonic mean
    "least",  # the lesser of the two
    "covered",  # share of the span's words with a link inside
    "covered_mass",  # the same, by the strongest link's probability
    "target_covered",  # share of the candidate's words with a link to the span
    "target_mass",  # the same, by probability
    "first_link",  # the first word's strongest link to the span
    "last_link",
    "first_away",  # the first word's links to elsewhere
    "last_away",
    "before_link",  # the strongest link of the word before to the span
    "after_link",
    "first_loose",  # the first word has no links
    "last_loose",
    "first_covered",  # the span's own first word has a link inside
    "last_covered",
    "first_mark",  # punctuation at the candidate's start where the span has none
    "last_mark",
    "first_mark_lost",  # and the other way round
    "last_mark_lost",
    "inner_mark",  # punctuation inside where the span has none
    "first_common",  # how common the first word is, if it is not linked to the span
    "last_common",
    "first_common_linked",  # if it is
    "last_common_linked",
    "first_common_gap",  # how much commoner it is than the span's own first word
    "last_common_gap",
    "length",  # log of the number of words over the one to be expected, absolute
    "longer",  # more words than that
    "shorter",  # fewer
    "letters",  # log ratio of the numbers of letters, absolute
    "alike",  # similarity in spelling
    "alike_word",  # the best similarity of any word
    "same",  # the very same words
    "gap",  # words inside that are linked to elsewhere
    "gap_loose",  # words inside without links
    "before_bond",  # the first word usually follows the one before, which nothing else claims
    "before_bond_on",  # and the one before is usually followed by it
    "after_bond",  # the last word is usually followed by the one after, which nothing else claims
    "after_bond_back",
    "first_bond",  # the first word has no links, but the second usually follows it
    "last_bond",
    "unit_before",  # a number first, and before it a word that usually has one after it
    "unit_after",  # a number last, and after it a word that usually follows one
    "unit_first",  # such a word taken in, though the span is a bare number there
    "unit_last",
    "before_capital",  # a capital before, of a word that nothing else claims
    "after_capital",
    "first_small",  # the first word is lower-case, the span's is not
    "last_small",
    "small",  # share of lower-case words where all of the span's have capitals
    "name_small",  # the name of a person, place or organisation became a lower-case word
    "name_tail",  # it ends in one, in a language that writes nouns with a capital
    "name_article",  # the article of a place's English name ("the Netherlands") is in it
    "digits_same",  # the span has digits; so has the candidate, each of them as often
    "digits_other",  # not so
    "unbalanced",  # it opens or closes a bracket too many, the span does not
    "acronym",  # one of the two is the other's initials
    "away_sum",  # link mass of the candidate's words that goes elsewhere
    "out_sum",  # link mass of the span that falls outside
    "loose_sum",  # words without links, edges included
    "first_share",  # the first word's links to the span, of all its links
    "last_share",
    "begins",  # a long span: both begin their sentence
    "begins_not",  # a long span: only one of them does
    "ends",
    "ends_not",
    "memory",  # share of the corpus's other projections of these words that look so
    "memory_seen",  # some do
    "memory_odd",  # none does, though there are many
    "null",
    "null_mass",  # link mass for each word of the span
    "null_link",  # its strongest link
    "null_alike",  # the best similarity of any word in reach
    "null_words",  # words of the span, log
)
COUNT = len(FEATURES)
(
    RECALL, PRECISION, F, LEAST, COVERED, COVERED_MASS, TARGET_COVERED, TARGET_MASS, FIRST_LINK,
    LAST_LINK, FIRST_AWAY, LAST_AWAY, BEFORE_LINK, AFTER_LINK, FIRST_LOOSE, LAST_LOOSE,
    FIRST_COVERED, LAST_COVERED, FIRST_MARK, LAST_MARK, FIRST_MARK_LOST, LAST_MARK_LOST, INNER_MARK,
    FIRST_COMMON, LAST_COMMON, FIRST_COMMON_LINKED, LAST_COMMON_LINKED, FIRST_COMMON_GAP,
    LAST_COMMON_GAP, LENGTH, LONGER, SHORTER, LETTERS, ALIKE, ALIKE_WORD, SAME, GAP, GAP_LOOSE,
    BEFORE_BOND, BEFORE_BOND_ON, AFTER_BOND, AFTER_BOND_BACK, FIRST_BOND, LAST_BOND, UNIT_BEFORE,
    UNIT_AFTER, UNIT_FIRST, UNIT_LAST, BEFORE_CAPITAL, AFTER_CAPITAL, FIRST_SMALL, LAST_SMALL,
    SMALL, NAME_SMALL, NAME_TAIL, NAME_ARTICLE, DIGITS_SAME, DIGITS_OTHER, UNBALANCED, ACRONYM,
    AWAY_SUM, OUT_SUM, LOOSE_SUM, FIRST_SHARE, LAST_SHARE, BEGINS, BEGINS_NOT, ENDS, ENDS_NOT,
    MEMORY, MEMORY_SEEN, MEMORY_ODD, NULL, NULL_MASS, NULL_LINK, NULL_ALIKE, NULL_WORDS,
) = range(COUNT)  # fmt: skip

TOUCHED = 0.05  # from this link probability on a token is a place where a candidate may begin
LINKED = 0.3  # from this one on it counts as linked
LOOSE = 0.1  # below this sum it counts as not linked at all
SIMILAR = 0.6  # similarity in spelling from which a token is a place to begin, links or not
LETTERS_COMPARED = 60
SHORT_SPAN = 8  # words; from there on both edges of a candidate must be near links
NEAR = 3
NAMED, ARTICLED, NOUNS = 1, 2, 4  # see `Batch`
LONG_SPAN = 5  # words; from there on a span is taken for a clause, which may be a whole sentence


class Batch(NamedTuple):
    """Pairs as flat arrays: pair r has the tokens ``source_at[r]`` to ``source_at[r + 1]`` and so
    on; spans and links count tokens from their pair's first.

    ``window``, one row a span: first and end token of the source sentence and of the target
    stretch in which the counterpart is looked for. ``bond_back`` and ``bond_on``, one a target
    token: how firmly it is tied to the one before, seen from either (`corpus.Shares.bonds`).
    ``named``, one a span: 0, or if its label says that it is a name: `NAMED`, plus `ARTICLED` if
    it is a place with an article in its English name, plus `NOUNS` if the target's language writes
    nouns with a capital.
    ``scale``: target words for a source word, target letters for a source letter, in the corpus.
    """

    source_at: Array
    source: Array
    target_at: Array
    target: Array
    link_at: Array
    link_i: Array
    link_j: Array
    link_p: Array
    span_at: Array
    span_first: Array
    span_end: Array
    window: Array
    named: Array
    memory_at: Array
    memory_digest: Array
    memory_count: Array
    bond_back: Array
    bond_on: Array
    scale: Array


class Candidates(NamedTuple):
    """Span s has the candidates ``at[s]`` to ``at[s + 1]``: tokens ``first`` to ``end`` (both -1
    for the null, which is the last of them), and a row of ``features`` each."""

    at: Array
    first: Array
    end: Array
    features: Array


def candidates(batch: Batch, source: WordArrays, target: WordArrays) -> Candidates:
    """All candidates of all spans of a batch."""
    at, first, end, features = _all(*batch, *source, *target)
    return Candidates(at, first, end, features)


@njit(cache=True, nogil=True)
def _likeness(a: Any, b: Any) -> float:
    """1 - edit distance (Levenshtein) / the longer length."""
    n, m = len(a), len(b)
    row = np.arange(m + 1)
    for i in range(n):
        corner = row[0]
        row[0] = i + 1
        for j in range(m):
            up = row[j + 1]
            best = corner + (a[i] != b[j])
            if up + 1 < best:
                best = up + 1
            if row[j] + 1 < best:
                best = row[j] + 1
            row[j + 1] = best
            corner = up
    return 1.0 - row[m] / max(n, m)


@njit(cache=True, nogil=True)
def _spelling(words: Any, letters: Any, at: Any, out: Any) -> int:
    """Write the words' spellings in a row; the number of letters, at most `LETTERS_COMPARED`."""
    n = 0
    for w in words:
        for x in range(at[w], at[w + 1]):
            if n == LETTERS_COMPARED:
                return n
            out[n] = letters[x]
            n += 1
    return n


@njit(cache=True, nogil=True)
def _are_initials(initials: Any, letters: Any) -> bool:
    """Whether a word's letters are the initials, in this order or turned round (EU, UE)."""
    n = len(letters)
    if n < 2 or n != len(initials):
        return False
    forward = backward = True
    for k in range(n):
        if letters[k] != initials[k]:
            forward = False
        if letters[k] != initials[n - 1 - k]:
            backward = False
    return forward or backward


@njit(cache=True, nogil=True)
def _doubled(first: Any, end: Any, features: Any) -> Any:
    """The same in arrays of twice the length."""
    n = len(first)
    first2, end2 = np.zeros(2 * n, np.int32), np.zeros(2 * n, np.int32)
    features2 = np.zeros((2 * n, COUNT), np.float32)
    first2[:n], end2[:n], features2[:n] = first, end, features
    return first2, end2, features2


@njit(cache=True, nogil=True)
def _is_number(word: int, letters: Any, start: Any) -> bool:
    """Whether a word is spelled with a digit first."""
    return start[word] < start[word + 1] and 48 <= letters[start[word]] <= 57


@njit(cache=True, nogil=True)
def _all(
    source_at: Any, source: Any, target_at: Any, target: Any, link_at: Any, link_i: Any,
    link_j: Any, link_p: Any, span_at: Any, span_first: Any, span_end: Any, window: Any,
    named: Any, memory_at: Any, memory_digest: Any, memory_count: Any, bond_back: Any,
    bond_on: Any, scale: Any,
    s_content: Any, s_capital: Any, s_small: Any, s_opened: Any, s_digits: Any, s_share: Any,
    s_digest: Any, s_letters: Any, s_start: Any,
    t_content: Any, t_capital: Any, t_small: Any, t_opened: Any, t_digits: Any, t_share: Any,
    t_digest: Any, t_letters: Any, t_start: Any,
) -> Any:  # fmt: skip
    spans = len(span_first)
    at = np.zeros(spans + 1, np.int64)
    room = 1024  # candidates; doubled when it is full
    first = np.zeros(room, np.int32)
    end = np.zeros(room, np.int32)
    features = np.zeros((room, COUNT), np.float32)
    used = 0
    left_letters = np.zeros(LETTERS_COMPARED, np.int32)
    right_letters = np.zeros(LETTERS_COMPARED, np.int32)
    left_initials = np.zeros(LETTERS_COMPARED, np.int32)
    for r in range(len(source_at) - 1):
        if span_at[r] == span_at[r + 1]:
            continue
        sw = source[source_at[r] : source_at[r + 1]]
        tw = target[target_at[r] : target_at[r + 1]]
        n, m = len(sw), len(tw)
        base = target_at[r]
        matrix = np.zeros((n, m), np.float32)
        for x in range(link_at[r], link_at[r + 1]):
            i, j = link_i[x], link_j[x]
            if link_p[x] > matrix[i, j]:
                matrix[i, j] = link_p[x]
        column = np.zeros(m, np.float32)
        for i in range(n):
            for j in range(m):
                column[j] += matrix[i, j]
        column_sum = np.zeros(m + 1, np.float64)
        words_sum = np.zeros(m + 1, np.int64)
        letters_sum = np.zeros(m + 1, np.int64)
        small_sum = np.zeros(m + 1, np.int64)
        opened_sum = np.zeros(m + 1, np.int64)
        digits_sum = np.zeros(m + 1, np.int64)
        for j in range(m):
            w = tw[j]
            column_sum[j + 1] = column_sum[j] + column[j]
            words_sum[j + 1] = words_sum[j] + t_content[w]
            small_sum[j + 1] = small_sum[j] + (t_content[w] and not t_capital[w])
            digits_sum[j + 1] = digits_sum[j] + t_digits[w]
            opened_sum[j + 1] = opened_sum[j] + t_opened[w]
            letters_sum[j + 1] = letters_sum[j] + t_start[w + 1] - t_start[w]
        own = np.zeros(m, np.float32)
        best = np.zeros(m, np.float32)
        alike = np.zeros(m, np.float32)
        seed = np.zeros(m, np.bool_)
        near = np.zeros(m, np.bool_)
        own_sum = np.zeros(m + 1, np.float64)
        linked_sum = np.zeros(m + 1, np.float64)
        mass_sum = np.zeros(m + 1, np.float64)
        away_sum = np.zeros(m + 1, np.int64)
        loose_sum = np.zeros(m + 1, np.int64)
        cased = False
        for j in range(m):
            cased = cased or t_capital[tw[j]]
        for s in range(span_at[r], span_at[r + 1]):
            at[s] = used
            p, q = span_first[s], span_end[s]
            lo, hi = window[s, 2], window[s, 3]
            size = q - p
            words = 0
            letters = 0
            has_mark = False
            for i in range(p, q):
                words += s_content[sw[i]]
                letters += s_start[sw[i] + 1] - s_start[sw[i]]
                if not s_content[sw[i]] and p < i < q - 1:
                    has_mark = True
            marks_only = words == 0
            words = max(words, 1)
            mass = 0.0
            strongest = 0.0
            # --- how each target token stands to the span
            for j in range(lo, hi):
                own[j] = 0.0
                best[j] = 0.0
                alike[j] = 0.0
                for i in range(p, q):
                    v = matrix[i, j]
                    own[j] += v
                    if v > best[j]:
                        best[j] = v
                mass += own[j]
                strongest = max(strongest, best[j])
                t = tw[j]
                tn = t_start[t + 1] - t_start[t]
                if size <= SHORT_SPAN and tn > 0:
                    for i in range(p, q):
                        w = sw[i]
                        sn = s_start[w + 1] - s_start[w]
                        if sn == 0:
                            continue
                        a = s_letters[s_start[w] : s_start[w + 1]]
                        b = t_letters[t_start[t] : t_start[t + 1]]
                        if sn >= 3 and tn >= 3:
                            if a[0] != b[0] and sn <= 5:
                                continue
                            if sn > 2 * tn or tn > 2 * sn + 2:
                                continue
                            v = _likeness(a, b)
                        elif sn == tn:
                            v = 0.9
                            for k in range(sn):
                                if a[k] != b[k]:
                                    v = 0.0
                            if sn == 1 and not 48 <= a[0] <= 57:
                                v = 0.0
                        else:
                            continue
                        if v > alike[j]:
                            alike[j] = v
                seed[j] = best[j] > TOUCHED or alike[j] >= SIMILAR
            seen = 0.0
            for x in range(memory_at[s], memory_at[s + 1]):
                seen += memory_count[x]
            for j in range(lo, hi):
                near[j] = False
                for k in range(max(lo, j - NEAR), min(hi, j + NEAR + 1)):
                    if seed[k]:
                        near[j] = True
                        break
                w = tw[j]
                own_sum[j + 1] = own_sum[j] + own[j]
                linked_sum[j + 1] = linked_sum[j] + (t_content[w] and best[j] >= LINKED)
                mass_sum[j + 1] = mass_sum[j] + (best[j] if t_content[w] else 0.0)
                away = best[j] < LINKED and column[j] >= LINKED
                away_sum[j + 1] = away_sum[j] + away
                loose_sum[j + 1] = loose_sum[j] + (column[j] < LOOSE)
            left = _spelling(sw[p:q], s_letters, s_start, left_letters)
            stretched = max(1.0, scale[0])  # more, shorter words: Chinese by characters
            longest = int(2 * size * stretched + 6 * (stretched - 1)) + 3
            expected = words * scale[0]
            expected_letters = letters * scale[1]
            row_best = np.zeros(size, np.float32)
            s_mark_first = not s_content[sw[p]]
            s_mark_last = not s_content[sw[q - 1]]
            s_capital_first = s_capital[sw[p]]
            s_begins = p == window[s, 0]
            s_ends = q == window[s, 1]
            s_capital_last = s_capital[sw[q - 1]]
            s_number_first = _is_number(sw[p], s_letters, s_start)
            s_number_last = _is_number(sw[q - 1], s_letters, s_start)
            capitals = 0
            opened = 0
            digits = 0
            for i in range(p, q):
                capitals += s_capital[sw[i]]
                digits += s_digits[sw[i]]
                opened += s_opened[sw[i]]
            all_capitals = capitals == words
            initials = 0
            for i in range(p, q):
                w = sw[i]
                if s_capital[w] and s_start[w + 1] > s_start[w]:
                    left_initials[initials] = s_letters[s_start[w]]
                    initials += 1
                    if initials == LETTERS_COMPARED:
                        break
            for a in range(lo, hi):
                if not near[a]:
                    continue
                ta = tw[a]
                mark_first = not t_content[ta]
                if mark_first and not s_mark_first and best[a] <= TOUCHED:
                    continue
                row_best[:] = 0.0
                digest = np.int64(0)
                for b in range(a + 1, min(hi, a + longest) + 1):
                    z = b - 1
                    tz = tw[z]
                    for k in range(size):
                        v = matrix[p + k, z]
                        if v > row_best[k]:
                            row_best[k] = v
                    digest = digest * np.int64(1000003) + t_digest[tz]
                    if not (seed[a] or seed[z]) or not near[z]:
                        continue
                    if size > SHORT_SPAN and not (near[a] and near[z]):
                        continue
                    mark_last = not t_content[tz]
                    if mark_last and not s_mark_last and best[z] <= TOUCHED:
                        continue
                    if used + 2 >= len(first):
                        first, end, features = _doubled(first, end, features)
                    x = features[used]
                    first[used] = a
                    end[used] = b
                    used += 1
                    inside = own_sum[b] - own_sum[a]
                    total = column_sum[b] - column_sum[a]
                    recall = inside / mass if mass > 0 else 0.0
                    precision = inside / total if total > 0 else 0.0
                    x[RECALL] = recall
                    x[PRECISION] = precision
                    if recall + precision > 0:
                        x[F] = 2 * recall * precision / (recall + precision)
                    x[LEAST] = min(recall, precision)
                    covered = 0
                    covered_mass = 0.0
                    first_word = -1
                    last_word = -1
                    for k in range(size):
                        if marks_only or s_content[sw[p + k]]:
                            if first_word < 0:
                                first_word = k
                            last_word = k
                            covered += row_best[k] >= LINKED
                            covered_mass += row_best[k]
                    x[COVERED] = covered / words
                    x[COVERED_MASS] = covered_mass / words
                    x[FIRST_COVERED] = row_best[first_word]
                    x[LAST_COVERED] = row_best[last_word]
                    target_words = words_sum[b] - words_sum[a]
                    x[TARGET_COVERED] = (linked_sum[b] - linked_sum[a]) / max(1, target_words)
                    x[TARGET_MASS] = (mass_sum[b] - mass_sum[a]) / max(1, target_words)
                    x[FIRST_LINK] = best[a]
                    x[LAST_LINK] = best[z]
                    x[FIRST_AWAY] = column[a] - own[a]
                    x[LAST_AWAY] = column[z] - own[z]
                    if a > lo:
                        x[BEFORE_LINK] = best[a - 1]
                        if column[a - 1] - own[a - 1] < LINKED:
                            x[BEFORE_BOND] = bond_back[base + a]
                            x[BEFORE_BOND_ON] = bond_on[base + a]
                            if s_number_first and _is_number(ta, t_letters, t_start):
                                x[UNIT_BEFORE] = bond_on[base + a]
                        if (
                            t_capital[tw[a - 1]]
                            and s_capital_first
                            and a - 1 > lo
                            and column[a - 1] - own[a - 1] < LINKED
                        ):
                            x[BEFORE_CAPITAL] = 1.0
                    if b < hi:
                        x[AFTER_LINK] = best[b]
                        if column[b] - own[b] < LINKED:
                            x[AFTER_BOND] = bond_on[base + b]
                            x[AFTER_BOND_BACK] = bond_back[base + b]
                            if s_number_last and _is_number(tz, t_letters, t_start):
                                x[UNIT_AFTER] = bond_back[base + b]
                        if t_capital[tw[b]] and s_capital_first and column[b] - own[b] < LINKED:
                            x[AFTER_CAPITAL] = 1.0
                    if z > a:
                        if best[a] < LINKED:
                            x[FIRST_BOND] = bond_back[base + a + 1]
                            if s_number_first and _is_number(tw[a + 1], t_letters, t_start):
                                x[UNIT_FIRST] = bond_on[base + a + 1]
                        if best[z] < LINKED:
                            x[LAST_BOND] = bond_on[base + z]
                            if s_number_last and _is_number(tw[z - 1], t_letters, t_start):
                                x[UNIT_LAST] = bond_back[base + z]
                    x[FIRST_LOOSE] = column[a] < LOOSE
                    x[LAST_LOOSE] = column[z] < LOOSE
                    x[FIRST_MARK] = mark_first and not s_mark_first
                    x[LAST_MARK] = mark_last and not s_mark_last
                    x[FIRST_MARK_LOST] = s_mark_first and not mark_first
                    x[LAST_MARK_LOST] = s_mark_last and not mark_last
                    if not has_mark:
                        inner = False
                        for j in range(a + 1, z):
                            if not t_content[tw[j]]:
                                inner = True
                                break
                        x[INNER_MARK] = inner
                    share = t_share[ta]
                    if best[a] < 0.5:
                        x[FIRST_COMMON] = share
                    else:
                        x[FIRST_COMMON_LINKED] = share
                    x[FIRST_COMMON_GAP] = max(0.0, share - s_share[sw[p]])
                    share = t_share[tz]
                    if best[z] < 0.5:
                        x[LAST_COMMON] = share
                    else:
                        x[LAST_COMMON_LINKED] = share
                    x[LAST_COMMON_GAP] = max(0.0, share - s_share[sw[q - 1]])
                    if target_words:
                        ratio = np.log(target_words / expected)
                        x[LENGTH] = abs(ratio)
                    else:
                        x[LENGTH] = 2.0 - 2.0 * marks_only
                    extra = target_words - expected
                    if extra > 0:
                        x[LONGER] = min(extra, 5.0)
                    else:
                        x[SHORTER] = min(-extra, 5.0)
                    target_letters = letters_sum[b] - letters_sum[a]
                    x[LETTERS] = abs(np.log((target_letters + 1.0) / (expected_letters + 1.0)))
                    if (
                        left > 0
                        and letters <= LETTERS_COMPARED
                        and 0 < target_letters <= LETTERS_COMPARED
                        and target_letters < 3 * letters
                        and letters < 3 * target_letters
                    ):
                        right = _spelling(tw[a:b], t_letters, t_start, right_letters)
                        x[ALIKE] = _likeness(left_letters[:left], right_letters[:right])
                    most = 0.0
                    for j in range(a, b):
                        if alike[j] > most:
                            most = alike[j]
                    x[ALIKE_WORD] = most
                    if b - a == size:
                        same = True
                        for k in range(size):
                            if s_digest[sw[p + k]] != t_digest[tw[a + k]]:
                                same = False
                                break
                        x[SAME] = same
                    if z - a > 1:
                        x[GAP] = min(5, away_sum[z] - away_sum[a + 1])
                        x[GAP_LOOSE] = min(5, loose_sum[z] - loose_sum[a + 1])
                    x[FIRST_SMALL] = s_capital_first and t_content[ta] and not t_capital[ta]
                    x[LAST_SMALL] = s_capital_last and t_content[tz] and not t_capital[tz]
                    if all_capitals and target_words:
                        x[SMALL] = (small_sum[b] - small_sum[a]) / target_words
                    if named[s] and capitals and cased:
                        lower = False
                        upper = False
                        for j in range(a, b):
                            lower = lower or t_small[tw[j]]
                            upper = upper or (t_content[tw[j]] and not t_small[tw[j]])
                        x[NAME_SMALL] = lower and not upper
                        x[NAME_TAIL] = named[s] & NOUNS and upper and t_small[tz]
                        x[NAME_ARTICLE] = named[s] & ARTICLED and upper and t_small[ta]
                    if digits > 0:
                        x[DIGITS_SAME] = digits == digits_sum[b] - digits_sum[a]
                        x[DIGITS_OTHER] = digits != digits_sum[b] - digits_sum[a]
                    if opened == 0:
                        x[UNBALANCED] = opened_sum[b] != opened_sum[a]
                    if b - a == 1 and initials > 1:
                        x[ACRONYM] = _are_initials(
                            left_initials[:initials], t_letters[t_start[ta] : t_start[ta + 1]]
                        )
                    elif size == 1 and target_words > 1 and left > 1:
                        k = 0
                        for j in range(a, b):
                            w = tw[j]
                            if t_capital[w] and t_start[w + 1] > t_start[w]:
                                right_letters[k] = t_letters[t_start[w]]
                                k += 1
                                if k == LETTERS_COMPARED:
                                    break
                        if k > 1:
                            x[ACRONYM] = _are_initials(right_letters[:k], left_letters[:left])
                    x[AWAY_SUM] = min(5.0, total - inside)
                    x[OUT_SUM] = min(5.0, mass - inside)
                    x[LOOSE_SUM] = min(5, loose_sum[b] - loose_sum[a])
                    x[FIRST_SHARE] = own[a] / max(0.2, column[a])
                    x[LAST_SHARE] = own[z] / max(0.2, column[z])
                    if size >= LONG_SPAN:
                        begins = a == lo
                        ends = b == hi
                        x[BEGINS] = begins and s_begins
                        x[BEGINS_NOT] = begins != s_begins
                        x[ENDS] = ends and s_ends
                        x[ENDS_NOT] = ends != s_ends
                    if seen > 1:
                        # Each count but one: the first reading of this very place is among them.
                        count = 0.0
                        for y in range(memory_at[s], memory_at[s + 1]):
                            if memory_digest[y] == digest:
                                count = max(0.0, memory_count[y] - 1.0)
                        x[MEMORY] = count / (seen + 1.0)
                        x[MEMORY_SEEN] = count > 0
                        if count == 0:
                            x[MEMORY_ODD] = (seen - 1.0) / (seen + 2.0)
            # --- the null
            if used + 2 >= len(first):
                first, end, features = _doubled(first, end, features)
            x = features[used]
            first[used] = -1
            end[used] = -1
            used += 1
            x[NULL] = 1.0
            x[NULL_MASS] = mass / size
            x[NULL_LINK] = strongest
            most = 0.0
            for j in range(lo, hi):
                if alike[j] > most:
                    most = alike[j]
            x[NULL_ALIKE] = most
            x[NULL_WORDS] = np.log(float(words))
    at[spans] = used
    return at, first[:used], end[:used], features[:used]
