"""A tiny BERT whose vectors really align a toy language pair; trained once, kept between runs.

The toy languages: "A" has adjective before noun and object after verb; "B" says the same with
words of its own, the adjective after its noun and the verb last. Words are cut into sub-words.
"""

from __future__ import annotations

import hashlib
import random
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
NOUNS = [
    "cat",
    "dog",
    "house",
    "river",
    "teacher",
    "minister",
    "garden",
    "letter",
    "Obama",
    "Merkel",
]
ADJECTIVES = ["red", "small", "happy", "wonderful", "old", "quiet"]
VERBS = ["sees", "likes", "finds", "describes", "visits"]
NAMES = {"Obama", "Merkel"}
# Every word of A has a word of B, which looks like nothing in A.
WORDS = {
    "cat": "gato", "dog": "perruno", "house": "casita", "river": "flumen", "teacher": "maestro",
    "minister": "vezirul", "garden": "hortulo", "letter": "epistola", "Obama": "Obama",
    "Merkel": "Merkel", "red": "rojizo", "small": "pikolo", "happy": "gaudio",
    "wonderful": "mirifiko", "old": "vetusto", "quiet": "tacito", "sees": "vidat",
    "likes": "amat", "finds": "trovat", "describes": "skribat", "visits": "visitat",
    "the": "la", "and": "kaj", ".": ".",
}  # fmt: skip


def noun_phrase(rng: random.Random) -> list[tuple[str, str]]:
    """A noun phrase as (word, part) in A's order."""
    noun = rng.choice(NOUNS)
    if noun in NAMES:
        return [(noun, "n")]
    words = [("the", "d")]
    if rng.random() < 0.6:
        words.append((rng.choice(ADJECTIVES), "a"))
    return [*words, (noun, "n")]


def sentence_pair(rng: random.Random) -> tuple[list[str], list[str], set[tuple[int, int]]]:
    """Words of A, words of B, and the gold links."""
    subject, object_ = noun_phrase(rng), noun_phrase(rng)
    if rng.random() < 0.3:
        object_ = [*object_, ("and", "c"), *noun_phrase(rng)]
    source = [*subject, (rng.choice(VERBS), "v"), *object_, (".", "p")]
    verb = len(subject)
    order = [*range(verb), *range(verb + 1, len(source) - 1), verb, len(source) - 1]
    n = 0
    while n + 1 < len(order):  # the adjective goes behind its noun
        if source[order[n]][1] == "a" and source[order[n + 1]][1] == "n":
            order[n], order[n + 1] = order[n + 1], order[n]
            n += 1
        n += 1
    words = [word for word, _ in source]
    return words, [WORDS[words[i]] for i in order], {(i, j) for j, i in enumerate(order)}


def sentence_pairs(
    count: int, seed: int = 0
) -> list[tuple[list[str], list[str], set[tuple[int, int]]]]:
    rng = random.Random(seed)
    return [sentence_pair(rng) for _ in range(count)]


def vocabulary() -> dict[str, int]:
    """Sub-words: short words whole, longer ones in stretches of three letters, and all letters."""
    pieces: dict[str, None] = dict.fromkeys(SPECIAL)
    words = [*WORDS, *WORDS.values()]
    for word in words:
        if len(word) <= 5:
            pieces[word] = None
        else:
            pieces[word[:3]] = None
            for n in range(3, len(word), 3):
                pieces["##" + word[n : n + 3]] = None
    for letter in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,'-":
        pieces[letter] = None
        pieces["##" + letter] = None
    return {piece: n for n, piece in enumerate(pieces)}


def bert_tokenizer(vocab: dict[str, int], longest: int = 512):
    from transformers import BertTokenizerFast

    # `vocab_file=` is silently ignored by transformers 5.
    return BertTokenizerFast(vocab=vocab, do_lower_case=False, model_max_length=longest)


def cached_model(name: str, make: Callable[[Path], None], recipe: bytes = b"") -> Path:
    """The folder that ``make`` fills, kept between runs as long as this file stays as it is.

    ``recipe`` is what else decides the model: the bytes of the file that makes it.
    """
    import transformers

    source = Path(__file__).read_bytes() + recipe + transformers.__version__.encode()
    key = hashlib.sha256(source).hexdigest()[:12]
    home = Path(__file__).resolve().parents[1] / ".cache" / "test-models"
    folder = home / f"{name}-{key}"
    if not folder.exists():
        home.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(dir=home))
        make(work)
        try:
            work.rename(folder)  # in one step, so that parallel test workers see all or nothing
        except OSError:
            shutil.rmtree(work)
    return folder


def train_bert(folder: Path, steps: int = 150) -> None:
    """Words that are gold links are drawn together, against all other words of the batch."""
    import torch
    from transformers import BertConfig, BertModel

    torch.set_num_threads(1)
    torch.manual_seed(1)
    vocab = vocabulary()
    tokenizer = bert_tokenizer(vocab)
    model = BertModel(
        BertConfig(
            vocab_size=len(vocab), hidden_size=48, num_hidden_layers=3, num_attention_heads=4,
            intermediate_size=96, max_position_embeddings=512, hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        ),
        add_pooling_layer=False,
    )  # fmt: skip
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3)
    rng = random.Random(7)
    for _ in range(steps):
        pairs = [sentence_pair(rng) for _ in range(16)]
        sides = []
        for side in (0, 1):
            encoded = tokenizer(
                [pair[side] for pair in pairs],
                is_split_into_words=True,
                padding=True,
                return_tensors="pt",
            )
            states = model(**encoded, output_hidden_states=True).hidden_states[2]
            sides.append((states, [encoded.word_ids(n) for n in range(len(pairs))]))
        loss = torch.zeros(())
        for n, (_, _, gold) in enumerate(pairs):
            one, other = [
                torch.stack(
                    [
                        states[n, [k for k, w in enumerate(words[n]) if w == word]].mean(0)
                        for word in range(len(gold))
                    ]
                )
                for states, words in sides
            ]
            scores = (
                torch.nn.functional.normalize(one, dim=-1)
                @ torch.nn.functional.normalize(other, dim=-1).T
            )
            wanted = torch.tensor([j for _, j in sorted(gold)])
            loss = loss + torch.nn.functional.cross_entropy(scores / 0.1, wanted)
        optimiser.zero_grad()
        (loss / len(pairs)).backward()
        optimiser.step()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def aligning_bert() -> Path:
    """A BERT of three layers, of which the second aligns the toy pair."""
    return cached_model("bert", train_bert)
