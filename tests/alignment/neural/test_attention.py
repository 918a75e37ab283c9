"""The attention engine: links of a translator that reads both sides, sub-words put to words."""

from __future__ import annotations

import numpy as np
import pytest

from projector.alignment.base import TokenPair
from projector.errors import EngineError, UsageError
from tests.encoder_models import sentence_pairs
from tests.marking_models import bracket_translator
from tests.neural_models import m2m100, madlad, mbart50, nllb, plain_t5

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytestmark = pytest.mark.neural

from projector.alignment.neural.attention import AttentionAligner, ForcedModel, links_of  # noqa: E402


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.mark.parametrize(("source", "target"), [("en", "es"), ("es", "en")])
def test_links_are_the_gold_ones_in_both_directions(source: str, target: str) -> None:
    gold = sentence_pairs(80, seed=31)
    if source == "es":
        gold = [(t, s, {(j, i) for i, j in g}) for s, t, g in gold]
    aligner = AttentionAligner(bracket_translator())
    links = aligner.align([TokenPair(s, t) for s, t, _ in gold], source, target)
    right = sum(
        (i, j) in g for found, (_, _, g) in zip(links, gold, strict=True) for i, j, _ in found
    )
    assert right / sum(map(len, links)) > 0.97
    assert right / sum(len(g) for _, _, g in gold) > 0.97
    assert all(0 < p <= 1 for found in links for _, _, p in found)
    assert all(found == sorted(found) for found in links)


def test_the_reverse_model_is_averaged_in() -> None:
    folder = bracket_translator()
    pairs = [TokenPair(s, t) for s, t, _ in sentence_pairs(5, seed=32)]
    forward, backward = AttentionAligner(folder), AttentionAligner(folder)
    both = AttentionAligner(folder, reverse=folder).align(pairs, "en", "es")
    a = forward._forced(folder).attention(pairs, "en", "es")
    b = backward._forced(folder).attention(
        [TokenPair(p.target, p.source) for p in pairs], "es", "en"
    )
    assert both == [links_of((x + y.T) / 2, 0.2) for x, y in zip(a, b, strict=True)]


def test_attention_is_what_decoding_sees_at_each_step() -> None:
    """Teacher forcing must give the weights of a step-by-step decoder for the same output."""
    folder = bracket_translator()
    model = ForcedModel(folder, AttentionAligner(folder).options)
    source, target, _ = sentence_pairs(1, seed=33)[0]
    weights = model.attention([TokenPair(source, target)], "en", "es")[0]
    tokenizer, net = model.seq2seq.tokenizer, model.seq2seq.model
    ids = tokenizer([">>es<< " + " ".join(source)], return_tensors="pt")
    out = net.generate(
        **ids, num_beams=1, max_new_tokens=60, output_attentions=True, return_dict_in_generate=True
    )
    assert tokenizer.decode(out.sequences[0], skip_special_tokens=True) == " ".join(target)
    heads = torch.cat([step[-1][0, 0] for step in out.cross_attentions]).numpy()
    sizes = [len(tokenizer(word, add_special_tokens=False)["input_ids"]) for word in source]
    ends = np.cumsum([1, *sizes])
    first = heads[0]  # the step that predicts the first target piece
    others = tokenizer(text_target=[target[0]], add_special_tokens=False)["input_ids"][0]
    assert len(others) == 1
    assert weights[:, 0] == pytest.approx(np.add.reduceat(first[: ends[-1]], ends[:-1]), abs=1e-5)


def test_one_at_a_time_equals_many_and_empty_sides_have_no_links() -> None:
    aligner = AttentionAligner(bracket_translator())
    pairs = [TokenPair(s, t) for s, t, _ in sentence_pairs(20, seed=34)]
    pairs += [TokenPair([], ["la"]), TokenPair(["the"], []), TokenPair(["the"], [""])]
    together = aligner.align(pairs, "en", "es")
    assert together[20:] == [[], [], []]
    for pair, links in zip(pairs, together, strict=True):
        alone = aligner.align([pair], "en", "es")[0]
        assert [(i, j) for i, j, _ in alone] == [(i, j) for i, j, _ in links]


def test_a_pair_longer_than_the_model_is_aligned_in_windows() -> None:
    source, target, gold = [], [], set()
    for s, t, g in sentence_pairs(20, seed=35):
        gold |= {(i + len(source), j + len(target)) for i, j in g}
        source, target = source + s, target + t
    aligner = AttentionAligner(bracket_translator())
    links = aligner.align([TokenPair(source, target)], "en", "es")[0]
    assert max(j for _, j, _ in links) > len(target) - 6
    assert len({j for _, j, _ in links}) > 0.6 * len(target)


@pytest.mark.parametrize(
    ("make", "source", "target"),
    [
        (nllb, "en", "es"),
        (m2m100, "en", "es"),
        (mbart50, "en", "es"),
        (madlad, "en", "es"),
        (plain_t5, "en", "fr"),
    ],
)
def test_every_family_is_read_with_its_language_tokens(make, source: str, target: str) -> None:
    pair = TokenPair("the dog sees the house .".split(), "el perro ve la casa .".split())
    model = ForcedModel(make(), AttentionAligner("x").options)
    weights = model.attention([pair], source, target)[0]
    assert weights.shape == (6, 6)
    assert (weights >= 0).all() and (weights.sum(0) <= 1 + 1e-6).all() and weights.sum() > 0.5


def test_wrong_use_is_named() -> None:
    with pytest.raises(UsageError, match="needs a translation model"):
        AttentionAligner()
    with pytest.raises(UsageError, match=r"no option 'leyer'.*'layer'"):
        AttentionAligner("x", leyer=2)
    pair = [TokenPair(["a"], ["b"])]
    with pytest.raises(UsageError, match="layer 9"):
        AttentionAligner(bracket_translator(), layer=9).align(pair, "en", "es")
    with pytest.raises(UsageError, match="'de'"):
        AttentionAligner(bracket_translator()).align(pair, "en", "de")
    with pytest.raises(EngineError, match="found no folder"):
        AttentionAligner("/no/such/folder").align(pair, "en", "es")
