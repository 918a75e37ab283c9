"""The forward-backward algorithm against counting every alignment, and the M step's arithmetic."""

from __future__ import annotations

import itertools

import numpy as np
from scipy.special import digamma

from projector.alignment.hmm.kernels import JUMPS, REACH, markov, model1
from projector.alignment.hmm.m_step import exp_digamma
from projector.alignment.hmm.table import Corpus, build_table, joined
from projector.alignment.hmm.training import Settings, train


def packed(pairs: list[tuple[list[int], list[int]]]) -> Corpus:
    """A corpus of these word numbers."""
    sides = []
    for side in zip(*pairs, strict=True):
        at = np.cumsum([0, *map(len, side)])
        sides += [np.array([n for words in side for n in words], np.int32), at]
    return Corpus.of(*sides)


def by_enumeration(
    emission: np.ndarray, steps: np.ndarray, row: np.ndarray, null: float
) -> tuple[np.ndarray, np.ndarray]:
    """Posteriors and expected steps from each position, by summing over all state sequences;
    states n.. are the null twins."""
    n, m = emission.shape[0] - 1, emission.shape[1]
    move = np.array(
        [
            [steps[row[a], min(max(b - a, -REACH), REACH) + REACH] for b in range(n)]
            for a in range(n)
        ]
    )
    move = (1 - null) * move / move.sum(1, keepdims=True)
    first = np.array([steps[0, min(b + 1, REACH) + REACH] for b in range(n)])
    first = 0.5 * first / first.sum() + 0.5 / n
    out = np.zeros((n + 1, m))
    jump_counts = np.zeros((n, JUMPS))
    for states in itertools.product(range(2 * n), repeat=m):
        p = 1.0
        for j, state in enumerate(states):
            place, silent = state % n, state >= n
            if j == 0:
                p *= null / n if silent else (1 - null) * first[place]
            else:
                before = states[j - 1] % n
                p *= (null if place == before else 0.0) if silent else move[before, place]
            p *= emission[n if silent else place, j]
        for j, state in enumerate(states):
            out[n if state >= n else state, j] += p
            if j and state < n:
                before = states[j - 1] % n
                jump_counts[before, min(max(state - before, -REACH), REACH) + REACH] += p
    return out / out.sum(0), jump_counts / out.sum(0)[0]


def test_posteriors_and_steps_are_those_of_enumeration() -> None:
    chance = np.random.default_rng(3)
    for n, m in ((1, 1), (1, 3), (2, 4), (3, 3)):
        emission = chance.random((m, n + 1)).astype(np.float32)
        steps = chance.random((3, JUMPS)).astype(np.float32) + 0.1
        row = chance.integers(0, 3, n).astype(np.int32)  # some words have steps of their own
        out, jump_counts = np.empty((m, n + 1), np.float32), np.zeros((n, JUMPS), np.float32)
        markov(emission, n, m, steps, row, 0.2, out, jump_counts)
        posteriors, counted = by_enumeration(emission.T, steps, row, 0.2)
        np.testing.assert_allclose(out.T, posteriors, rtol=2e-4, atol=1e-5)
        # What is less likely than a thousandth is not counted.
        np.testing.assert_allclose(jump_counts, counted, atol=2e-3)
        again = np.empty_like(out)
        markov(emission, n, m, steps, row, 0.2, again, np.empty((0, 0), np.float32))
        np.testing.assert_array_equal(again, out)


def test_words_that_are_said_in_two_learn_to_stay() -> None:
    """Word 1 is always answered by two words, the others by one: only it steps by 0."""
    chance = np.random.default_rng(5)
    pairs = []
    for _ in range(60):
        source = chance.permutation([1, 2, 3, 4, 5]).tolist()
        pairs.append((source, [t for s in source for t in ([11, 12] if s == 1 else [s])]))
    model = train(
        packed(pairs), (6, 13), [], lambda t: np.zeros(len(t.column), np.float32),
        Settings(threads=1),
    )  # fmt: skip
    stays = model.step_s[model.row_s[1:], REACH]
    assert stays[0] > 10 * stays[1:].max()


def test_model1_rows_sum_to_one() -> None:
    emission = np.random.default_rng(1).random((5, 4)).astype(np.float32)
    out = np.empty((5, 4), np.float32)
    model1(emission, 3, 5, 0.1, out)
    np.testing.assert_allclose(out.sum(1), 1, rtol=1e-5)


def test_exp_digamma_is_what_its_name_says() -> None:
    for x in (0.1001, 0.1234, 0.5, 1.0, 1.9999, 2.0, 2.5, 10.0, 1e4):
        assert np.isclose(exp_digamma(x), np.exp(digamma(x)), rtol=1e-3)
    assert exp_digamma(0.01) == 0 and 0 < exp_digamma(0.06) < 1e-6


def test_long_pairs_and_empty_sides_are_left_out() -> None:
    parts = [packed([([1, 2], [3]), ([4], []), ([5], [6])]), packed([([7] * 5, [8]), ([9], [9])])]
    corpus = joined(parts, 4)
    assert corpus.source.tolist() == [1, 2, 5, 9]
    assert corpus.target.tolist() == [3, 6, 9]
    assert corpus.source_at.tolist() == [0, 2, 3, 4]
    assert corpus.target_at.tolist() == [0, 1, 2, 3]
    assert corpus.cell_at.tolist() == [0, 2, 3, 4]
    assert joined([], 4).pairs == 0


def test_the_table_has_every_pair_of_words_that_met_and_no_other() -> None:
    corpus = packed([([1, 2], [1, 3]), ([2, 2], [2])])
    table, cells = build_table(corpus, 3, 4, 2)
    met = {
        (s, t) for s in range(3) for t in table.column[table.start[s] : table.start[s + 1]].tolist()
    }
    assert met == {(1, 1), (1, 3), (2, 1), (2, 3), (2, 2)}
    rows = table.rows
    pairs = [(rows[x], table.column[x]) for x in cells]
    assert pairs == [(1, 1), (1, 3), (2, 1), (2, 3), (2, 2), (2, 2)]


def test_probabilities_of_a_word_sum_to_at_most_one() -> None:
    chance = np.random.default_rng(0)
    pairs = [
        (chance.integers(1, 9, 5).tolist(), chance.integers(1, 9, 4).tolist()) for _ in range(50)
    ]
    model = train(
        packed(pairs),
        (9, 9),
        [],
        lambda t: np.zeros(len(t.column), np.float32),
        Settings(threads=1),
    )
    forth = np.bincount(model.table.rows, weights=model.p[:, 0], minlength=9)
    back = np.bincount(model.table.column, weights=model.p[:, 1], minlength=9)
    assert forth.max() <= 1.001
    assert back.max() <= 1.001
