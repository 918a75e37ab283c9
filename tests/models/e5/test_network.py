"""The encoder's layers against transformers' BERT with the same weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.special import erf

from projector.errors import EngineError
from projector.models.e5.file import Floats, read_encoder
from projector.models.e5.network import Network, gelu
from tests.models.e5.tiny import SIZES, Tiny, make_tiny, write_tiny

TEXTS = [[0, 5, 2], [0, 17, 12, 8, 8, 3, 29, 2], [0, *range(3, 21), 2]]


def networks(folder: Path, made: Tiny) -> list[Network]:
    """One up to each layer, the embeddings first."""
    file = read_encoder(write_tiny(folder / "file", made))
    return [Network(file, layers) for layers in range(made.sizes.layers + 1)]


@pytest.mark.parametrize("sizes", [SIZES, SIZES._replace(width=32, heads=1, layers=3)])
def test_all_layers_are_those_of_transformers(tmp_path: Path, sizes: tuple[int, ...]) -> None:
    torch = pytest.importorskip("torch", reason="needs the extra 'neural'")
    transformers = pytest.importorskip("transformers", reason="needs the extra 'neural'")
    made = make_tiny(7, SIZES._make(sizes))
    size = made.sizes
    config = transformers.BertConfig(
        vocab_size=size.rows,
        hidden_size=size.width,
        num_hidden_layers=size.layers,
        num_attention_heads=size.heads,
        intermediate_size=size.inner,
        max_position_embeddings=size.positions,
        type_vocab_size=size.types,
        layer_norm_eps=made.epsilon,
        hidden_act="gelu",
    )
    other = transformers.BertModel(config, add_pooling_layer=False).eval()
    names = {
        "embeddings.word_embeddings.weight": "emb.word",
        "embeddings.position_embeddings.weight": "emb.pos",
        "embeddings.token_type_embeddings.weight": "emb.type",
        "embeddings.LayerNorm.weight": "emb.ln.w",
        "embeddings.LayerNorm.bias": "emb.ln.b",
    }
    parts = {
        "attention.self.query": "q",
        "attention.self.key": "k",
        "attention.self.value": "v",
        "attention.output.dense": "ao",
        "attention.output.LayerNorm": "aln",
        "intermediate.dense": "fi",
        "output.dense": "fo",
        "output.LayerNorm": "oln",
    }
    for n in range(size.layers):
        for theirs, ours in parts.items():
            names[f"encoder.layer.{n}.{theirs}.weight"] = f"l{n}.{ours}.w"
            names[f"encoder.layer.{n}.{theirs}.bias"] = f"l{n}.{ours}.b"
    weights = {theirs: torch.tensor(made.matrix(ours)) for theirs, ours in names.items()}
    done = other.load_state_dict(weights, strict=False)
    assert not done.unexpected_keys and set(done.missing_keys) <= {"embeddings.position_ids"}
    for text in TEXTS:
        with torch.inference_mode():
            states = other(torch.tensor([text]), output_hidden_states=True).hidden_states
        assert len(states) == size.layers + 1
        for network, wanted in zip(networks(tmp_path, made), states, strict=True):
            assert np.abs(network.states(text) - wanted[0].numpy()).max() < 1e-4


def test_texts_together_have_the_states_of_each_alone(tmp_path: Path) -> None:
    network = networks(tmp_path, make_tiny(2))[-1]
    texts = np.random.default_rng(1).integers(0, SIZES.rows, (9, 12)).tolist()
    together = network.several(texts)
    assert together.shape == (9, 12, SIZES.width)
    for text, states in zip(texts, together, strict=True):
        assert np.abs(network.states(text) - states).max() < 1e-5


def test_a_piece_is_read_in_its_place_and_among_the_others(tmp_path: Path) -> None:
    network = networks(tmp_path, make_tiny(2))[-1]
    states = network.states([0, 5, 6, 5, 2])
    assert np.abs(states[1] - states[3]).max() > 0.01
    assert np.abs(states[1] - network.states([0, 5, 7, 5, 2])[1]).max() > 0.01


def test_gelu_is_that_of_the_error_function() -> None:
    x: Floats = np.concatenate([np.linspace(-12, 12, 20_001), [-300, 0, 300]]).astype(np.float32)
    wide = x.astype(np.float64)
    wanted = wide * (1 + erf(wide / np.sqrt(2))) / 2
    before = x.copy()
    assert np.abs(gelu(x) - wanted).max() < 1e-6
    assert np.array_equal(x, before)


def test_a_missing_tensor_is_named(tmp_path: Path) -> None:
    file = read_encoder(write_tiny(tmp_path / "file", make_tiny()))
    del file.tensors["l1.fo.w"]
    assert Network(file, 1).states([0, 2]).shape == (2, SIZES.width)  # not asked for
    with pytest.raises(EngineError, match=r"no tensor 'l1\.fo\.w'"):
        Network(file, 2)
