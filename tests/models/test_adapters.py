"""LoRA adapters on a tiny encoder: the vectors are those of peft itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
peft = pytest.importorskip("peft", reason="needs the extra 'lora'")
pytestmark = pytest.mark.neural

from projector.alignment.base import TokenPair  # noqa: E402
from projector.alignment.neural.simalign import SimAligner  # noqa: E402
from projector.alignment.stage import AlignOptions, AlignStage  # noqa: E402
from projector.errors import EngineError, UsageError  # noqa: E402
from projector.models.encoder import Encoder  # noqa: E402
from projector.pipeline.in_memory import apply  # noqa: E402
from projector.records import Document, Pair  # noqa: E402
from tests.encoder_models import aligning_bert, sentence_pairs  # noqa: E402
from tests.projection.toy_pairs import offsets  # noqa: E402

SENTENCES = [s for s, _, _ in sentence_pairs(6, seed=3)]


def adapter(folder: Path, make: Callable[[str], torch.nn.Module] | None = None) -> str:
    """A LoRA adapter with random weights for the tiny encoder."""
    from transformers import AutoModel

    torch.manual_seed(7)
    model = (make or AutoModel.from_pretrained)(str(aligning_bert()))
    tuned = peft.get_peft_model(model, peft.LoraConfig(r=4, target_modules=["query", "value"]))
    for name, weight in tuned.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.3)
    tuned.save_pretrained(str(folder))
    return str(folder)


def by_peft(folder: str, layer: int) -> list[np.ndarray]:
    from transformers import AutoModel, AutoTokenizer

    base = str(aligning_bert())
    model = peft.PeftModel.from_pretrained(AutoModel.from_pretrained(base), folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(base)
    out = []
    for words in SENTENCES:
        given = tokenizer([words], is_split_into_words=True, return_tensors="pt")
        with torch.inference_mode():
            states = model(**given, output_hidden_states=True).hidden_states[layer]
        out.append(states[0, 1:-1].numpy())
    return out


def test_vectors_are_those_of_peft_at_every_layer(tmp_path: Path) -> None:
    folder = adapter(tmp_path / "adapter")
    depth = Encoder(str(aligning_bert()), 0).depth
    for layer in range(1, depth + 1):
        made = Encoder(str(aligning_bert()), layer, adapter=folder).embed(SENTENCES)
        plain = Encoder(str(aligning_bert()), layer).embed(SENTENCES)
        for one, other, wanted in zip(made, plain, by_peft(folder, layer), strict=True):
            np.testing.assert_allclose(one.vectors, wanted, atol=2e-5)
            assert np.abs(one.vectors - other.vectors).max() > 1e-3, "it does something"


def test_an_adapter_that_was_trained_under_a_head_fits(tmp_path: Path) -> None:
    from transformers import AutoModelForMaskedLM

    folder = adapter(tmp_path / "adapter", AutoModelForMaskedLM.from_pretrained)
    made = Encoder(str(aligning_bert()), 1, adapter=folder).embed(SENTENCES)
    plain = Encoder(str(aligning_bert()), 1).embed(SENTENCES)
    assert np.abs(made[0].vectors - plain[0].vectors).max() > 1e-3


def test_the_aligner_takes_one_and_texts_beyond_the_window(tmp_path: Path) -> None:
    folder = adapter(tmp_path / "adapter")
    (source, target, _), *_ = sentence_pairs(1, seed=5)
    aligner = SimAligner(str(aligning_bert()), adapter=folder, layer=1)
    long = TokenPair(source * 200, target * 200)
    assert len(long.source) > aligner.encoder.window
    short, whole = aligner.align([TokenPair(source, target), long], "en", "es")
    assert short and whole
    assert max(i for i, _, _ in whole) > aligner.encoder.window, "the end is linked too"


def test_an_ensemble_with_hmm_takes_the_adapter(tmp_path: Path) -> None:
    folder = adapter(tmp_path / "adapter")
    pairs = [
        Pair(
            f"p{n}",
            Document(f"p{n}", " ".join(source), "en", tokens=offsets(source)),
            Document(f"p{n}", " ".join(target), "es", tokens=offsets(target)),
        )
        for n, (source, target, _) in enumerate(sentence_pairs(12, seed=4))
    ]
    options = {"simalign": {"adapter": folder, "layer": 1}, "hmm": {"vectors": "none"}}
    stage = AlignStage(
        AlignOptions(engine="hmm+simalign", model=str(aligning_bert()), options=options)
    )
    made = apply([stage], pairs)
    assert all(isinstance(pair, Pair) and pair.alignment for pair in made)


def test_what_is_no_adapter_is_said(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"no adapter_model\.safetensors"):
        Encoder(str(aligning_bert()), 1, adapter=str(tmp_path))
    with pytest.raises(UsageError, match="int8"):
        Encoder(str(aligning_bert()), 1, precision="int8", adapter=str(tmp_path))


def test_an_adapter_for_another_encoder_is_refused(tmp_path: Path) -> None:
    folder = Path(adapter(tmp_path / "adapter"))
    config = json.loads((folder / "adapter_config.json").read_text())
    config["target_modules"] = ["key"]
    (folder / "adapter_config.json").write_text(json.dumps(config))
    with pytest.raises(EngineError, match="another encoder"):
        Encoder(str(aligning_bert()), 1, adapter=str(folder))
