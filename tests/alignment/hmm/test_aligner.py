"""The statistical aligner on small corpora whose alignment is known."""

from __future__ import annotations

import random

import numpy as np
import pytest

from projector.alignment.base import TokenPair
from projector.alignment.hmm.aligner import HmmAligner
from projector.alignment.symmetrise import decode
from projector.errors import DataError, EngineError, UsageError

NOUNS = {"house": "casa", "dog": "perro", "table": "mesa", "river": "río", "book": "libro"}
COLOURS = {"red": "rojo", "green": "verde", "white": "blanco", "black": "negro"}
VERBS = {"falls": "cae", "shines": "brilla", "burns": "arde"}


def toy(many: int = 150, seed: int = 1) -> tuple[list[TokenPair], list[set[tuple[int, int]]]]:
    """Sentences in which an adjective follows its noun on one side only, with their true links."""
    chance = random.Random(seed)
    pairs, gold = [], []
    for _ in range(many):
        noun, colour, verb = (chance.choice(sorted(w)) for w in (NOUNS, COLOURS, VERBS))
        source = [colour, noun, verb]
        target = [NOUNS[noun], COLOURS[colour], VERBS[verb]]
        links = {(0, 1), (1, 0), (2, 2)}
        if chance.random() < 0.5:
            source, target = ["the", *source], ["este", *target]
            links = {(0, 0)} | {(i + 1, j + 1) for i, j in links}
        pairs.append(TokenPair(source, target))
        gold.append(links)
    return pairs, gold


def fitted(pairs: list[TokenPair], **options: object) -> HmmAligner:
    aligner = HmmAligner(**options)
    aligner.fit(iter(pairs), "en", "es")
    return aligner


def test_swapped_words_are_learnt_without_any_gold() -> None:
    pairs, gold = toy()
    found = fitted(pairs).align(pairs, "en", "es")
    right = sum(len(decode(links, 0.3) & truth) for links, truth in zip(found, gold, strict=True))
    given = sum(len(decode(links, 0.3)) for links in found)
    assert right / sum(map(len, gold)) > 0.95
    assert right / given > 0.95


@pytest.mark.parametrize("view", ["prefix", "stem", "form"])
def test_every_view_alone_learns_the_toy_language(view: str) -> None:
    pairs, gold = toy()
    found = fitted(pairs, views=[view]).align(pairs, "en", "es")
    assert np.mean([decode(f, 0.3) == g for f, g in zip(found, gold, strict=True)]) > 0.9


def test_links_are_sorted_probabilities_and_mostly_one_to_one() -> None:
    pairs, _ = toy(60)
    for links in fitted(pairs).align(pairs, "en", "es"):
        assert links == sorted(links)
        assert all(0 < p <= 1 for _, _, p in links)
        rows: dict[int, float] = {}
        for i, _, p in links:
            rows[i] = rows.get(i, 0) + p
        assert max(rows.values()) < 1.6  # each direction's posteriors sum to at most one a word


def test_the_same_input_gives_the_same_links_with_any_number_of_threads() -> None:
    pairs, _ = toy(80)
    one = fitted(pairs, threads=1).align(pairs, "en", "es")
    three = fitted(pairs, threads=3).align(pairs, "en", "es")
    assert one == three
    assert one == fitted(pairs, threads=1).align(pairs, "en", "es")


def test_a_pair_gets_the_same_links_in_any_batch() -> None:
    pairs, _ = toy(70)
    aligner = fitted(pairs)
    whole = aligner.align(pairs, "en", "es")
    alone = [aligner.align([pair], "en", "es")[0] for pair in pairs]
    assert whole == alone
    assert aligner.align(pairs[::-1], "en", "es")[::-1] == whole


def test_names_and_numbers_seen_once_are_linked_across_scripts() -> None:
    pairs = [
        TokenPair(["in", "1,987", "he", "met", "Gorbachev"], ["в", "1.987", "Горбачёва", "он"]),
        TokenPair(["he", "met", "her"], ["он", "встретил", "её"]),
        TokenPair(["in", "town"], ["в", "городе"]),
    ]
    aligner = HmmAligner()
    aligner.fit(iter(pairs), "en", "ru")
    links = decode(aligner.align(pairs[:1], "en", "ru")[0], 0.4)
    assert {(1, 1), (4, 2)} <= links


def test_tokens_with_several_words_inside_are_linked_through_their_parts() -> None:
    pairs, _ = toy(100)
    glued = TokenPair(["the", "red-house", "burns"], ["este", "casa", "rojo", "arde"])
    links = decode(fitted(pairs).align([glued], "en", "es")[0], 0.4)
    assert {(1, 1), (1, 2), (2, 3)} <= links


