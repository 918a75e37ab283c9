"""Does the silver train? A light tagger trained on silver and scored on gold.

Beside it: the same tagger trained on gold (what better data would give) and on the source
language alone (what no projection would give); a learning curve; and a sweep over the least
score of the spans that are kept, which says what threshold trains best.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, Protocol

from msgspec import Struct

from projector.errors import DataError
from projector.io.bio import tags_from_spans
from projector.io.formats.shared.flat import FlatOptions, flat_spans
from projector.io.formats.shared.notes import Notes
from projector.records import Document
from projector.text.languages import base_language
from projector.text.sentences import split_sentences
from projector.text.tokens import with_tokens

if TYPE_CHECKING:
    from projector.models.hmm_tagger import HmmTagger

Sentences = list[list[str]]
CURVE = (0.1, 0.25, 0.5, 1.0)
SWEEP = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9)


class Tagger(Protocol):
    """`crf_tagger.CrfTagger` for spans, `hmm_tagger.HmmTagger` for token tags."""

    def fit(self, sentences: Sequence[Sequence[str]], tags: Sequence[Sequence[str]]) -> None:
        """Learn."""

    def tag(self, sentences: Sequence[Sequence[str]]) -> list[list[str]]:
        """Tags of each token list."""


class Score(Struct, frozen=True):
    """One training set's result on gold, in per cent: ``accuracy`` for tags, the rest for spans."""

    train: str
    sentences: int
    precision: float | None = None
    recall: float | None = None
    f1: float | None = None
    accuracy: float | None = None

    @property
    def main(self) -> float:
        """The figure to compare by."""
        return self.accuracy if self.accuracy is not None else self.f1 or 0.0


class Result(Struct, frozen=True):
    """All rows of a probe; ``gold_sentences`` are those that were scored on."""

    layer: str
    gold_sentences: int
    rows: list[Score]
    curve: list[Score]
    sweep: list[Score]


class Data(Struct, frozen=True):
    """Token lists with their tags."""

    words: Sentences
    tags: Sentences

    def first(self, share: float) -> Data:
        """The first part of the data; never less than one sentence."""
        count = max(1, round(share * len(self.words)))
        return Data(self.words[:count], self.tags[:count])


def sentences_of(docs: Sequence[Document], layer: str, min_score: float = 0.0) -> Data:
    """Sentences with BIO tags of the spans (``layer`` "spans"), or with the tags of a layer.

    Raises:
        DataError: a document lacks the layer.
    """
    words: Sentences = []
    tags: Sentences = []
    for doc in docs:
        doc = with_tokens(doc)
        tokens = doc.tokens or []
        if layer == "spans":
            kept = [s for s in doc.spans if s.score is None or s.score >= min_score]
            flat = flat_spans(doc, Notes(), FlatOptions(), kept)
            row = tags_from_spans(flat, len(tokens))
        elif layer in doc.tags:
            row = doc.tags[layer]
        else:
            raise DataError(
                f"document {doc.id!r}: tags: found no layer {layer!r} (there are: "
                f"{', '.join(doc.tags) or 'none'})",
                reason="missing_field",
            )
        for start, end in _bounds(doc, row):
            words.append([doc.text[a:b] for a, b in tokens[start:end]])
            tags.append(row[start:end])
    return Data(words, tags)


def _bounds(doc: Document, row: Sequence[str]) -> list[tuple[int, int]]:
    """Token ranges of the sentences; a border inside a span is none."""
    tokens = doc.tokens or []
    ends = [end for _, end in split_sentences(doc.text, doc.lang)]
    bounds, start, k = [], 0, 0
    for n, (_, end) in enumerate(tokens, 1):
        while k < len(ends) and ends[k] < end:
            k += 1
        border = k < len(ends) and end == ends[k]
        inside = n < len(row) and row[n].startswith("I-")
        if n == len(tokens) or (border and not inside):
            bounds.append((start, n))
            start = n
    return bounds


def make_tagger(layer: str) -> Tagger:
    if layer == "spans":
        from projector.quality.crf_tagger import CrfTagger

        return CrfTagger()
    from projector.models.hmm_tagger import HmmTagger

    return HmmTagger(layer)


