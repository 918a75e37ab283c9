"""The lexically constrained beam search over Hugging Face models: satisfied whenever it can be, plain where it need not."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.models.decoding import Decoding, search
from projector.models.families import encode, encode_target, plan
from projector.models.huggingface_constraints import (
    bits_met,
    constrained_translations,
    word_starts,
)
from projector.models.phrase_automaton import Automaton
from projector.models.seq2seq import Seq2Seq
from projector.translation.base import Constraint
from projector.translation.neural.hf import HuggingFaceTranslator
from tests import neural_models

pytestmark = pytest.mark.neural
torch.set_num_threads(1)


@pytest.fixture(scope="module")
def model():
    return Seq2Seq(neural_models.toy_translator(), "cpu")


@pytest.fixture(scope="module")
def the_plan(model):
    return plan(model.config, model.tokenizer, "en", "es", model="toy")


def occurs(ids: list[int], phrase: list[int], begins: np.ndarray) -> bool:
    """By definition: the phrase's tokens one after another, and a word's end behind them."""
    size = len(phrase)
    return any(
        ids[n : n + size] == phrase and (n + size == len(ids) or bool(begins[ids[n + size]]))
        for n in range(len(ids) - size + 1)
    )


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=4), min_size=1, max_size=3),
             min_size=1, max_size=4),
    st.lists(st.integers(0, 4), max_size=14),
    st.lists(st.booleans(), min_size=5, max_size=5),
)  # fmt: skip
def test_the_automaton_finds_every_phrase_however_they_overlap(constraints, text, flags):
    begins = np.array(flags)
    automaton = Automaton(constraints)
    met = bits_met(text, automaton, begins)
    for bit, phrases in enumerate(constraints):
        assert bool(met >> bit & 1) == any(occurs(text, p, begins) for p in phrases)


def random_case(rng: random.Random, vocabulary: list[int], targets: list[list[int]]):
    """Phrases out of other translations (multi-token, overlapping) or of random tokens."""
    constraints = []
    for _ in range(rng.randint(1, 3)):
        alternatives = []
        for _ in range(rng.randint(1, 2)):
            if rng.random() < 0.6:
                target = rng.choice(targets)
                start = rng.randrange(len(target))
                alternatives.append(target[start : start + rng.randint(1, 4)])
            else:
                alternatives.append([rng.choice(vocabulary) for _ in range(rng.randint(1, 3))])
        constraints.append(alternatives)
    return constraints


def test_1000_random_cases_hold_every_satisfiable_constraint(model, the_plan):
    rng = random.Random(11)
    corpus = neural_models.toy_corpus(1000, seed=21)
    rows = encode(model.tokenizer, the_plan, [s for s, _ in corpus])
    targets = encode_target(model.tokenizer, the_plan, [t for _, t in corpus])
    bad = {model.pad_id, *model.eos_ids, model.tokenizer.unk_token_id}
    vocabulary = [n for n in range(len(model.tokenizer.get_vocab())) if n not in bad]
    begins = word_starts(model)
    cases = [random_case(rng, vocabulary, targets) for _ in rows]
    missing = 0
    for start in range(0, len(rows), 50):
        some = slice(start, start + 50)
        out = constrained_translations(
            model, rows[some], cases[some], the_plan, Decoding(beam=3), [40] * len(rows[some])
        )
        for output, constraints in zip(out, cases[some], strict=True):
            assert output.finished
            assert model.pad_id not in output.ids
            holding = [any(occurs(output.ids, p, begins) for p in c) for c in constraints]
            assert output.met == holding
            missing += not all(holding)
    assert missing == 0


def test_what_holds_already_is_left_as_plain_beam_search_has_it(model, the_plan):
    rng = random.Random(5)
    corpus = neural_models.toy_corpus(60, seed=31)
    rows = encode(model.tokenizer, the_plan, [s for s, _ in corpus])
    free = search(model, rows, the_plan, Decoding(beam=4), [40] * len(rows))
    begins = word_starts(model)
    constraints = []
    for output in free:
        words = [n for n in range(len(output.ids)) if begins[output.ids[n]]] + [len(output.ids)]
        a, b = sorted(rng.sample(range(len(words)), 2))
        constraints.append([[output.ids[words[a] : words[b]]], [[7, 8], output.ids[: words[1]]]])
    out = constrained_translations(
        model, rows, constraints, the_plan, Decoding(beam=4), [40] * len(rows)
    )
    assert [o.ids for o in out] == [f.ids for f in free]
    assert [o.score for o in out] == [f.score for f in free]
    assert all(o.met == [True, True] for o in out)


@pytest.mark.parametrize("name", ["m2m100", "nllb", "madlad"])
def test_every_family_takes_constraints(name):
    engine = Seq2Seq(getattr(neural_models, name)(), "cpu")
    chosen = plan(engine.config, engine.tokenizer, "en", "es", model=name)
    corpus = neural_models.toy_corpus(8, seed=2)
    rows = encode(engine.tokenizer, chosen, [s for s, _ in corpus])
    phrases = encode_target(engine.tokenizer, chosen, ["casa roja", "en Lima"])
    out = constrained_translations(
        engine, rows, [[[p] for p in phrases]] * 8, chosen, Decoding(beam=3), [20] * 8
    )
    assert all(o.finished and o.met == [True, True] for o in out)
    together = [o.ids for o in out]
    alone = [
        constrained_translations(
            engine, [row], [[[p] for p in phrases]], chosen, Decoding(beam=3), [20]
        )[0].ids
        for row in rows
    ]
    assert together == alone


def brute_force(model, row, the_plan, constraints, tokens, longest, begins):
    """The best translation over ``tokens`` that holds all constraints, by trying all of them."""
    best = (-1e9, [])
    for size in range(1, longest + 1):
        texts = [
            list(ids)
            for ids in itertools.product(tokens, repeat=size)
            if all(any(occurs(list(ids), p, begins) for p in c) for c in constraints)
        ]
        for start in range(0, len(texts), 256):
            some = texts[start : start + 256]
            scores = model.score([row] * len(some), some, the_plan)
            best = max(best, *((sum(s) / len(s), ids) for s, ids in zip(scores, some, strict=True)))
    return best


def test_no_further_from_brute_force_than_beam_search_itself(model, the_plan):
    """Against all 5,460 translations of up to 6 tokens out of 4."""
    begins = word_starts(model)
    table = model.tokenizer.get_vocab()
    tokens = [table[w] for w in ["▁el", "▁perro", "▁ve", "▁."]]
    others = [n for n in range(len(table)) if n not in [*tokens, *model.eos_ids]]
    rows = encode(model.tokenizer, the_plan, ["the dog sees the dog .", "the dog ."])
    rng, exact = random.Random(1), 0
    model.model.generation_config.suppress_tokens = others
    try:
        plain = []
        for row in rows:
            best, _ = brute_force(model, row, the_plan, [], tokens, 6, begins)
            plain.append(best - search(model, [row], the_plan, Decoding(beam=8), [6])[0].score)
        for case in range(10):
            row = rows[case % 2]
            constraints = [
                [
                    [rng.choice(tokens) for _ in range(rng.randint(1, 3))]
                    for _ in range(rng.randint(1, 2))
                ]
                for _ in range(rng.randint(1, 2))
            ]
            best, _ = brute_force(model, row, the_plan, constraints, tokens, 6, begins)
            [ours] = constrained_translations(
                model, [row], [constraints], the_plan, Decoding(beam=8), [6]
            )
            assert all(ours.met)
            if len(ours.ids) <= 6:
                assert ours.score <= best + 1e-4  # nothing beats trying everything
            assert best - ours.score <= max(0.0, plain[case % 2]) + 0.02
            exact += best - ours.score < 1e-4
    finally:
        model.model.generation_config.suppress_tokens = None
    assert exact >= 6


def test_what_cannot_be_met_is_reported(model, the_plan):
    row = encode(model.tokenizer, the_plan, ["the dog sees the king ."])
    table = model.tokenizer.get_vocab()
    unknown = [[model.tokenizer.unk_token_id]]
    [out] = constrained_translations(
        model, row, [[unknown, [[table["▁rey"]]], []]], the_plan, Decoding(beam=2), [30]
    )
    assert out.finished and out.met == [False, True, False]


def test_the_engine_takes_constraints_from_text_to_text():
    engine = HuggingFaceTranslator(neural_models.toy_translator(), beam=4)
    texts = ["the red house sees the dog .", "the dog sees the king .", "the king .", ""]
    wanted = [
        [Constraint(["puente viejo", "casas"]), Constraint(["en Oslo"])],
        [Constraint(["perro"])],
        [],
        [Constraint(["x"])],
    ]
    out = engine.translate(texts, "en", "es", wanted)
    free = engine.translate(texts, "en", "es")
    assert out[0].constraints_met == [True, True]
    assert "puente viejo" in out[0].text or " casas " in f" {out[0].text} "
    assert "en Oslo" in out[0].text
    assert out[1].text == free[1].text and out[1].constraints_met == [True]
    assert out[2].text == free[2].text and out[2].constraints_met == []
    assert out[3].text == "" and out[3].constraints_met == [False]
    [word] = engine.translate(texts[:1], "en", "es", [[Constraint(["cas"])]])
    assert word.constraints_met == [True] and " cas " in f" {word.text} "
    [sign] = engine.translate(texts[:1], "en", "es", [[Constraint(["猫"])]])
    assert sign.constraints_met == [False] and sign.text == free[0].text


def test_a_sentence_is_searched_alone_as_beside_one_with_many_constraints(model, the_plan):
    corpus = neural_models.toy_corpus(12, seed=44)
    rows = encode(model.tokenizer, the_plan, [s for s, _ in corpus])
    targets = encode_target(model.tokenizer, the_plan, [t for _, t in corpus])
    rng = random.Random(3)
    few = [[[targets[(n + 1) % 12][:2]]] for n in range(11)]
    many = [[rng.choice(targets)[:4]] for _ in range(6)]
    together = constrained_translations(
        model, rows, [*few, many], the_plan, Decoding(beam=2), [40] * 12
    )
    for row, own, output in zip(rows, [*few, many], together, strict=True):
        [alone] = constrained_translations(model, [row], [own], the_plan, Decoding(beam=2), [40])
        assert alone.ids == output.ids
