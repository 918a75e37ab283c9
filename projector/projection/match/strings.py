"""Comparison of spellings, compiled: words are arrays of code points."""

from __future__ import annotations

import numpy as np

from projector.compiled import Array, compiled
from projector.projection.match.arrays import LETTERS_COMPARED

SHORT_WORD = 3  # letters; shorter words are alike only if they are the same
SAME_SHORT_WORD = 0.9  # their similarity then
FIRST_LETTER_COUNTS = 5  # words up to this length are compared only if they begin alike
ZERO, NINE = 48, 57  # code points of "0" and "9"


@compiled
def edit_similarity(a: Array, b: Array) -> float:
    """1 - edit distance (Levenshtein 1966) / the longer length; one of them must have letters."""
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
    return 1.0 - float(row[m]) / max(n, m)


@compiled
def word_similarity(a: Array, b: Array) -> float:
    """Similarity in spelling of two words with letters; 0 where it can only be small."""
    n, m = len(a), len(b)
    if n >= SHORT_WORD and m >= SHORT_WORD:
        if (a[0] != b[0] and n <= FIRST_LETTER_COUNTS) or n > 2 * m or m > 2 * n + 2:
            return 0.0
        return float(edit_similarity(a, b))
    if n != m or (n == 1 and not ZERO <= a[0] <= NINE):
        return 0.0
    for k in range(n):
        if a[k] != b[k]:
            return 0.0
    return SAME_SHORT_WORD


@compiled
def write_spelling(words: Array, letters: Array, at: Array, out: Array) -> int:
    """Write the words' spellings in a row; the number of letters, at most `LETTERS_COMPARED`."""
    n = 0
    for w in words:
        for x in range(at[w], at[w + 1]):
            if n == LETTERS_COMPARED:
                return n
            out[n] = letters[x]
            n += 1
    return n


@compiled
def write_initials(words: Array, capital: Array, letters: Array, at: Array, out: Array) -> int:
    """Write the first letters of the words with capitals; how many, at most `LETTERS_COMPARED`."""
    n = 0
    for w in words:
        if capital[w] and at[w + 1] > at[w]:
            out[n] = letters[at[w]]
            n += 1
            if n == LETTERS_COMPARED:
                break
    return n


@compiled
def are_initials(initials: Array, letters: Array) -> bool:
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


@compiled
def is_year(word: int, letters: Array, at: Array) -> bool:
    """Whether a word's spelling is four digits, the first of them 1 or 2."""
    digits = 0
    for k in range(at[word], at[word + 1]):
        digits += ZERO <= letters[k] <= NINE
    four = digits == 4 and at[word + 1] - at[word] == 4
    return bool(four and ZERO < letters[at[word]] <= ZERO + 2)


@compiled
def is_number(word: int, letters: Array, at: Array) -> bool:
    """Whether a word's spelling begins with a digit."""
    return bool(at[word] < at[word + 1] and ZERO <= letters[at[word]] <= NINE)
