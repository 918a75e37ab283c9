"""The engine `ctranslate2`: converted once, the same words as `hf`, every family."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("ctranslate2")

import torch

from projector.errors import UsageError
from projector.translation.base import Constraint
from projector.translation.neural import conversion
from projector.translation.neural.ctranslate2 import CTranslate2Translator
from projector.translation.neural.hf import HuggingFaceTranslator
from tests import neural_models

pytestmark = pytest.mark.neural
torch.set_num_threads(1)


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return str(tmp_path_factory.mktemp("converted"))


@pytest.mark.parametrize(
    "name", ["toy_translator", "marian_many", "m2m100", "nllb", "mbart50", "madlad"]
)
def test_same_greedy_translations_and_scores_as_hf(name, cache):
    texts = [s for s, _ in neural_models.toy_corpus(25, seed=3)]
    folder = getattr(neural_models, name)()
    options = {"beam": 1}
    theirs = HuggingFaceTranslator(folder, **options)
    ours = CTranslate2Translator(folder, precision="float32", threads=1, cache_dir=cache, **options)
    assert ours.plan("en", "es") == theirs.plan("en", "es")
    a, b = (engine.translate(texts, "en", "es") for engine in (ours, theirs))
    assert [x.text for x in a] == [x.text for x in b]
    assert [bool(x.error) for x in a] == [bool(x.error) for x in b]
    assert all(x.score == pytest.approx(y.score, abs=0.02) for x, y in zip(a, b, strict=True))
    # Scores of given translations show that source, language tokens and start agree everywhere.
    targets = [t for _, t in neural_models.toy_corpus(25, seed=3)]
    assert ours.score(texts, targets, "en", "es") == pytest.approx(
        theirs.score(texts, targets, "en", "es"), abs=0.02
    )


def test_int8_translates_right_and_converts_once(cache, monkeypatch):
    corpus = neural_models.toy_corpus(60, seed=4)
    engine = CTranslate2Translator(neural_models.toy_translator(), threads=1, cache_dir=cache)
    out = engine.translate([s for s, _ in corpus], "en", "es")
    assert sum(o.text == t for o, (_, t) in zip(out, corpus, strict=True)) >= 57
    monkeypatch.setattr(conversion, "convert", lambda *_: pytest.fail("converted a second time"))
    again = CTranslate2Translator(neural_models.toy_translator(), threads=1, cache_dir=cache)
    assert again.translate([corpus[0][0]], "en", "es")[0].text == corpus[0][1]


def test_blank_and_long_sentences(cache):
    corpus = [p for p in neural_models.toy_corpus(80, seed=5) if len(p[0]) > 35][:5]
    engine = CTranslate2Translator(
        neural_models.toy_translator(), threads=1, cache_dir=cache, max_source_tokens=26
    )
    out = engine.translate(["", " ".join(s for s, _ in corpus), " "], "en", "es")
    assert [o.text for o in out] == ["", " ".join(t for _, t in corpus), ""]


def test_constraints_are_reported(cache):
    engine = CTranslate2Translator(neural_models.toy_translator(), threads=1, cache_dir=cache)
    [out] = engine.translate(
        ["the red house sees the dog ."], "en", "es",
        [[Constraint(["casa roja"]), Constraint(["zebra", "perro"]), Constraint(["gato"])]],
    )  # fmt: skip
    assert out.constraints_met == [True, True, False]


def test_wrong_language_and_options_fail_at_once():
    with pytest.raises(UsageError, match="writes Spanish"):
        CTranslate2Translator(neural_models.toy_translator()).check("en", "fr")
    with pytest.raises(UsageError, match="wanted auto, int8"):
        CTranslate2Translator("x", precision="int4")
    with pytest.raises(UsageError, match="did you mean 'length_penalty'"):
        CTranslate2Translator("x", length_penality=1)
