"""A model of Marian-base's shape with random weights, for measuring speed.

61 million weights, 6 + 6 layers, width 512, 32,000 tokens. The end token is made impossible, so every
decoder makes exactly as many tokens as it is told to, and all do the same work.
"""

from __future__ import annotations

import json
import random
from pathlib import Path


def sentences(count: int, seed: int = 0, words: tuple[int, int] = (5, 40)) -> list[str]:
    """Sentences of made-up words, of very different lengths."""
    rng = random.Random(seed)
    lexicon = [
        "".join(rng.choice("abdeilmnorstu") for _ in range(rng.randint(2, 8))) for _ in range(4000)
    ]
    return [
        " ".join(rng.choice(lexicon) for _ in range(rng.randint(*words))) + " ."
        for _ in range(count)
    ]


def make(folder: Path) -> str:
    """Save the model and a tokeniser that fits it; returns the folder."""
    if (folder / "model.safetensors").exists():
        return str(folder)
    import sentencepiece
    import torch
    from transformers import MarianConfig, MarianMTModel, MarianTokenizer

    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    for side in ("source", "target"):
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(sentences(3000)), model_prefix=str(folder / side), vocab_size=4000,
            model_type="bpe", hard_vocab_limit=False, minloglevel=2,
        )  # fmt: skip
        (folder / f"{side}.model").rename(folder / f"{side}.spm")
    processor = sentencepiece.SentencePieceProcessor(model_file=str(folder / "source.spm"))
    tokens = ["</s>", "<unk>"]
    tokens += [
        p for n in range(len(processor)) if (p := processor.id_to_piece(n)) not in (*tokens, "<s>")
    ]
    tokens += [f"▁filler{n}" for n in range(31999 - len(tokens))] + ["<pad>"]
    (folder / "vocab.json").write_text(json.dumps({t: n for n, t in enumerate(tokens)}))
    tokenizer = MarianTokenizer(
        str(folder / "source.spm"), str(folder / "target.spm"), str(folder / "vocab.json"),
        source_lang="en", target_lang="es",
    )  # fmt: skip
    config = MarianConfig(
        vocab_size=32000, d_model=512, encoder_layers=6, decoder_layers=6, encoder_attention_heads=8,
        decoder_attention_heads=8, encoder_ffn_dim=2048, decoder_ffn_dim=2048, pad_token_id=31999,
        eos_token_id=0, bos_token_id=0, decoder_start_token_id=31999, forced_eos_token_id=None,
        max_position_embeddings=512, static_position_embeddings=True, scale_embedding=True,
    )  # fmt: skip
    model = MarianMTModel(config)
    model.generation_config.bad_words_ids = [[31999]]
    model.generation_config.forced_eos_token_id = None
    with torch.no_grad():
        model.final_logits_bias[0, 0] = -1e4
    model.eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)
