"""Tiny models for the neural tests: trained or made in seconds, kept between runs.

`toy_translator` is a Marian model that really translates a toy language pair: adjectives move
behind their noun and agree with it, so word order and forms differ from the source. The others
have random weights: they show how each family is told its languages. Folders live under
``.cache/test-models``, named by a hash of this file.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
ROOT = Path(__file__).resolve().parents[1] / ".cache" / "test-models"

NOUNS = {
    "house": ("casa", "f"), "book": ("libro", "m"), "river": ("rio", "m"), "table": ("mesa", "f"),
    "dog": ("perro", "m"), "school": ("escuela", "f"), "king": ("rey", "m"), "city": ("ciudad", "f"),
    "train": ("tren", "m"), "garden": ("jardin", "m"), "bridge": ("puente", "m"), "letter": ("carta", "f"),
}  # fmt: skip
ADJECTIVES = {"red": "roj", "new": "nuev", "old": "viej", "small": "pequeñ", "white": "blanc", "quiet": "callad"}  # fmt: skip
VERBS = {"sees": "ve", "buys": "compra", "paints": "pinta", "finds": "encuentra", "sells": "vende"}
PLACES = ["Berlin", "Madrid", "Lima", "Quito", "Paris", "Oslo"]


def _phrase(rng: random.Random) -> tuple[str, str]:
    noun = rng.choice(sorted(NOUNS))
    word, gender = NOUNS[noun]
    article, ending = ("la", "a") if gender == "f" else ("el", "o")
    if rng.random() < 0.7:
        adjective = rng.choice(sorted(ADJECTIVES))
        return f"the {adjective} {noun}", f"{article} {word} {ADJECTIVES[adjective]}{ending}"
    return f"the {noun}", f"{article} {word}"


def toy_sentence(rng: random.Random) -> tuple[str, str]:
    """A source sentence of the toy language and its one right translation."""
    a, b = _phrase(rng), _phrase(rng)
    verb = rng.choice(sorted(VERBS))
    source, target = f"{a[0]} {verb} {b[0]}", f"{a[1]} {VERBS[verb]} {b[1]}"
    if rng.random() < 0.5:
        place = rng.choice(PLACES)
        source, target = f"{source} in {place}", f"{target} en {place}"
    return f"{source} .", f"{target} ."


def toy_corpus(size: int, seed: int = 0) -> list[tuple[str, str]]:
    rng = random.Random(seed)
    return [toy_sentence(rng) for _ in range(size)]


def saved(name: str, make: Callable[[Path], None]) -> str:
    """The folder ``name``; made by ``make`` if no earlier run has (and only ever whole)."""
    key = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:12]
    folder = ROOT / f"{name}-{key}"
    if not folder.exists():
        ROOT.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(dir=ROOT))
        make(building)
        try:
            building.rename(folder)
        except OSError:  # another process was first
            shutil.rmtree(building)
    return str(folder)


def _sentencepiece(folder: Path, lines: list[str], name: str, size: int) -> list[str]:
    import sentencepiece

    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_prefix=str(folder / name), vocab_size=size,
        model_type="bpe", hard_vocab_limit=False, num_threads=1, minloglevel=2,
        character_coverage=1.0,
    )  # fmt: skip
    (folder / f"{name}.vocab").unlink()
    (folder / f"{name}.model").rename(folder / f"{name}.spm")
    processor = sentencepiece.SentencePieceProcessor(model_file=str(folder / f"{name}.spm"))
    return [processor.id_to_piece(n) for n in range(processor.get_piece_size())]


def _marian(
    folder: Path, extra_tokens: list[str] = [], width: int = 64, layers: int = 2, **names: str  # noqa: B006
) -> tuple[Any, Any]:  # fmt: skip
    import torch
    from transformers import MarianConfig, MarianMTModel, MarianTokenizer

    torch.set_num_threads(1)
    torch.manual_seed(7)
    corpus = toy_corpus(3000, seed=1)
    pieces = _sentencepiece(folder, [s for s, _ in corpus], "source", 110)
    pieces += _sentencepiece(folder, [t for _, t in corpus], "target", 130)
    tokens = ["</s>", "<unk>", *extra_tokens]
    tokens += [p for p in dict.fromkeys(pieces) if p not in ("<s>", "</s>", "<unk>")]
    vocabulary = {token: n for n, token in enumerate([*tokens, "<pad>"])}
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False))
    tokenizer = MarianTokenizer(
        str(folder / "source.spm"), str(folder / "target.spm"), str(folder / "vocab.json"),
        model_max_length=64, **names,
    )  # fmt: skip
    pad = vocabulary["<pad>"]
    config = MarianConfig(
        vocab_size=len(vocabulary), d_model=width, encoder_layers=layers, decoder_layers=layers,
        encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=2 * width,
        decoder_ffn_dim=2 * width, max_position_embeddings=128, pad_token_id=pad, eos_token_id=0,
        bos_token_id=0, decoder_start_token_id=pad, forced_eos_token_id=0, dropout=0.0,
        attention_dropout=0.0, activation_dropout=0.0, scale_embedding=True, static_position_embeddings=True,
    )  # fmt: skip
    model = MarianMTModel(config)
    model.generation_config.bad_words_ids = [[pad]]
    model.generation_config.max_length = 128
    return model, tokenizer


def toy_translator() -> str:
    """A Marian model en -> es that translates the toy language (trained, then kept)."""

    def make(folder: Path) -> None:
        model, tokenizer = _marian(folder, source_lang="en", target_lang="es")
        _train(model, tokenizer, steps=300)
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)

    return saved("toy-translator", make)


def wide_translator() -> str:
    """The same language by a larger model with 32,000 tokens (most never used), for benchmarks.

    What a step costs is nearer to a real model's than the toy's, and its sentences still end.
    """

    def make(folder: Path) -> None:
        import torch
        from transformers import MarianMTModel

        small, tokenizer = _marian(folder, width=128, layers=3, source_lang="en", target_lang="es")
        _train(small, tokenizer, steps=250)
        config = small.config
        used, config.vocab_size, config.decoder_vocab_size = config.vocab_size, 32000, 32000
        model = MarianMTModel(config)
        state = small.state_dict()
        for name, value in model.state_dict().items():
            if value.shape == state[name].shape:
                value.copy_(state[name])
            elif name == "final_logits_bias":
                value.fill_(-1e4)
                value[:, :used] = state[name]
            else:  # embeddings: rows for tokens that never occur
                value.zero_()
                value[:used] = state[name]
        model.generation_config = small.generation_config
        model.eval().save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        torch.set_num_threads(1)

    return saved("wide-translator", make)


def _train(model: Any, tokenizer: Any, steps: int) -> None:
    """Teach a model the toy language."""
    import torch

    corpus = toy_corpus(3000, seed=1)
    sources = tokenizer([s for s, _ in corpus])["input_ids"]
    targets = tokenizer(text_target=[t for _, t in corpus])["input_ids"]
    optimiser = torch.optim.Adam(model.parameters(), lr=2e-3)
    rng = random.Random(3)
    peak = 4e-3 if model.config.d_model <= 64 else 2e-3
    rates = torch.optim.lr_scheduler.OneCycleLR(optimiser, peak, total_steps=steps)
    pad = model.config.pad_token_id

    def padded(rows: list[list[int]], fill: int) -> torch.Tensor:
        longest = max(map(len, rows))
        return torch.tensor([row + [fill] * (longest - len(row)) for row in rows])

    model.train()
    for _ in range(steps):
        batch = rng.sample(range(len(corpus)), 64)
        ids = padded([sources[n] for n in batch], pad)
        labels = padded([targets[n] for n in batch], -100)
        loss = model(input_ids=ids, attention_mask=(ids != pad).long(), labels=labels).loss
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        rates.step()
    model.eval()


def marian_many() -> str:
    """A Marian model with random weights for several target languages (``>>es<<`` ...)."""

    def make(folder: Path) -> None:
        model, tokenizer = _marian(
            folder, [">>es<<", ">>fr<<", ">>pt_BR<<", ">>zho_Hant<<"],
            source_lang="en", target_lang="ROMANCE",
        )  # fmt: skip
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)

    return saved("marian-many", make)


def m2m100() -> str:
    """M2M-100 with random weights: language tokens ``__es__``."""

    def make(folder: Path) -> None:
        import torch
        from transformers import M2M100Config, M2M100ForConditionalGeneration, M2M100Tokenizer

        torch.manual_seed(7)
        lines = [x for pair in toy_corpus(2000, seed=1) for x in pair]
        pieces = _sentencepiece(folder, lines, "sentencepiece", 120)
        (folder / "sentencepiece.spm").rename(folder / "sentencepiece.bpe.model")
        tokens = ["<s>", "<pad>", "</s>", "<unk>"]
        tokens += [p for p in pieces if p not in tokens]
        (folder / "vocab.json").write_text(json.dumps({t: n for n, t in enumerate(tokens)}))
        tokenizer = M2M100Tokenizer(
            str(folder / "vocab.json"), str(folder / "sentencepiece.bpe.model")
        )
        config = M2M100Config(
            vocab_size=len(tokens) + len(tokenizer.lang_token_to_id) + 8, **_small(), max_position_embeddings=96,
            decoder_start_token_id=2,
        )  # fmt: skip
        M2M100ForConditionalGeneration(config).save_pretrained(folder)
        tokenizer.save_pretrained(folder)

    return saved("m2m100", make)


def nllb() -> str:
    """NLLB's shape with random weights: language tokens ``spa_Latn``."""

    def make(folder: Path) -> None:
        import torch
        from transformers import M2M100Config, M2M100ForConditionalGeneration, NllbTokenizer

        torch.manual_seed(7)
        letters = sorted({c for pair in toy_corpus(500, seed=1) for x in pair for c in x} - {" "})
        tokens = ["<s>", "<pad>", "</s>", "<unk>", "▁", *letters, *[f"▁{c}" for c in letters]]
        merges = [("▁", c) for c in letters]
        tokenizer = NllbTokenizer(vocab={t: n for n, t in enumerate(tokens)}, merges=merges)
        config = M2M100Config(
            vocab_size=len(tokenizer), **_small(), max_position_embeddings=96,
            decoder_start_token_id=2,
        )  # fmt: skip
        M2M100ForConditionalGeneration(config).save_pretrained(folder)
        tokenizer.save_pretrained(folder)

    return saved("nllb", make)


