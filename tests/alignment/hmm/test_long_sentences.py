"""Long texts are cut where their sentences end, and learnt from in pieces."""

from __future__ import annotations

import random

import pytest

from projector.alignment.base import TokenPair
from projector.alignment.hmm import long_sentences
from projector.alignment.hmm.aligner import HmmAligner
from projector.alignment.hmm.long_sentences import (
    CUT_FROM,
    LongPairs,
    pieces_between_cuts,
)

WORDS = 200  # different ones
SENTENCES, LENGTH = 30, 10


def text(seed: int) -> tuple[TokenPair, list[tuple[int, int]]]:
    """Sentences whose words are translated one by one, the two halves of each swapped; a common
    word stands in all of them. No marks between them."""
    draw = random.Random(seed)
    source, target, links = [], [], []
    for n in range(SENTENCES):
        words = ["the", *(f"s{draw.randrange(WORDS)}" for _ in range(LENGTH - 1))]
        order = [*range(5, LENGTH), *range(5)]
        links += [(n * LENGTH + i, n * LENGTH + j) for j, i in enumerate(order)]
        source += words
        target += ["der" if words[i] == "the" else "t" + words[i][1:] for i in order]
    return TokenPair(source, target), links


def test_cuts_are_where_no_link_crosses() -> None:
    pair, links = text(1)
    draw = random.Random(2)
    noise = [(draw.randrange(300), draw.randrange(300), 0.3) for _ in range(100)]
    found = pieces_between_cuts(7, pair, [*((i, j, 0.9) for i, j in links), *noise])
    assert len(found) > SENTENCES // 2
    assert "".join("".join(p.pair.source) for p in found) == "".join(pair.source)
    assert "".join("".join(p.pair.target) for p in found) == "".join(pair.target)
    for piece in found:
        assert piece.number == 7
        assert piece.source_first == piece.target_first, "both sides of a cut end a sentence"


def test_a_short_pair_or_one_whose_links_cross_everywhere_stays_whole() -> None:
    pair, links = text(1)
    few = TokenPair(pair.source[:CUT_FROM], pair.target[:CUT_FROM])
    assert pieces_between_cuts(0, few, [(i, j, 1.0) for i, j in links if i < CUT_FROM]) == []
    assert pieces_between_cuts(0, pair, []) == []
    turned = [(i, 299 - i, 1.0) for i in range(300)]
    assert pieces_between_cuts(0, pair, turned) == []


@pytest.mark.parametrize("cells", [1, 700, 1 << 14])
def test_cuts_do_not_depend_on_how_much_is_looked_at_at_once(
    cells: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair, links = text(3)
    draw = random.Random(4)
    some = [(i, j, draw.random()) for i, j in links]
    some += [(draw.randrange(300), draw.randrange(300), draw.random()) for _ in range(200)]
    wanted = pieces_between_cuts(0, pair, some)
    assert len(wanted) > 2
    monkeypatch.setattr(long_sentences, "CELLS", cells)
    assert pieces_between_cuts(0, pair, some) == wanted


def test_a_text_of_too_many_words_is_not_searched_for_cuts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pair, links = text(1)
    monkeypatch.setattr(long_sentences, "MOST_CELLS", 300 * 300 - 1)
    assert pieces_between_cuts(0, pair, [(i, j, 0.9) for i, j in links]) == []


def test_a_corpus_of_long_texts_alone_is_learnt_from() -> None:
    texts = [text(seed) for seed in range(6)]
    aligner = HmmAligner(vectors="none", threads=1)
    aligner.fit([pair for pair, _ in texts], "en", "de")
    right = found = 0
    for (_, wanted), links in zip(
        texts, aligner.align([pair for pair, _ in texts], "en", "de"), strict=True
    ):
        sure = {(i, j) for i, j, p in links if p > 0.5}
        right += len(sure & set(wanted))
        found += len(sure)
    assert right > 0.85 * len(texts) * SENTENCES * LENGTH
    assert right > 0.85 * found


def test_links_of_a_text_do_not_depend_on_the_others() -> None:
    texts = [text(seed)[0] for seed in range(4)]
    aligner = HmmAligner(vectors="none", threads=1)
    aligner.fit(texts, "en", "de")
    together = aligner.align(texts, "en", "de")
    assert together == [aligner.align([one], "en", "de")[0] for one in texts]


def test_long_pairs_are_set_aside_until_there_are_too_many() -> None:
    long = LongPairs()
    short = TokenPair(["a"] * 3, ["b"] * 3)
    given = [short, text(1)[0], short]
    assert list(long.set_aside(given)) == [short, short]
    assert long.kept == [given[1]] and long.matter