def test_empty_and_single_word_sides() -> None:
    pairs = [
        TokenPair([], []),
        TokenPair(["dog"], []),
        TokenPair([], ["perro"]),
        TokenPair(["dog"], ["perro"]),
        TokenPair(["!"], ["¡", "perro"]),
    ]
    links = fitted(pairs).align(pairs, "en", "es")
    assert links[:3] == [[], [], []]
    assert decode(links[3], 0.3) == {(0, 0)}


def test_a_corpus_without_pairs_still_aligns_words_spelled_the_same() -> None:
    aligner = fitted([])
    links = aligner.align([TokenPair(["Berlin", "calls"], ["llama", "Berlín"])], "en", "es")
    assert (0, 1) in decode(links[0], 0.3)


def test_unseen_words_take_the_links_of_their_stem() -> None:
    pairs, _ = toy(100)
    new = TokenPair(["the", "houses"], ["este", "casas"])
    assert (1, 1) in decode(fitted(pairs).align([new], "en", "es")[0], 0.3)


def test_a_very_long_sentence_is_aligned_in_pieces_to_its_end() -> None:
    pairs, gold = toy(100)
    long = TokenPair(
        [w for pair in pairs for w in pair.source], [w for pair in pairs for w in pair.target]
    )
    links = decode(fitted(pairs).align([long], "en", "es")[0], 0.3)
    truth, at = set(), 0
    for pair, links_of_pair in zip(pairs, gold, strict=True):
        truth |= {(at + i, at + j) for i, j in links_of_pair}
        at += len(pair.source)
    assert len(links & truth) / len(truth) > 0.75
    assert any(i >= at - 3 for i, _ in links)


def test_chinese_words_are_taken_whole_beside_their_characters() -> None:
    words = {"dog": "小狗", "small": "小", "house": "房子", "book": "图书", "map": "图"}
    pairs = [TokenPair([a, c], [b, d]) for a, b in words.items() for c, d in words.items()]
    aligner = HmmAligner(vectors="none", views=["form"])
    aligner.fit(iter(pairs), "en", "zh-Hans")
    told = HmmAligner(vectors="none")
    told.load_state(aligner.state())
    for learnt in aligner, told:
        found = learnt.align([TokenPair(["small", "dog", "map"], ["小", "小狗", "图"])], "en", "zh")
        assert decode(found[0], 0.3) == {(0, 0), (1, 1), (2, 2)}
    assert "小狗" in aligner.lexicon_views()["form"].target


def test_chinese_characters_are_linked_whatever_the_segmentation() -> None:
    words = {"dog": "小狗", "house": "房子", "book": "图书"}
    pairs = [TokenPair([a], [b]) for a, b in words.items()] * 10
    pairs += [TokenPair(["dog", "house"], ["小狗", "房子"])] * 5
    aligner = HmmAligner(vectors="none", views=["prefix", "stem"])
    aligner.fit(iter(pairs), "en", "zh")
    apart = TokenPair(["dog", "house"], ["小", "狗", "房", "子"])
    assert decode(aligner.align([apart], "en", "zh")[0], 0.3) == {(0, 0), (0, 1), (1, 2), (1, 3)}


def test_bitext_helps_a_single_pair(tmp_path) -> None:
    pairs, _ = toy(120)
    bitext = tmp_path / "en-es.tsv"
    lines = [f"{' '.join(p.source)}\t{' '.join(p.target)}" for p in pairs]
    bitext.write_text("\n".join(lines) + "\n", encoding="utf-8")
    one = TokenPair(["the", "white", "river", "falls"], ["este", "río", "blanco", "cae"])
    aligner = fitted([one], bitext=[str(tmp_path / "{source}-{target}.tsv")])
    links = decode(aligner.align([one], "en", "es")[0], 0.3)
    assert links == {(0, 0), (1, 2), (2, 1), (3, 3)}


def test_bitext_without_a_tab_is_named_with_its_line(tmp_path) -> None:
    bad = tmp_path / "bad.tsv"
    bad.write_text("a\tb\nno tab here\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"bad\.tsv:2: .*tab"):
        fitted([], bitext=[str(bad)])


def test_mistakes_in_the_options_are_named() -> None:
    with pytest.raises(UsageError, match="did you mean 'bitext'"):
        HmmAligner(bitxt=["x"])
    with pytest.raises(UsageError, match="did you mean 'prefix'"):
        HmmAligner(views=["prefixes"])
    with pytest.raises(EngineError, match="fit"):
        HmmAligner().align([TokenPair(["a"], ["b"])], "en", "es")
