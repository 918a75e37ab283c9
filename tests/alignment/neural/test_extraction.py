"""Matching rules on small matrices, checked by hand, by brute force and against the package."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from projector.alignment.neural import extraction


def matrices(count: int, seed: int = 0) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [rng.random((rng.integers(1, 9), rng.integers(1, 9))) for _ in range(count)]


def test_mutual_keeps_only_pairs_that_choose_each_other() -> None:
    similarity = np.array([[0.9, 0.2, 0.1], [0.8, 0.3, 0.1], [0.1, 0.7, 0.6]])
    assert np.argwhere(extraction.forward(similarity)).tolist() == [[0, 0], [1, 0], [2, 1]]
    assert np.argwhere(extraction.backward(similarity)).tolist() == [[0, 0], [2, 1], [2, 2]]
    assert np.argwhere(extraction.mutual(similarity)).tolist() == [[0, 0], [2, 1]]


def test_iterated_links_the_free_units_in_a_second_round() -> None:
    similarity = np.array([[0.9, 0.2, 0.1], [0.8, 0.3, 0.2], [0.1, 0.7, 0.6]])
    # 1 and 2 are free after the first round; 1 is .9 * .8 like 0 and only .2 like 2.
    assert np.argwhere(extraction.iterated(similarity)).tolist() == [[0, 0], [1, 0], [2, 1], [2, 2]]
    assert extraction.iterated(similarity, rounds=1).sum() == 2


def test_matching_is_the_best_of_all_matchings() -> None:
    for similarity in matrices(60):
        wide = similarity if similarity.shape[0] <= similarity.shape[1] else similarity.T
        best = max(
            sum(wide[i, j] for i, j in enumerate(columns))
            for columns in itertools.permutations(range(wide.shape[1]), wide.shape[0])
        )
        links = extraction.matching(similarity)
        assert links.sum(0).max() <= 1 and links.sum(1).max() <= 1
        assert similarity[links].sum() == pytest.approx(best)


def test_rules_equal_the_package_on_random_matrices() -> None:
    simalign = pytest.importorskip("simalign")
    package = simalign.SentenceAligner
    for similarity in matrices(300, seed=1):
        fwd, rev = package.get_alignment_matrix(similarity)
        assert np.array_equal(extraction.forward(similarity), fwd > 0)
        assert np.array_equal(extraction.backward(similarity), rev > 0)
        assert np.array_equal(extraction.iterated(similarity), package.iter_max(similarity) > 0)
        assert np.array_equal(
            extraction.iterated(similarity, 4), package.iter_max(similarity, 4) > 0
        )
        assert np.array_equal(
            extraction.matching(similarity), package.get_max_weight_match(similarity) > 0
        )
        for ratio in (0.0, 0.5):
            assert np.allclose(
                extraction.distorted(similarity, ratio), package.apply_distortion(similarity, ratio)
            )


def test_cosine_of_a_zero_vector_is_the_middle() -> None:
    found = extraction.cosine(
        np.array([[0.0, 0.0], [2.0, 0.0]]), np.array([[1.0, 0.0], [-3.0, 0.0]])
    )
    assert found.tolist() == [[0.5, 0.5], [1.0, 0.0]]


def test_band_cuts_far_corners_of_unequal_sides() -> None:
    banded = extraction.banded(np.ones((4, 8)), 2)
    assert banded[0].tolist() == [1, 1, 1, 0, 0, 0, 0, 0]
    assert banded[3].tolist() == [0, 0, 0, 0, 1, 1, 1, 1]


def test_entmax_sums_to_one_and_solves_its_equation() -> None:
    rng = np.random.default_rng(3)
    for axis in (0, 1):
        scores = rng.normal(size=(6, 9)) * 4
        shares = extraction.entmax15(scores, axis)
        assert np.allclose(shares.sum(axis=axis), 1.0)
        assert (shares == 0.0).any()
        # Inside the support, sqrt(p) - s / 2 is one constant for each row (the threshold).
        level = np.where(shares > 0, scores / 2 - np.sqrt(shares), np.nan)
        assert np.allclose(np.nanmax(level, axis=axis), np.nanmin(level, axis=axis))


def test_words_take_the_mean_and_the_best_of_their_pieces() -> None:
    words = np.array([0, 0, 2, 3, 3])  # word 1 has no sub-word
    vectors = np.array([[1.0], [3.0], [5.0], [6.0], [8.0]])
    means, ids = extraction.mean_by_word(vectors, words)
    assert means.ravel().tolist() == [2.0, 5.0, 7.0]
    assert ids.tolist() == [0, 2, 3]
    scores = np.arange(15).reshape(5, 3)
    best = extraction.best_by_word(scores, words, np.array([0, 1, 1]))
    assert best.tolist() == [[3, 5], [6, 8], [12, 14]]
