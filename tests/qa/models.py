"""Two tiny models trained in seconds: a T5 that asks where somebody lives, a BERT that reads.

Their world is sentences such as ``Anna lives in Rome .``; names and towns are drawn at random, so
what the models do on new combinations shows that the engines feed and read them rightly.
"""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

from tests.encoder_models import cached_model

NAMES = "Anna Boris Clara David Elena Franz Greta Hugo Irina Jonas".split()
TOWNS = "Rome Paris Oslo Lima Cairo Delhi Quito Sofia Turin Kyiv".split()
SPECIAL = ["<pad>", "</s>", "<unk>", "<hl>", "[CLS]", "[SEP]"]
OTHER = "generate question : lives in . Where does live ? Who answer context and works".split()
VERSION = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:8]


def _tokenizer(folder: Path, *, pair: bool):
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import WhitespaceSplit
    from tokenizers.processors import TemplateProcessing
    from transformers import PreTrainedTokenizerFast

    vocab = {w: n for n, w in enumerate([*SPECIAL, *OTHER, *NAMES, *TOWNS])}
    core = Tokenizer(WordLevel(vocab, unk_token="<unk>"))
    core.pre_tokenizer = WhitespaceSplit()
    if pair:
        core.post_processor = TemplateProcessing(
            single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
            special_tokens=[("[CLS]", vocab["[CLS]"]), ("[SEP]", vocab["[SEP]"])],
        )  # fmt: skip
    else:
        core.post_processor = TemplateProcessing(
            single="$A </s>", special_tokens=[("</s>", vocab["</s>"])]
        )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=core, pad_token="<pad>", eos_token="</s>", unk_token="<unk>",
        cls_token="[CLS]", sep_token="[SEP]", model_max_length=64,
        model_input_names=["input_ids", "token_type_ids", "attention_mask"][:: 1 if pair else 2],
    )  # fmt: skip
    fast.save_pretrained(folder)
    return fast, vocab


def _case(rng: random.Random, *, long: bool = False) -> tuple[str, str, str, str]:
    """Context, question, answer, and the context with its answer highlighted."""
    name, other = rng.sample(NAMES, 2)
    town, elsewhere = rng.sample(TOWNS, 2)
    sentences = [f"{other} works in {elsewhere} ."] * rng.randrange(1, 9 if long else 2)
    sentences.insert(rng.randrange(len(sentences) + 1), f"{name} lives in {town} .")
    context = " ".join(sentences)
    if rng.random() < 0.5:
        return (
            context,
            f"Where does {name} live ?",
            town,
            context.replace(town, f"<hl> {town} <hl>"),
        )
    return context, f"Who lives in {town} ?", name, context.replace(name, f"<hl> {name} <hl>")


def _train_asker(folder: Path) -> None:
    import torch
    from transformers import T5Config, T5ForConditionalGeneration

    torch.set_num_threads(1)
    torch.manual_seed(3)
    tokenizer, vocab = _tokenizer(folder, pair=False)
    model = T5ForConditionalGeneration(
        T5Config(
            vocab_size=len(vocab), d_model=64, d_kv=16, d_ff=128, num_layers=2, num_heads=4,
            dropout_rate=0.0, pad_token_id=0, eos_token_id=1, decoder_start_token_id=0,
        )
    )  # fmt: skip
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3)
    rng = random.Random(11)
    for _ in range(600):
        rows = [_case(rng) for _ in range(32)]
        given = tokenizer(
            [f"generate question: {r[3]}".replace(":", " :") for r in rows],
            padding=True,
            return_tensors="pt",
        )
        wanted = tokenizer([r[1] for r in rows], padding=True, return_tensors="pt")["input_ids"]
        loss = model(
            input_ids=given["input_ids"], attention_mask=given["attention_mask"],
            labels=wanted.masked_fill(wanted == 0, -100),
        ).loss  # fmt: skip
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    model.save_pretrained(folder)


def _train_reader(folder: Path) -> None:
    import torch
    from transformers import BertConfig, BertForQuestionAnswering

    torch.set_num_threads(1)
    torch.manual_seed(5)
    tokenizer, vocab = _tokenizer(folder, pair=True)
    model = BertForQuestionAnswering(
        BertConfig(
            vocab_size=len(vocab), hidden_size=64, num_hidden_layers=2, num_attention_heads=4,
            intermediate_size=128, max_position_embeddings=64, hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0, pad_token_id=0, initializer_range=0.1,
        )
    )  # fmt: skip
    optimiser = torch.optim.AdamW(model.parameters(), lr=2e-3)
    warm_up = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda n: min(1, (n + 1) / 80))
    rng = random.Random(13)
    for _ in range(300):
        rows = [_case(rng, long=True) for _ in range(32)]
        given = tokenizer(
            [r[1] for r in rows], [r[0] for r in rows], padding=True, return_tensors="pt"
        )
        places = torch.tensor([
            len(r[1].split()) + 2 + r[0].split().index(r[2]) for r in rows
        ])  # fmt: skip
        loss = model(**given, start_positions=places, end_positions=places).loss
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        warm_up.step()
    model.save_pretrained(folder)


def asking_t5() -> Path:
    return cached_model(f"asker-{VERSION}", _train_asker)


def reading_bert() -> Path:
    return cached_model(f"reader-{VERSION}", _train_reader)
