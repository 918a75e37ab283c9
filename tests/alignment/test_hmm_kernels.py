"""The forward-backward algorithm against counting every alignment, and the M step's arithmetic."""

from __future__ import annotations

import itertools

import numpy as np
from scipy.special import digamma

from projector.alignment.hmm_kernels import JUMPS, REACH, markov, model1
from projector.alignment.hmm_table import build_table, corpus_of
from projector.alignment.hmm_train import Settings, starting_jumps, train
from projector.alignment.hmm_update import exp_digamma


def by_enumeration(emission: np.ndarray, jump: np.ndarray, null: float) -> np.ndarray:
    """Posteriors by summing over all state sequences; states n.. are the null twins."""
    n, m = emission.shape[0] - 1, emission.shape[1]
    move = np.array(
        [[jump[min(max(b - a, -REACH), REACH) + REACH] for b in range(n)] for a in range(n)]
    )
    move = (1 - null) * move / move.sum(1, keepdims=True)
    first = np.array([jump[min(b + 1, REACH) + REACH] for b in range(n)])
    first = 0.5 * first / first.sum() + 0.5 / n
    out = np.zeros((n + 1, m))
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
    return out / out.sum(0)


def test_posteriors_are_those_of_enumeration() -> None:
    chance = np.random.default_rng(3)
    for n, m in ((1, 1), (1, 3), (2, 4), (3, 3)):
        emission = chance.random((n + 1, m)).astype(np.float32)
        jump = chance.random(JUMPS).astype(np.float32) + 0.1
        out = np.empty((n + 1, m), np.float32)
        markov(emission, n, m, jump, 0.2, out, np.zeros(JUMPS))
        np.testing.assert_allclose(out, by_enumeration(emission, jump, 0.2), rtol=2e-4, atol=1e-5)


def test_expected_jumps_sum_to_the_steps_between_words() -> None:
    chance = np.random.default_rng(5)
    emission = chance.random((5, 7)).astype(np.float32)
    jumps = np.zeros(JUMPS)
    markov(emission, 4, 7, starting_jumps()[0], 0.1, np.empty((5, 7), np.float32), jumps)
    assert 0 < jumps.sum() <= 6.01


def test_model1_columns_sum_to_one() -> None:
    emission = np.random.default_rng(1).random((4, 5)).astype(np.float32)
    out = np.empty((4, 5), np.float32)
    model1(emission, 3, 5, 0.1, out)
    np.testing.assert_allclose(out.sum(0), 1, rtol=1e-5)


def test_exp_digamma_is_what_its_name_says() -> None:
    for x in (0.04, 0.1, 0.5, 1.0, 2.5, 10.0, 1e4):
        assert np.isclose(exp_digamma(x), np.exp(digamma(x)), rtol=1e-5)
    assert exp_digamma(0.01) == 0


def test_the_table_has_every_pair_of_words_that_met_and_no_other() -> None:
    corpus = corpus_of([([1, 2], [1, 3]), ([2, 2], [2])], 10)
    table, cells = build_table(corpus, 3, 4, 0, 2)
    met = {
        (s, t) for s in range(3) for t in table.column[table.start[s] : table.start[s + 1]].tolist()
    }
    assert met == {(1, 1), (1, 3), (2, 1), (2, 3), (2, 2)}
    rows = table.rows
    pairs = [(rows[x], table.column[x]) for x in cells]
    assert pairs == [(1, 1), (1, 3), (2, 1), (2, 3), (2, 2), (2, 2)]


def test_rare_leaves_out_frequent_words_that_met_once() -> None:
    pairs = [([1], [1])] * 4 + [([2], [2])] * 4 + [([1, 2], [1, 2])]
    table, cells = build_table(corpus_of(pairs, 10), 3, 3, 3, 1)
    assert len(table.column) == 2
    assert (cells[-4:] == -1).sum() == 2


def test_probabilities_of_a_word_sum_to_at_most_one() -> None:
    chance = np.random.default_rng(0)
    pairs = [
        (chance.integers(1, 9, 5).tolist(), chance.integers(1, 9, 4).tolist()) for _ in range(50)
    ]
    model = train(
        corpus_of(pairs, 10),
        (9, 9),
        [],
        lambda t: np.zeros(len(t.column), np.float32),
        Settings(threads=1),
    )
    forth = np.bincount(model.table.rows, weights=model.p[:, 0], minlength=9)
    back = np.bincount(model.table.column, weights=model.p[:, 1], minlength=9)
    assert forth.max() <= 1.001
    assert back.max() <= 1.001
