"""stanza offline: a tokeniser trained here, found in a plain folder, and trees made by hand."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from projector.errors import EngineError, UsageError
from projector.records import Document
from tests.encoder_models import cached_model, sentence_pairs

stanza = pytest.importorskip("stanza")
pytestmark = pytest.mark.neural

from projector.annotation.stanza import StanzaAnnotator, noun_chunks  # noqa: E402


def paragraphs(count: int, seed: int) -> list[tuple[str, str]]:
    """Running text of the toy language A and, for each character, stanza's label.

    0 is inside a token, 1 a token's last character, 2 a sentence's last.
    """
    found = []
    sentences = [s for s, _, _ in sentence_pairs(count, seed)]
    for n in range(0, count, 3):
        text, labels = "", ""
        for words in sentences[n : n + 3]:
            text, labels = (text + " ", labels + "0") if text else (text, labels)
            body = " ".join(words[:-1])
            text += body + "."
            labels += "".join(
                "1" if k + 1 == len(body) or body[k + 1] == " " else "0" for k in range(len(body))
            )
            labels = "".join(
                "0" if c == " " else x for c, x in zip(text, labels + "2", strict=True)
            )
        found.append((text, labels))
    return found


def train(folder: Path) -> None:
    import torch
    from stanza.models.tokenization.data import DataLoader
    from stanza.models.tokenization.trainer import Trainer
    from stanza.models.tokenizer import DEFAULT_FEAT_FUNCS, parse_args

    torch.set_num_threads(1)
    torch.manual_seed(1)
    data = paragraphs(150, seed=41)
    (folder / "train.txt").write_text("\n\n".join(text for text, _ in data))
    (folder / "train.label").write_text("\n\n".join(labels for _, labels in data))
    args = parse_args(["--lang", "en", "--shorthand", "en_toy", "--no_use_mwt", "--dropout", "0"])
    args |= {
        "txt_file": str(folder / "train.txt"), "label_file": str(folder / "train.label"),
        "feat_funcs": DEFAULT_FEAT_FUNCS, "feat_dim": len(DEFAULT_FEAT_FUNCS), "num_dict_feat": 0,
        "unit_dropout": 0.0, "feat_unit_dropout": 0.0, "sent_drop_prob": 0.1, "lr0": 1e-2,
    }  # fmt: skip
    batches = DataLoader(args, input_files={"txt": args["txt_file"], "label": args["label_file"]})
    args["vocab_size"] = len(batches.vocab)
    trainer = Trainer(args=args, vocab=batches.vocab, device="cpu")
    for step in range(80):
        trainer.update(batches.next(unit_dropout=0.0, feat_unit_dropout=0.0))
        if step % 30 == 29:
            batches.shuffle()
    (folder / "en" / "tokenize").mkdir(parents=True)
    trainer.save(str(folder / "en" / "tokenize" / "toy.pt"))


@pytest.fixture(scope="module")
def annotator() -> StanzaAnnotator:
    return StanzaAnnotator(str(cached_model("stanza", train, Path(__file__).read_bytes())))


def test_tokens_and_sentences_have_their_offsets_in_the_text(annotator: StanzaAnnotator) -> None:
    assert annotator.layers("en") == {"tokens", "sentences"}
    text = "the red cat sees Obama.  Merkel likes the old house."
    assert [text[a:b] for a, b in annotator.split_sentences(text, "en")] == [
        "the red cat sees Obama.", "Merkel likes the old house.",
    ]  # fmt: skip
    assert [text[a:b] for a, b in annotator.tokenize(text, "en")] == [
        "the", "red", "cat", "sees", "Obama", ".", "Merkel", "likes", "the", "old", "house", ".",
    ]  # fmt: skip


def test_many_at_once_equal_one_at_a_time_and_own_tokens_are_kept(
    annotator: StanzaAnnotator,
) -> None:
    texts = [text for text, _ in paragraphs(12, seed=42)]
    documents = [Document(str(n), text, "en") for n, text in enumerate(texts)]
    own = Document(
        "own", "the cat sees the dog. It barks.", "en", tokens=[(0, 7), (8, 20), (20, 21), (22, 31)]
    )
    found = annotator.annotate([*documents, own], "en")
    assert found[:-1] == [annotator.annotate([document], "en")[0] for document in documents]
    assert found[-1].tokens == own.tokens
    assert found[-1].sentences == [(0, 21), (22, 31)]


def test_a_missing_model_is_one_sentence_with_the_command(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"no models for 'de'.*stanza\.download\('de'\)"):
        StanzaAnnotator(str(tmp_path)).layers("de")
    (tmp_path / "de" / "tokenize").mkdir(parents=True)
    (tmp_path / "de" / "tokenize" / "x.pt").write_bytes(b"no model")
    with pytest.raises(EngineError, match="cannot be loaded"):
        StanzaAnnotator(str(tmp_path)).layers("de")
    with pytest.raises(UsageError, match="no option 'pakage'"):
        StanzaAnnotator("", pakage="x")


def tree(*rows: tuple[str, str, int, str]) -> SimpleNamespace:
    words = [
        SimpleNamespace(id=n + 1, text=text, upos=upos, head=head, deprel=deprel)
        for n, (text, upos, head, deprel) in enumerate(rows)
    ]
    return SimpleNamespace(words=words, tokens=[SimpleNamespace(words=[word]) for word in words])


def test_noun_chunks_follow_the_tree() -> None:
    sentence = tree(
        ("The", "DET", 4, "det"), ("very", "ADV", 3, "advmod"), ("old", "ADJ", 4, "amod"),
        ("man", "NOUN", 5, "nsubj"), ("saw", "VERB", 0, "root"), ("Angela", "PROPN", 5, "obj"),
        ("Merkel", "PROPN", 6, "flat"), ("of", "ADP", 10, "case"), ("his", "PRON", 10, "nmod:poss"),
        ("party", "NOUN", 6, "nmod"), ("and", "CCONJ", 12, "cc"), ("her", "PRON", 6, "conj"),
    )  # fmt: skip
    texts = [" ".join(w.text for w in sentence.words[a:b]) for a, b in noun_chunks(sentence)]
    assert texts == ["The very old man", "Angela Merkel", "his party", "her"]