def tag_model(silver: Sequence[Document], layer: str) -> HmmTagger:
    """The tagger of a tag layer, trained on all documents.

    Raises:
        DataError: a document lacks the layer, or there is nothing to learn.
    """
    from projector.models.hmm_tagger import HmmTagger

    data = sentences_of(silver, layer)
    languages = {base_language(doc.lang) for doc in silver}
    tagger = HmmTagger(layer, languages.pop() if len(languages) == 1 else "")
    tagger.fit(data.words, data.tags)
    return tagger


def train_and_score(name: str, train: Data, gold: Data, layer: str) -> Score:
    """Train a tagger on one set and score it on another.

    Raises:
        DataError: the training set is empty or has nothing to learn.
    """
    nothing = not any(t not in ("O", "_", "") for row in train.tags for t in row)
    if not train.words or nothing:
        raise DataError(
            f"{name}: found no labelled token to train on, wanted some", reason="nothing_to_learn"
        )
    tagger = make_tagger(layer)
    tagger.fit(train.words, train.tags)
    return score(name, len(train.words), gold.tags, tagger.tag(gold.words), layer)


def score(name: str, size: int, gold: Sentences, found: Sentences, layer: str) -> Score:
    if layer != "spans":
        pairs = [
            (g, f)
            for row, guess in zip(gold, found, strict=True)
            for g, f in zip(row, guess, strict=True)
            if g not in ("_", "")
        ]
        right = sum(g == f for g, f in pairs)
        return Score(name, size, accuracy=100 * right / max(1, len(pairs)))
    from seqeval.metrics import f1_score, precision_score, recall_score

    numbers = (
        100 * float(measure(gold, found, zero_division=0))
        for measure in (precision_score, recall_score, f1_score)
    )
    precision, recall, f1 = numbers
    return Score(name, size, precision, recall, f1)


def probe(
    silver: Sequence[Document],
    gold: Sequence[Document],
    *,
    layer: Literal["spans"] | str = "spans",
    gold_train: Sequence[Document] = (),
    source: Sequence[Document] = (),
    curve: bool = False,
    sweep: bool = False,
) -> Result:
    """Train on silver, score on gold; with the wanted comparisons.

    Args:
        silver, gold: documents in the target language.
        layer: "spans", or the name of a tag layer such as "upos".
        gold_train: gold documents to train on for comparison; none of them in ``gold``.
        source: documents in the source language, for the source-only baseline.
    """
    wanted = sentences_of(gold, layer)
    data = sentences_of(silver, layer)
    rows = [train_and_score("silver", data, wanted, layer)]
    if gold_train:
        train = sentences_of(gold_train, layer)
        rows.append(train_and_score("gold", train, wanted, layer))
    if source:
        rows.append(train_and_score("source only", sentences_of(source, layer), wanted, layer))
    points = [
        train_and_score(f"{share:.0%}", data.first(share), wanted, layer)
        for share in CURVE
        if curve
    ]
    swept = []
    if sweep and layer == "spans":
        for least in SWEEP:
            part = sentences_of(silver, layer, least)
            if any(t != "O" for row in part.tags for t in row):
                swept.append(train_and_score(f">= {least:g}", part, wanted, layer))
    return Result(layer, len(wanted.words), rows, points, swept)


def plot(result: Result, path: str, title: str) -> None:
    """The learning curve and the sweep as a picture (matplotlib, extra ``eval``)."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(10, 4), layout="constrained")
    left.plot(
        [p.sentences for p in result.curve], [p.main for p in result.curve],
        marker="o", color="#1b6ca8", label="silver",
    )  # fmt: skip
    for row, colour in zip(result.rows[1:], ("#3a7d34", "#c05a00"), strict=False):
        left.axhline(row.main, color=colour, linestyle="--", label=f"{row.train} ({row.sentences})")
    measure = "F1" if result.layer == "spans" else "accuracy"
    left.set(xlabel="silver sentences", ylabel=f"{measure} on gold, %", title=title)
    left.legend()
    left.grid(alpha=0.3)
    right.plot(
        [p.train.removeprefix(">= ") for p in result.sweep], [p.main for p in result.sweep],
        marker="o", color="#1b6ca8",
    )  # fmt: skip
    right.set(xlabel="least score of the spans kept", ylabel=f"{measure} on gold, %")
    right.grid(alpha=0.3)
    if not result.sweep:
        right.set_visible(False)
    figure.savefig(path)
    pyplot.close(figure)
