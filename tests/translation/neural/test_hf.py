"""The engine `hf` on a tiny trained model: right translations, whatever the batching."""

from __future__ import annotations

import time

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch

from projector.errors import EngineError, UsageError
from projector.translation.neural.hf import HuggingFaceTranslator
from tests import neural_models

pytestmark = pytest.mark.neural
torch.set_num_threads(1)


@pytest.fixture(scope="module")
def engine():
    return HuggingFaceTranslator(neural_models.toy_translator(), beam=2)


@pytest.fixture(scope="module")
def corpus():
    return neural_models.toy_corpus(120, seed=77)


def test_translations_are_right_and_in_order(engine, corpus):
    out = engine.translate([s for s, _ in corpus], "en", "es")
    right = sum(ours.text == wanted for ours, (_, wanted) in zip(out, corpus, strict=True))
    assert right >= 0.97 * len(corpus)
    assert all(ours.error is None and ours.links is None for ours in out)


def test_batch_of_one_equals_batch_of_many(engine, corpus):
    texts = [s for s, _ in corpus[:25]]
    together = engine.translate(texts, "en", "es")
    alone = [engine.translate([text], "en", "es")[0] for text in texts]
    assert [o.text for o in together] == [o.text for o in alone]
    for a, b in zip(together, alone, strict=True):
        assert a.score == pytest.approx(b.score, abs=1e-4)
    narrow = HuggingFaceTranslator(engine.model, beam=2, batch_tokens=40)
    assert [o.text for o in narrow.translate(texts, "en", "es")] == [o.text for o in together]


def test_score_is_the_mean_log_probability_of_the_translation(engine, corpus):
    texts = [s for s, _ in corpus[:20]]
    out = engine.translate(texts, "en", "es")
    again = engine.score(texts, [o.text for o in out], "en", "es")
    assert [o.score for o in out] == pytest.approx(again, abs=2e-3)
    wrong = engine.score(texts, [o.text for o in out[1:]] + [out[0].text], "en", "es")
    assert all(right > other for right, other in zip(again, wrong, strict=True))


def test_blank_sentences_never_reach_the_model(engine, monkeypatch):
    seen = []
    from projector.models import decoding

    original = decoding.search
    monkeypatch.setattr(
        decoding,
        "search",
        lambda model, rows, *rest: seen.extend(rows) or original(model, rows, *rest),
    )
    out = engine.translate(
        ["", "the dog sees the king .", "  \t", "the dog sees the king ."], "en", "es"
    )
    assert [o.text for o in out] == ["", "el perro ve el rey .", "", "el perro ve el rey ."]
    assert len(seen) == 1  # blank ones not at all, equal ones once


def test_long_sentences_are_cut_and_joined_never_truncated(engine, corpus):
    tokenizer = engine._tokenizer[1]
    part = [p for p in corpus if 13 <= len(tokenizer(p[0])["input_ids"]) <= 24][:8]
    source = " ".join(s for s, _ in part)
    wanted = " ".join(t for _, t in part)
    narrow = HuggingFaceTranslator(engine.model, max_source_tokens=24)
    [ours] = narrow.translate([source], "en", "es")
    assert ours.text == wanted
    strict = HuggingFaceTranslator(engine.model, long="reject")
    [refused] = strict.translate([source], "en", "es")
    assert refused.text == "" and "the model takes 64" in refused.error


def test_a_batch_that_is_too_large_for_memory_is_halved(engine, corpus, monkeypatch):
    from projector.models import decoding

    original, sizes = decoding.search, []

    def small_memory(model, rows, *rest):
        sizes.append(len(rows))
        if len(rows) > 8:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return original(model, rows, *rest)

    texts = list(dict.fromkeys(s for s, _ in corpus))[:40]
    wanted = [o.text for o in engine.translate(texts, "en", "es")]
    monkeypatch.setattr(decoding, "search", small_memory)
    assert [o.text for o in engine.translate(texts, "en", "es")] == wanted
    assert max(sizes) > 8 >= min(sizes)
    monkeypatch.setattr(
        decoding,
        "search",
        lambda *_: (_ for _ in ()).throw(torch.OutOfMemoryError("out of memory")),
    )
    with pytest.raises(EngineError, match="single sentence"):
        engine.translate(texts, "en", "es")


