"""Evidence from sound: names that a script without spaces spells in several pieces.

A segmenter that does not know a name cuts it (``เล|ดี|กากา``), and no piece resembles ``Lady`` or
``Gaga``; characters alone resemble nothing. So each word of the side that writes spaces, and each
run of capitalised ones, is laid along the sounds of the whole other sentence at its best place
(`projector.text.phones`; Smith & Waterman 1981, the name whole and the sentence in part). How much
a fit is worth depends on how much of it chance would find in so long a sentence: the logarithm of
a sentence's length against the sounds that agree (Karlin & Altschul 1990). Its pieces then get
prior counts with the words that they were laid along.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from projector.alignment.hmm.pairs_of_forms import FormPairs, highest, keys_of, sides_of_keys
from projector.alignment.hmm.table import Corpus, Floats, Ints, Longs, bounds
from projector.alignment.hmm.vocabulary import Vocabulary
from projector.compiled import compiled
from projector.text.languages import base_language
from projector.text.phones import VOWELS, likenesses, numbers, phones, unspaced_phones
from projector.text.segmenters import SPACELESS

MOST_PAIRS = 6_000  # of the corpus, its first ones: in a larger one counts know more
LONGEST_RUN = 5  # capitalised words that are laid as one name
LEAST_CONSONANTS, MOST_SOUNDS = 2, 60  # of a name
LEAST_SHARE = 0.6  # of a name's sounds that must agree
# What a fit is worth: agreeing sounds times RATE, less the logarithm of the sentence's length, is
# at MIDDLE where it is as likely right as wrong. Counted over names of Chinese paragraphs and
# news (own sentences against others).
RATE = 2.0
MIDDLE, MIDDLE_LOWER_CASE = 0.5, 3.0
# Observations that a fit is worth, each piece: few for a likely one, several for a certain one.
MOST, POWER = 2.5, 6
WORTHLESS = 0.4  # probability of being right below which nothing is said
CAPITALISED = 0.02  # of the forms, from which a text writes capitals
_VOWEL_FIRST = frozenset("เแโใไເແໂໃໄ")  # written before the consonant that they are read after
_CONSONANT = len(VOWELS)  # the number of the first one


class _Side(NamedTuple):
    """The sounds of each form, flat: those of form k are ``sounds[at[k]:at[k + 1]]``."""

    sounds: Ints
    at: Longs
    flag: NDArray[np.bool_]  # words: capitalised; pieces: a vowel that is read later

    @classmethod
    def of(cls, sounds: Sequence[Sequence[int]], flag: Sequence[bool]) -> _Side:
        flat = np.array([sound for word in sounds for sound in word], np.int32)
        at = bounds(np.array([len(word) for word in sounds], np.int64))
        return cls(flat, at, np.array(flag, np.bool_))


def spaced_and_unspaced(languages: tuple[str, str]) -> bool:
    """Whether just one of the two is written without spaces."""
    one, other = (base_language(lang) in SPACELESS for lang in languages)
    return one != other


def transliterations(
    corpus: Corpus, vocabulary: Vocabulary, languages: tuple[str, str]
) -> FormPairs:
    """The evidence of a corpus; its vocabulary counted capitals.

    A name is laid along the same pieces wherever it stands; what chance finds is another place
    each time, and often the little words of every sentence. So a pair's count is the mean over the
    sentences that the word is in, less where the piece is in most sentences.
    """
    turned = base_language(languages[0]) in SPACELESS
    splitters = [vocabulary.source, vocabulary.target]
    spaced, unspaced = splitters[::-1] if turned else splitters
    lang = languages[0] if turned else languages[1]
    capitalised = [written[:1].isupper() for written in spaced.surfaces()[0]]
    # Where capitals are written they tell names; katakana tells a foreign word by itself.
    lower = base_language(lang) == "ja" or sum(capitalised) < CAPITALISED * len(capitalised)
    words = _Side.of(
        [
            numbers(phones(form)) if lower or capital else []
            for form, capital in zip(spaced.forms, capitalised, strict=True)
        ],
        capitalised,
    )
    pieces = _Side.of(
        [unspaced_phones(form, lang) for form in unspaced.forms],
        [form in _VOWEL_FIRST for form in unspaced.forms],
    )
    number = {form: n for n, form in enumerate(unspaced.forms)}
    same = np.array([number.get(form, -1) for form in spaced.forms], np.int32)
    pairs = min(corpus.pairs, MOST_PAIRS)
    met = np.zeros(len(spaced.forms), np.int32), np.zeros(len(unspaced.forms), np.int32)
    keys, counts = [np.empty(0, np.int64)], [np.empty(0, np.float32)]
    for k in range(pairs):
        sides = (
            corpus.source[corpus.source_at[k] : corpus.source_at[k + 1]],
            corpus.target[corpus.target_at[k] : corpus.target_at[k + 1]],
        )
        left, right = sides[::-1] if turned else sides
        met[0][np.unique(left)] += 1
        met[1][np.unique(right)] += 1
        found, count = _fits_of_pair(left, right, words, pieces, same, lower, *likenesses())
        best, count = highest(keys_of(found[:, 0], found[:, 1]), count)
        keys.append(best)
        counts.append(count)
    every, place = np.unique(np.concatenate(keys), return_inverse=True)
    word, piece = sides_of_keys(every)
    total = np.bincount(place, np.concatenate(counts), len(every))
    mean = total / np.maximum(met[0][word], 1) * (1 - met[1][piece] / (pairs + 1))
    source, target = (piece, word) if turned else (word, piece)
    return FormPairs(source, target, mean.astype(np.float32))


@compiled
def _sounds_of(sentence: Ints, pieces: _Side) -> tuple[Ints, Ints]:  # pragma: no cover
    """The sounds of a sentence and the place of the piece that each is of."""
    size = 0
    for t in sentence:
        size += pieces.at[t + 1] - pieces.at[t]
    text, owner = np.empty(size, np.int32), np.empty(size, np.int32)
    fill, waiting = 0, -1
    for place in range(len(sentence) + 1):
        if place < len(sentence) and pieces.flag[sentence[place]] and waiting < 0:
            waiting = place
            continue
        for n in (place, waiting):
            if n < 0 or n == len(sentence):
                continue
            for x in range(pieces.at[sentence[n]], pieces.at[sentence[n] + 1]):
                text[fill], owner[fill] = pieces.sounds[x], n
                fill += 1
        waiting = -1
    return text, owner


@compiled
def _laid(
    run: Ints,
    other: Ints,
    words: _Side,
    text: Ints,
    owner: Ints,
    alike: Floats,
    left_out: Floats,
) -> tuple[Longs, Floats]:  # pragma: no cover
    """A name laid along a sentence's sounds: its words with the pieces at its best place."""
    many = 0
    for s in run:
        many += words.at[s + 1] - words.at[s]
    nothing = np.empty((0, 2), np.int64), np.empty(0, np.float32)
    if many > MOST_SOUNDS:
        return nothing
    name, part = np.empty(many, np.int32), np.empty(many, np.int32)
    fill, consonants, whole = 0, 0, 0.0
    for n in range(len(run)):
        for x in range(words.at[run[n]], words.at[run[n] + 1]):
            sound = words.sounds[x]
            name[fill], part[fill] = sound, n
            fill += 1
            consonants += sound >= _CONSONANT
            whole += alike[sound, sound]
    if consonants < LEAST_CONSONANTS:
        return nothing
    score = np.zeros((many + 1, len(text) + 1), np.float32)
    for i in range(1, many + 1):
        a = name[i - 1]
        score[i, 0] = score[i - 1, 0] - left_out[a]
        for j in range(1, len(text) + 1):
            b = text[j - 1]
            if b < 0:
                score[i, j] = -1000.0
            else:
                score[i, j] = max(
                    score[i - 1, j - 1] + alike[a, b],
                    score[i - 1, j] - left_out[a],
                    score[i, j - 1] - left_out[b],
                )
    end = 0
    for j in range(1, len(text) + 1):
        if score[many, j] > score[many, end]:
            end = j
    best = score[many, end]
    capitalised = True
    for s in run:
        capitalised = capitalised and words.flag[s]
    middle = MIDDLE if capitalised else MIDDLE_LOWER_CASE
    worth = 1.0 / (1.0 + np.exp(middle - (RATE * best - np.log(len(text)))))
    if best < LEAST_SHARE * whole or worth < WORTHLESS:
        return nothing
    laid = np.zeros((len(run), len(other)), np.int32)  # sounds that agree, by word and piece
    i, j = many, end
    while i > 0 and j > 0:
        a, b = name[i - 1], text[j - 1]
        if b < 0:
            break
        if score[i, j] == score[i - 1, j - 1] + alike[a, b]:
            if alike[a, b] > 0:
                laid[part[i - 1], owner[j - 1]] += 2 if a >= _CONSONANT else 1
            i, j = i - 1, j - 1
        elif score[i, j] == score[i - 1, j] - left_out[a]:
            i -= 1
        else:
            j -= 1
    weight = np.zeros(len(other), np.int32)
    for x in range(len(text)):
        weight[owner[x]] += 2 if text[x] >= _CONSONANT else 1
    pairs = np.empty((len(run) * len(other), 2), np.int64)
    counts = np.empty(len(pairs), np.float32)
    kept = 0
    for n in range(len(run)):
        for place in range(len(other)):
            if laid[n, place] > 0 and 2 * laid[:, place].sum() >= weight[place]:
                share = laid[n, place] / laid[:, place].sum()
                pairs[kept, 0], pairs[kept, 1] = run[n], other[place]
                counts[kept] = MOST * worth**POWER * share
                kept += 1
    return pairs[:kept].copy(), counts[:kept].copy()


