"""A tiny model that translates a toy pair both ways and carries brackets along; kept between runs.

The languages are those of `encoder_models`, called ``en`` and ``es`` here: the adjective moves
behind its noun and the verb to the end. The model has seen bare phrases, sentences, and sentences
with some phrases in brackets, and its attention was guided to the gold links, as OPUS-MT's is.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from tests.encoder_models import NAMES, NOUNS, WORDS, cached_model, noun_phrase, sentence_pair

Example = tuple[list[str], list[str], set[tuple[int, int]]]


def phrases_of(words: list[str]) -> list[tuple[int, int]]:
    """The noun phrases of a sentence of A, as word offsets."""
    found, start = [], None
    for n, word in enumerate(words):
        if word == "the":
            start = n
        if word in NOUNS:
            found.append((n if word in NAMES else start if start is not None else n, n + 1))
            start = None
    return found


def target_phrase(span: tuple[int, int], gold: set[tuple[int, int]]) -> tuple[int, int]:
    places = [j for i, j in gold if span[0] <= i < span[1]]
    return min(places), max(places) + 1


def with_brackets(words: list[str], spans: list[tuple[int, int]]) -> tuple[list[str], list[int]]:
    """The words with ``[`` and ``]`` around spans, and where each word now stands."""
    out: list[str] = []
    places = []
    for n, word in enumerate(words):
        out += ["["] * sum(a == n for a, _ in spans)
        places.append(len(out))
        out.append(word)
        out += ["]"] * sum(b == n + 1 for _, b in spans)
    return out, places


def marked_example(rng: random.Random, count: int) -> Example:
    source, target, gold = sentence_pair(rng)
    phrases = phrases_of(source)
    spans = rng.sample(phrases, min(count, len(phrases)))
    others = [target_phrase(span, gold) for span in spans]
    marked, s_places = with_brackets(source, spans)
    other, t_places = with_brackets(target, others)
    links = {(s_places[i], t_places[j]) for i, j in gold}
    for (a, b), (c, d) in zip(spans, others, strict=True):
        links |= {(s_places[a] - 1, t_places[c] - 1), (s_places[b - 1] + 1, t_places[d - 1] + 1)}
    return marked, other, links


def phrase_example(rng: random.Random) -> Example:
    words = [word for word, _ in noun_phrase(rng)]
    order = [0, 2, 1] if len(words) == 3 else list(range(len(words)))
    return words, [WORDS[words[n]] for n in order], {(i, j) for j, i in enumerate(order)}


def example(rng: random.Random) -> Example:
    kind = rng.random()
    if kind < 0.25:
        return phrase_example(rng)
    if kind < 0.5:
        return sentence_pair(rng)
    return marked_example(rng, rng.randint(1, 3))


def train(folder: Path, steps: int = 320) -> None:
    import sentencepiece
    import torch
    from transformers import MarianConfig, MarianMTModel, MarianTokenizer

    torch.set_num_threads(1)
    torch.manual_seed(3)
    rng = random.Random(3)
    corpus = [example(rng) for _ in range(2000)]
    lines = [" ".join(side) for pair in corpus for side in pair[:2]]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_prefix=str(folder / "both"), vocab_size=120,
        model_type="bpe", hard_vocab_limit=False, num_threads=1, minloglevel=2, character_coverage=1.0,
    )  # fmt: skip
    (folder / "both.vocab").unlink()
    (folder / "both.model").rename(folder / "source.spm")
    (folder / "target.spm").write_bytes((folder / "source.spm").read_bytes())
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "source.spm"))
    names = [pieces.id_to_piece(n) for n in range(pieces.get_piece_size())]
    tokens = ["</s>", "<unk>", ">>en<<", ">>es<<"]
    tokens += [name for name in names if name not in ("<s>", "</s>", "<unk>")]
    vocabulary = {token: n for n, token in enumerate([*tokens, "<pad>"])}
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False))
    tokenizer = MarianTokenizer(
        str(folder / "source.spm"), str(folder / "target.spm"), str(folder / "vocab.json"),
        model_max_length=64,
    )  # fmt: skip
    pad = vocabulary["<pad>"]
    model = MarianMTModel(MarianConfig(
        vocab_size=len(vocabulary), d_model=64, encoder_layers=2, decoder_layers=2,
        encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=128, decoder_ffn_dim=128,
        max_position_embeddings=128, pad_token_id=pad, eos_token_id=0, bos_token_id=0,
        decoder_start_token_id=pad, forced_eos_token_id=0, dropout=0.0, attention_dropout=0.0,
        activation_dropout=0.0, scale_embedding=True, static_position_embeddings=True,
        attn_implementation="eager",
    ))  # fmt: skip
    model.generation_config.bad_words_ids = [[pad]]
    model.generation_config.max_length = 128
    ids = {
        w: tokenizer(w, add_special_tokens=False)["input_ids"]
        for line in lines
        for w in line.split()
    }
    optimiser = torch.optim.Adam(model.parameters(), lr=4e-3)
    rates = torch.optim.lr_scheduler.OneCycleLR(optimiser, 5e-3, total_steps=steps)

    def rows(items: list[Any]) -> tuple[Any, Any, Any]:
        sources, targets, guides = [], [], []
        for words, others, gold in items:
            to = rng.choice((">>es<<", ">>en<<"))
            if to == ">>en<<":
                words, others, gold = others, words, {(j, i) for i, j in gold}
            s = [(i, piece) for i, word in enumerate(words) for piece in ids[word]]
            t = [(j, piece) for j, word in enumerate(others) for piece in ids[word]]
            sources.append([vocabulary[to], *[piece for _, piece in s], 0])
            targets.append([*[piece for _, piece in t], 0])
            guide = torch.zeros(len(t) + 1, len(s) + 2)
            for a, (j, _) in enumerate(t):
                for b, (i, _) in enumerate(s):
                    guide[a, b + 1] = float((i, j) in gold)
            guide[-1, -1] = 1.0
            guides.append(guide / guide.sum(1, keepdim=True).clamp(min=1.0))
        m, n = max(map(len, sources)), max(map(len, targets))
        guide = torch.zeros(len(items), n, m)
        for k, one in enumerate(guides):
            guide[k, : one.shape[0], : one.shape[1]] = one
        source = torch.tensor([row + [pad] * (m - len(row)) for row in sources])
        return source, torch.tensor([row + [-100] * (n - len(row)) for row in targets]), guide

    model.train()
    for _ in range(steps):
        source, labels, guide = rows(rng.sample(corpus, 48))
        out = model(
            input_ids=source,
            attention_mask=(source != pad).long(),
            labels=labels,
            output_attentions=True,
        )
        attention = out.cross_attentions[-1][:, 0]
        loss = out.loss - (guide * (attention + 1e-6).log()).sum() / guide.sum()
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        rates.step()
        with torch.no_grad():  # as in released models; CTranslate2 counts on it
            model.model.shared.weight[pad] = 0.0
    model.eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def bracket_translator() -> str:
    """The folder of a Marian model for en -> es and es -> en of the toy pair."""
    return str(cached_model("brackets", train, Path(__file__).read_bytes()))