def test_sampling_is_seeded_and_does_not_depend_on_the_batch(engine, corpus):
    texts = [s for s, _ in corpus[:12]]
    options = {"sample": True, "temperature": 3.0, "top_k": 20, "top_p": 0.95}
    drawn = [
        [o.text or o.error for o in HuggingFaceTranslator(engine.model, seed=seed, **options, **more)
         .translate(texts, "en", "es")]
        for seed, more in [(1, {}), (1, {"batch_tokens": 1}), (2, {})]
    ]  # fmt: skip
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]


def test_no_end_token_is_a_reason_not_a_cut_off_translation(engine):
    short = HuggingFaceTranslator(engine.model, max_ratio=-5.0)
    [ours] = short.translate(["the red house sees the dog in Berlin ."], "en", "es")
    assert ours.text == "" and "had not ended" in ours.error


@pytest.mark.parametrize(
    ("name", "to", "code"),
    [
        ("marian_many", "pt-BR", "pt_BR"),
        ("marian_many", "fra", "fr"),
        ("m2m100", "es", "es"),
        ("nllb", "zh", "zho_Hans"),
        ("nllb", "zh-TW", "zho_Hant"),
        ("nllb", "ar", "arb_Arab"),
        ("mbart50", "de", "de_DE"),
        ("madlad", "de", "de"),
    ],
)
def test_each_family_finds_its_own_code(name, to, code):
    engine = HuggingFaceTranslator(getattr(neural_models, name)())
    plan = engine.plan("en", to)
    assert plan.target_code == code
    tokenizer = engine._tokenizer[1]
    token = tokenizer.convert_ids_to_tokens((plan.prefix_ids or plan.forced_ids)[0])
    assert code in token
    from projector.models.families import encode

    [row] = encode(tokenizer, plan, ["the dog </s> sees >>fr<< the king ."])
    assert row.count(tokenizer.eos_token_id) == 1 and row[-1] == tokenizer.eos_token_id
    if plan.source_code:
        assert (
            tokenizer.convert_ids_to_tokens(row[0])
            == {"m2m100": "__en__", "nllb": "eng_Latn", "mbart50": "en_XX"}[name]
        )


@pytest.mark.parametrize(
    ("name", "source", "to", "message"),
    [
        ("nllb", "en", "spanish", "did you mean 'spa_Latn'"),
        ("nllb", "xq", "es", "--from: found 'xq'"),
        ("mbart50", "en", "zh-TW", "--to: found 'zh-TW'"),
        ("madlad", "en", "fr", "--to: found 'fr'"),
        ("toy_translator", "en", "fr", "writes Spanish"),
        ("toy_translator", "de", "es", "reads English"),
    ],
)
def test_a_wrong_language_fails_before_weights_load(name, source, to, message):
    engine = HuggingFaceTranslator(getattr(neural_models, name)())
    with pytest.raises(UsageError) as error:
        engine.check(source, to)
    assert message in str(error.value)
    assert engine._seq2seq is None


def test_a_hub_name_without_network_fails_fast_with_the_fix(monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    start = time.monotonic()
    with pytest.raises(EngineError, match="local folder"):
        HuggingFaceTranslator("nobody/no-such-model").check("en", "es")
    assert time.monotonic() - start < 10


def test_options_are_checked():
    with pytest.raises(UsageError, match="did you mean 'beam'"):
        HuggingFaceTranslator("x", beams=3)
    with pytest.raises(UsageError, match="wanted 1 or more"):
        HuggingFaceTranslator("x", beam=0)
    with pytest.raises(UsageError, match="--model"):
        HuggingFaceTranslator()
    assert HuggingFaceTranslator("x", beam="8").options.beam == 8


def test_a_folder_that_holds_no_translator(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(EngineError):
        HuggingFaceTranslator(str(tmp_path)).check("en", "es")
