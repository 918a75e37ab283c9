"""Word vectors as evidence: similarities, the curve that is learnt, and what they do to links."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from projector.alignment.base import TokenPair
from projector.alignment.hmm.aligner import HmmAligner
from projector.alignment.hmm.similarity import (
    LEVEL_SIMILARITY,
    TOP,
    SimilarityCurve,
    levels_of,
    reduced,
    sides_of,
)
from projector.alignment.hmm.table import Table
from projector.alignment.symmetrise import decode
from projector.models.vectors.base import unit_rows

WORDS = 60


def full_table(rows: int, columns: int) -> Table:
    start = np.arange(rows + 1, dtype=np.int64) * columns
    return Table(start, np.tile(np.arange(columns, dtype=np.int32), rows))


def random_rows(seed: int, many: int = WORDS, width: int = 16) -> np.ndarray:
    return unit_rows(np.random.default_rng(seed).standard_normal((many, width)))


def test_levels_are_cosines_less_nearness() -> None:
    source, target = random_rows(1), random_rows(2)
    sides = sides_of(source, target)
    levels = levels_of(full_table(WORDS, WORDS), sides, threads=2).reshape(WORDS, WORDS)
    expected = 2 * source @ target.T - sides[0].nearness[:, None] - sides[1].nearness
    inside = abs(expected) < 0.69
    assert abs(LEVEL_SIMILARITY[levels] - expected)[inside].max() < 0.004
    assert levels.min() >= 1 and levels.max() <= TOP


def test_units_without_a_vector_have_no_level() -> None:
    source, target = random_rows(1), random_rows(2)
    source[3] = 0
    target[5] = 0
    levels = levels_of(full_table(WORDS, WORDS), sides_of(source, target), 1).reshape(WORDS, WORDS)
    assert not levels[3].any() and not levels[:, 5].any() and levels[4, 4]


def test_fewer_dimensions_keep_the_cosines_of_vectors_that_lie_in_them() -> None:
    plane = np.linalg.qr(np.random.default_rng(0).standard_normal((300, 8)))[0].T
    source, target = random_rows(1, width=8) @ plane, random_rows(2, width=8) @ plane
    small_s, small_t = reduced(source.astype(np.float32), target.astype(np.float32), 32)
    assert small_s.shape == (WORDS, 32)
    assert small_s @ small_t.T == pytest.approx(source @ target.T, abs=1e-4)


PRODUCTS = """
import hashlib
import numpy as np
from projector.alignment.hmm.similarity import reduced, sides_of
from projector.models.vectors.base import unit_rows
made = np.random.default_rng(0)
given = [unit_rows(made.standard_normal((many, 512))) for many in (300, 500)]
small = [unit_rows(rows) for rows in reduced(*given)]
sides = sides_of(*small, THREADS)
print(hashlib.sha256(b"".join(array.tobytes() for side in sides for array in side)).hexdigest())
"""


def test_similarities_are_the_same_bytes_on_any_number_of_threads() -> None:
    said = set()
    for threads in "1", "2":
        several = {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
        program = PRODUCTS.replace("THREADS", threads)
        found = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, **several}, check=True, capture_output=True, text=True,
        )  # fmt: skip
        said.add(found.stdout)
    assert len(said) == 1


def learnt(shift: float) -> SimilarityCurve:
    """A curve after links that stand ``shift`` levels above the chance pairs."""
    chance = np.random.default_rng(3)
    levels = np.clip(chance.normal(100, 15, 20_000), 1, TOP).astype(np.uint8)
    levels[:2000] = np.clip(chance.normal(100 + shift, 15, 2000), 1, TOP)
    curve = SimilarityCurve.before_training(levels, np.arange(len(levels), dtype=np.int32))
    count = np.zeros(len(levels), np.float32)
    count[:2000] = 1
    curve.learn(count)
    return curve


def test_a_similarity_that_tells_links_apart_is_trusted() -> None:
    curve = learnt(80)
    assert (np.diff(curve.factor[1:]) >= -1e-6).all()
    assert curve.factor[200] > 5 and curve.factor[60] < 0.8
    assert curve.prior[200] > 0.1 and curve.prior[60] < 0.05


def test_a_similarity_that_tells_nothing_is_not() -> None:
    curve = learnt(0)
    assert np.ptp(np.log(curve.factor[60:140])) < 0.2


def test_an_entry_without_a_vector_is_left_alone() -> None:
    curve = learnt(80)
    assert curve.factor[0] == 1 and curve.prior[0] == 0


def space(tmp_path: Path, seed: int) -> str:
    """Vectors for s0.. and t0.. alike if ``seed`` is 0, else without any relation."""
    rows = {"s": random_rows(0), "t": random_rows(seed)}
    lines = [f"{2 * WORDS} 16"]
    for side, vectors in rows.items():
        lines += [
            f"{side}{name(n)} {' '.join(map(str, v))}" for n, v in enumerate(vectors.tolist())
        ]
    path = tmp_path / f"space{seed}.vec"
    path.write_text("\n".join(lines) + "\n")
    return str(path)


def name(n: int) -> str:
    """Letters that tell nothing of the word: the sides' spellings differ in them."""
    return chr(97 + n // 8) + chr(97 + n % 8)


def sentences(many: int) -> tuple[list[TokenPair], list[set[tuple[int, int]]]]:
    chance = np.random.default_rng(5)
    pairs, gold = [], []
    for _ in range(many):
        words, order = chance.permutation(WORDS)[:8].tolist(), chance.permutation(8).tolist()
        source = [f"s{name(n)}" for n in words]
        target = [f"t{name(words[i])}" for i in order]
        pairs.append(TokenPair(source, target))
        gold.append({(i, j) for j, i in enumerate(order)})
    return pairs, gold


def right(pairs: list[TokenPair], gold: list[set[tuple[int, int]]], vectors: str) -> float:
    aligner = HmmAligner(vectors=vectors)
    aligner.fit(iter(pairs), "", "")
    found = [decode(links) for links in aligner.align(pairs, "", "")]
    hits = sum(len(a & b) for a, b in zip(found, gold, strict=True))
    return 2 * hits / (sum(map(len, found)) + sum(map(len, gold)))


def test_good_vectors_align_five_sentences_and_bad_ones_do_no_harm(tmp_path: Path) -> None:
    pairs, gold = sentences(5)
    assert right(pairs, gold, space(tmp_path, 0)) > 0.95
    pairs, gold = sentences(120)
    plain = right(pairs, gold, "none")
    assert right(pairs, gold, space(tmp_path, 1)) > plain - 0.02


def test_what_was_learnt_with_vectors_needs_none_to_align(tmp_path: Path) -> None:
    pairs, _ = sentences(10)
    path = space(tmp_path, 0)
    learnt, told = HmmAligner(vectors=path), HmmAligner(vectors="none")
    learnt.fit(iter(pairs), "", "")
    Path(path).unlink()
    told.load_state(learnt.state())
    assert told.align(pairs, "", "") == learnt.align(pairs, "", "")
    assert learnt.align(pairs, "", "") == learnt_anew(path, tmp_path, pairs)


def learnt_anew(
    path: str, tmp_path: Path, pairs: list[TokenPair]
) -> list[list[tuple[int, int, float]]]:
    """The links of one that learnt anew, on one thread."""
    space(tmp_path, 0)
    again = HmmAligner(vectors=path, threads=1)
    again.fit(iter(pairs), "", "")
    return again.align(pairs, "", "")