@compiled
def _fits_of_pair(
    sentence: Ints,
    other: Ints,
    words: _Side,
    pieces: _Side,
    same: Ints,
    lower: bool,
    alike: Floats,
    left_out: Floats,
) -> tuple[Longs, Floats]:  # pragma: no cover
    """The pairs (word, piece) of one sentence pair with their counts."""
    text, owner = _sounds_of(other, pieces)
    found = np.empty((0, 2), np.int64)
    counts = np.empty(0, np.float32)
    if len(text) == 0:
        return found, counts
    begin = 0
    while begin < len(sentence):
        end = begin + 1
        if words.flag[sentence[begin]]:
            last = min(len(sentence), begin + LONGEST_RUN)
            while end < last and words.flag[sentence[end]]:
                end += 1
        for a in range(begin, end):
            s = sentence[a]
            if (lower or words.flag[s]) and not (other == same[s]).any():
                pairs, count = _laid(
                    sentence[a : a + 1], other, words, text, owner, alike, left_out
                )
                found, counts = np.concatenate((found, pairs)), np.concatenate((counts, count))
        if end > begin + 1:
            pairs, count = _laid(sentence[begin:end], other, words, text, owner, alike, left_out)
            found, counts = np.concatenate((found, pairs)), np.concatenate((counts, count))
        begin = end
    return found, counts
