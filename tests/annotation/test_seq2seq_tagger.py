"""Constrained labelling: the automaton's language, and a tagger trained for a few seconds."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import pytest

from projector.annotation.seq2seq_tagger import LabelAutomaton
from projector.errors import UsageError
from projector.records import Document
from tests.encoder_models import NAMES, cached_model, sentence_pairs
from tests.marking_models import phrases_of

END = 0


def sequences(
    words: list[tuple[int, ...]], tags: list[tuple[tuple[int, ...], tuple[int, ...]]]
) -> dict[tuple, list]:
    """Every allowed output with its labels, written down directly from the definition."""
    found: dict[tuple, list] = {}

    def fill(at: int, ids: tuple, labels: list) -> None:
        if at == len(words):
            found.setdefault(ids, []).append(labels)
            return
        fill(at + 1, ids + words[at], labels)
        for label, (opening, closing) in enumerate(tags):
            for end in range(at + 1, len(words) + 1):
                inside = tuple(itertools.chain.from_iterable(words[at:end]))
                fill(end, ids + opening + inside + closing, [*labels, (at, end, label)])

    fill(0, (), [])
    return found


def language(automaton: LabelAutomaton, longest: int) -> set[tuple]:
    """Every sequence that the automaton lets through."""
    found, open_ = set(), [()]
    while open_:
        tokens = open_.pop()
        for token in automaton.allowed(tokens):
            if token == END:
                found.add(tokens)
            elif len(tokens) < longest:
                open_.append((*tokens, token))
    return found


@pytest.mark.parametrize(
    ("words", "tags"),
    [
        ([(11,), (12, 13), (14,)], [((1,), (2,)), ((3,), (4,))]),
        (
            [(11,), (12, 13), (14,)],
            [((1, 5, 6), (2, 5, 6)), ((1, 7, 6), (2, 7, 6))],
        ),  # "<" "PER" ">"
        ([(1,), (1, 5), (11,)], [((1, 5), (1, 6))]),  # words that begin like tags
        ([(11,)], [((1,), (1,))]),
        ([], [((1,), (2,))]),
    ],
)
def test_the_automaton_lets_through_exactly_the_labellings_of_the_sentence(
    words: list, tags: list
) -> None:
    automaton = LabelAutomaton(words, tags, END)
    every = sequences(words, tags)
    assert language(automaton, max(map(len, every)) + 1) == set(every)
    for ids, labellings in every.items():
        assert automaton.read(ids) in labellings


def test_adjacent_entities_with_tags_of_several_tokens() -> None:
    automaton = LabelAutomaton([(11,), (12,)], [((1, 5, 6), (2, 5, 6))], END)
    output = (1, 5, 6, 11, 2, 5, 6, 1, 5, 6, 12, 2, 5, 6)
    assert automaton.read(output) == [(0, 1, 0), (1, 2, 0)]
    assert automaton.allowed(output[:7]) == [1, 12]
    assert automaton.read(output[:7]) is None
    assert automaton.allowed((1, 5, 6, 2)) == []
    with pytest.raises(ValueError, match="without sub-words"):
        LabelAutomaton([(1,)], [((), (2,))], END)


def train(folder: Path) -> None:
    """A tiny T5 that tags noun phrases of the toy language: names PER, others OBJ."""
    import torch
    from transformers import T5Config, T5ForConditionalGeneration, T5Tokenizer

    torch.set_num_threads(1)
    torch.manual_seed(5)
    data = [tagged(s) for s, _, _ in sentence_pairs(1500, seed=95)]
    words = sorted({w for s, t in data for w in [*s, *t]})
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
    pieces += [(f"▁{w}", -3.0) for w in words if "<" not in w]
    # Tags of several sub-words: "▁<" "PER" ">".
    pieces += [(p, -3.0) for p in ("▁<", "▁</", "PER", "OBJ", ">")] + [
        (c, -9.0) for c in "abcdefghijklmnopqrstuvwxyz"
    ]
    tokenizer = T5Tokenizer(vocab=list(dict(pieces).items()), extra_ids=0, model_max_length=128)
    model = T5ForConditionalGeneration(T5Config(
        vocab_size=len(tokenizer), d_model=48, d_kv=12, d_ff=96, num_layers=2, num_heads=4, dropout_rate=0.0,
        decoder_start_token_id=0, pad_token_id=0, eos_token_id=1, feed_forward_proj="gated-gelu",
    ))  # fmt: skip
    ids = {w: tokenizer(w, add_special_tokens=False)["input_ids"] for w in words}
    assert len(ids["<PER>"]) == 3
    rows = [([i for w in side for i in ids[w]] + [1] for side in pair) for pair in data]
    rows = [tuple(pair) for pair in rows]
    optimiser = torch.optim.Adam(model.parameters(), lr=4e-3)
    rng = random.Random(1)
    for _ in range(220):
        batch = rng.sample(rows, 32)
        sides = []
        for side, fill in ((0, 0), (1, -100)):
            longest = max(len(pair[side]) for pair in batch)
            sides.append(
                torch.tensor([pair[side] + [fill] * (longest - len(pair[side])) for pair in batch])
            )
        loss = model(
            input_ids=sides[0], attention_mask=(sides[0] != 0).long(), labels=sides[1]
        ).loss
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
    model.eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def gold_labels(words: list[str]) -> list[tuple[int, int, str]]:
    return [(a, b, "PER" if words[a] in NAMES else "OBJ") for a, b in phrases_of(words)]


def tagged(words: list[str]) -> tuple[list[str], list[str]]:
    out: list[str] = []
    labels = gold_labels(words)
    for n, word in enumerate(words):
        out += [f"<{name}>" for a, _, name in labels if a == n]
        out.append(word)
        out += [f"</{name}>" for _, b, name in labels if b == n + 1]
    return words, out


@pytest.fixture(scope="module")
def folder() -> str:
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    return str(cached_model("tagger", train, Path(__file__).read_bytes()))


@pytest.mark.neural
@pytest.mark.parametrize("beam", [1, 3])
def test_a_trained_tagger_labels_and_never_changes_the_text(folder: str, beam: int) -> None:
    from projector.annotation.seq2seq_tagger import SequenceTagger

    tagger = SequenceTagger(folder, labels="PER,OBJ", beam=beam)
    sentences = [s for s, _, _ in sentence_pairs(40, seed=96)]
    found = tagger.label(sentences)
    right = sum(labels == gold_labels(s) for s, (labels, _) in zip(sentences, found, strict=True))
    assert right >= 28
    assert all(0 < score <= 1 for _, score in found)
    alone = [tagger.label([s])[0][0] for s in sentences[:8]]
    assert alone == [labels for labels, _ in found[:8]]


@pytest.mark.neural
def test_unknown_words_and_strange_text_are_copied_all_the_same(folder: str) -> None:
    from projector.annotation.seq2seq_tagger import SequenceTagger

    tagger = SequenceTagger(folder, labels=["PER", "OBJ"], beam=2)
    for words in (["Ωμέγα", "<PER>", "the", "cat", "\u200b"], ["."], ["the"] * 20):
        labels, _ = tagger.label([words])[0]
        assert all(0 <= a < b <= len(words) for a, b, _ in labels)
        assert all(b <= c for (_, b, _), (c, _, _) in itertools.pairwise(labels))


@pytest.mark.neural
def test_documents_are_annotated_sentence_by_sentence(folder: str) -> None:
    from projector.engines import engine_class

    annotator = engine_class("annotators", "tagger")(folder, labels=["PER", "OBJ"])
    text = "Obama sees the red cat . Merkel likes the house ."
    found = annotator.annotate([Document("a", text, "en"), Document("b", "", "en")], "en")
    assert [(text[e.start : e.end], e.label) for e in found[0].entities] == [
        ("Obama", "PER"), ("the red cat", "OBJ"), ("Merkel", "PER"), ("the house", "OBJ"),
    ]  # fmt: skip
    assert len(found[0].sentences) == 2 and found[1].entities == []


def test_wrong_use_is_named() -> None:
    pytest.importorskip("transformers")
    from projector.annotation.seq2seq_tagger import SequenceTagger

    with pytest.raises(UsageError, match="needs a model"):
        SequenceTagger()
    with pytest.raises(UsageError, match="needs the labels"):
        SequenceTagger("x")
    with pytest.raises(UsageError, match=r"no option 'label'.*'labels'"):
        SequenceTagger("x", label="PER")
