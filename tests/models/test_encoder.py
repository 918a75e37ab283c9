"""The encoder: same vectors in any batch, only the layers used, long texts in windows."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from projector.errors import EngineError
from tests.encoder_models import aligning_bert, sentence_pairs

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytestmark = pytest.mark.neural

from projector.models.encoder import Encoder  # noqa: E402


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    torch.set_num_threads(1)
    return Encoder(str(aligning_bert()), layer=2)


def test_vectors_are_the_hidden_state_of_the_whole_model(encoder: Encoder) -> None:
    from transformers import AutoModel, AutoTokenizer

    model = AutoModel.from_pretrained(aligning_bert()).eval()
    tokenizer = AutoTokenizer.from_pretrained(aligning_bert())
    words = sentence_pairs(1, seed=4)[0][0]
    with torch.inference_mode():
        inputs = tokenizer(words, is_split_into_words=True, return_tensors="pt")
        hidden = model(**inputs, output_hidden_states=True).hidden_states
    found = encoder.embed([words])[0]
    assert np.allclose(found.vectors, hidden[2][0, 1:-1].numpy(), atol=1e-5)
    assert len(encoder.network.model.encoder.layer) == 2 < len(model.encoder.layer)
    top = Encoder(str(aligning_bert()), layer=3).embed([words])[0]
    assert np.allclose(top.vectors, hidden[3][0, 1:-1].numpy(), atol=1e-5)
    bottom = Encoder(str(aligning_bert()), layer=0).embed([words])[0]
    assert np.allclose(bottom.vectors, hidden[0][0, 1:-1].numpy(), atol=1e-5)


def test_batching_changes_nothing_and_equal_sentences_run_once(encoder: Encoder) -> None:
    sentences = [s for s, _, _ in sentence_pairs(40, seed=5)]
    ran: list[int] = []
    states = encoder.network.states
    encoder.network.states = lambda ids: ran.append(len(ids)) or states(ids)
    try:
        together = encoder.embed(sentences + sentences)
    finally:
        encoder.network.states = states
    assert sum(ran) == len({tuple(s) for s in sentences}) and len(ran) < 12
    for sentence, found in zip(sentences + sentences, together, strict=True):
        alone = encoder.embed([sentence])[0]
        assert np.allclose(alone.vectors, found.vectors, atol=1e-5)
        assert found.words.tolist() == alone.words.tolist()
        assert sorted(set(found.words.tolist())) == list(range(len(sentence)))


def test_a_long_text_keeps_a_vector_for_every_piece(encoder: Encoder) -> None:
    words = [w for s, _, _ in sentence_pairs(150, seed=6) for w in s]
    found = encoder.embed([words, words[:20]])
    assert found[0].windowed and not found[1].windowed
    assert len(found[0].vectors) == len(found[0].words) > encoder.window
    assert sorted(set(found[0].words.tolist())) == list(range(len(words)))
    first = encoder.embed([words[:100]])[0]
    assert np.allclose(found[0].vectors[:5], first.vectors[:5], atol=1.0)


def test_an_encoder_of_another_family_runs_whole_and_gives_the_same_layer(tmp_path: Path) -> None:
    """ModernBERT norms its last layer's states, so that cutting it would change them."""
    from transformers import AutoModel, AutoTokenizer, ModernBertConfig, ModernBertModel

    tokenizer = AutoTokenizer.from_pretrained(aligning_bert())
    config = ModernBertConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=48, num_hidden_layers=3,
        num_attention_heads=2, pad_token_id=0, cls_token_id=2, sep_token_id=3, bos_token_id=2,
        eos_token_id=3,
    )  # fmt: skip
    ModernBertModel(config).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    words = sentence_pairs(1, seed=4)[0][0]
    with torch.inference_mode():
        inputs = tokenizer(words, is_split_into_words=True, return_tensors="pt")
        inputs.pop("token_type_ids")
        hidden = AutoModel.from_pretrained(tmp_path)(
            **inputs, output_hidden_states=True
        ).hidden_states
    found = Encoder(str(tmp_path), layer=2).embed([words])[0]
    assert np.allclose(found.vectors, hidden[2][0, 1:-1].numpy(), atol=1e-4)


def test_roberta_positions_and_windows(tmp_path: Path) -> None:
    from transformers import AutoTokenizer, RobertaConfig, RobertaModel

    tokenizer = AutoTokenizer.from_pretrained(aligning_bert())
    config = RobertaConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=48, num_hidden_layers=2,
        num_attention_heads=2, max_position_embeddings=34, pad_token_id=0,
    )  # fmt: skip
    RobertaModel(config).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    encoder = Encoder(str(tmp_path), layer=1)
    assert encoder.window == 34 - 1 - 2
    found = encoder.embed([["cat"] * 80])[0]
    assert len(found.vectors) == 80 and np.isfinite(found.vectors).all()


def test_broken_folders_are_engine_errors(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="found no folder"):
        Encoder(str(tmp_path / "nowhere"))
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(EngineError, match="cannot be read"):
        Encoder(str(tmp_path))
    copy = tmp_path / "copy"
    shutil.copytree(aligning_bert(), copy)
    (copy / "model.safetensors").unlink()
    with pytest.raises(EngineError, match="cannot be loaded"):
        Encoder(str(copy), layer=2)
    described = json.loads((copy / "config.json").read_text())
    assert described["model_type"] == "bert"