def mbart50() -> str:
    """mBART-50 with random weights: language tokens ``es_XX``."""

    def make(folder: Path) -> None:
        import torch
        from transformers import MBart50Tokenizer, MBartConfig, MBartForConditionalGeneration

        torch.manual_seed(7)
        tokenizer = MBart50Tokenizer(vocab=_unigram(["<unk>", "<s>", "</s>"]))
        config = MBartConfig(
            vocab_size=len(tokenizer), **_small(), max_position_embeddings=96, decoder_start_token_id=2,
        )  # fmt: skip
        MBartForConditionalGeneration(config).save_pretrained(folder)
        tokenizer.save_pretrained(folder)

    return saved("mbart50", make)


def madlad() -> str:
    """MADLAD's shape (T5 with ``<2es>``) with random weights."""
    return _t5("madlad", ["<2es>", "<2de>", "<2zh>"])


def plain_t5() -> str:
    """T5 with random weights and no language tokens: told by a task prefix."""
    return _t5("plain-t5", [])


def _t5(name: str, languages: list[str]) -> str:
    def make(folder: Path) -> None:
        import torch
        from transformers import T5Config, T5ForConditionalGeneration, T5Tokenizer

        torch.manual_seed(7)
        vocabulary = _unigram(["<pad>", "</s>", "<unk>", *languages])
        tokenizer = T5Tokenizer(vocab=vocabulary, extra_ids=0, model_max_length=64)
        config = T5Config(
            vocab_size=len(tokenizer), d_model=32, d_kv=8, d_ff=64, num_layers=2, num_heads=4,
            decoder_start_token_id=0, pad_token_id=0, eos_token_id=1, feed_forward_proj="gated-gelu",
            tie_word_embeddings=False,
        )  # fmt: skip
        T5ForConditionalGeneration(config).save_pretrained(folder)
        tokenizer.save_pretrained(folder)

    return saved(name, make)


def _small() -> dict[str, Any]:
    return {
        "d_model": 32, "encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 4,
        "decoder_attention_heads": 4, "encoder_ffn_dim": 64, "decoder_ffn_dim": 64, "pad_token_id": 1,
        "bos_token_id": 0, "eos_token_id": 2, "init_std": 0.5, "encoder_layerdrop": 0.0, "decoder_layerdrop": 0.0,
    }  # fmt: skip


def _unigram(first: list[str]) -> list[tuple[str, float]]:
    words = sorted({w for pair in toy_corpus(500, seed=1) for x in pair for w in x.split()})
    letters = sorted({c for word in words for c in word})
    entries = [(token, 0.0) for token in first] + [("▁", -2.0)]
    entries += [(f"▁{word}", -3.0) for word in words]
    return entries + [(letter, -8.0) for letter in letters]
