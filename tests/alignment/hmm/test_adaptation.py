"""Vectors that are fitted to a corpus's own links."""

from __future__ import annotations

import numpy as np

from projector.alignment.hmm.adaptation import FEWEST, adapted
from projector.alignment.hmm.table import Table
from projector.models.vectors.base import unit_rows

WORDS, WIDTH = 200, 16


def full_table(rows: int, columns: int) -> Table:
    start = np.arange(rows + 1, dtype=np.int64) * columns
    return Table(start, np.tile(np.arange(columns, dtype=np.int32), rows))


TABLE = full_table(WORDS, WORDS)


def spaces() -> tuple[np.ndarray, np.ndarray]:
    """Words k of either side, the target's in a space that is turned."""
    made = np.random.default_rng(0)
    source = unit_rows(made.standard_normal((WORDS, WIDTH)))
    turn = np.linalg.qr(made.standard_normal((WIDTH, WIDTH)))[0]
    return source, unit_rows(source @ turn)


def links(many: int) -> np.ndarray:
    """The expected counts when the first so many words are linked, surely."""
    count = np.zeros((WORDS, WORDS), np.float32)
    count[np.arange(many), np.arange(many)] = 2
    return count.ravel()


def cosines(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    return np.einsum("ij,ij->i", source, target)


def test_words_that_were_not_linked_come_nearer_too() -> None:
    source, target = spaces()
    moved = adapted(source, target, TABLE, links(100))
    assert moved is not None
    assert cosines(source, target)[100:].mean() < 0.2
    assert cosines(moved, target)[100:].mean() > 0.9
    np.testing.assert_allclose(np.linalg.norm(moved, axis=1), 1, atol=1e-5)


def test_words_without_a_vector_have_none_afterwards() -> None:
    source, target = spaces()
    source[150], target[3] = 0, 0
    moved = adapted(source, target, TABLE, links(100))
    assert moved is not None and not moved[150].any() and moved[3].any()


def test_vectors_that_agree_with_the_links_stay() -> None:
    source, _ = spaces()
    assert adapted(source, source.copy(), TABLE, links(100)) is None


def test_few_links_teach_nothing() -> None:
    assert adapted(*spaces(), TABLE, links(FEWEST - 1)) is None


def test_unsure_links_teach_nothing() -> None:
    spread = np.full(WORDS * WORDS, 2 / WORDS, np.float32)
    assert adapted(*spaces(), TABLE, spread) is None
