"""The stage ``codeswitch``: source documents with some words replaced by their translations.

Training data in two languages at once, as in Qin et al. (2020, "CoSDA-ML"), but with words from
the aligned translation instead of a dictionary, so that they fit their context.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Sequence
from typing import Annotated, ClassVar

from msgspec import Meta, Struct
from msgspec.structs import replace

from projector.records import Document, Offsets, Pair, Record, Step
from projector.stage import Outcome, Rejected


class CodeSwitchOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``share`` of the words that can be replaced are; ``min_probability``: of their
    link."""

    share: Annotated[float, Meta(ge=0, le=1)] = 0.3
    min_probability: Annotated[float, Meta(ge=0, le=1)] = 0.5
    seed: int = 0


class CodeSwitchStage:
    """Aligned pairs in, documents out: the source with its annotations, some words switched."""

    name = "codeswitch"
    Options = CodeSwitchOptions
    needs: ClassVar[frozenset[str]] = frozenset({"pair", "links"})
    gives: ClassVar[frozenset[str]] = frozenset({"document"})
    sees_corpus = False

    def __init__(self, options: CodeSwitchOptions) -> None:
        self.options = options

    def step(self) -> Step:
        o = self.options
        return Step("codeswitch", "codeswitch", options={"share": o.share, "seed": o.seed})

    def fit(self, records: Iterable[Record]) -> None:
        """Nothing to learn."""

    def process(self, records: Sequence[Record]) -> list[Outcome]:
        return [self._switch(record) for record in records]

    def close(self) -> None:
        """Nothing to free."""

    def _switch(self, record: Record) -> Outcome:
        if not isinstance(record, Pair) or record.alignment is None:
            return Rejected(record.id, "no_links", "found no alignment, wanted an aligned pair")
        words = self._words(record)
        # By the record's own id, so that the choice does not depend on batches or order.
        key = hashlib.sha256(f"{self.options.seed}\0{record.id}".encode()).digest()
        chosen = [
            i for i in sorted(words) if random.Random(key + bytes(str(i), "ascii")).random()
            < self.options.share
        ]  # fmt: skip
        return switched(record.source, {i: words[i] for i in chosen}, record.target.lang)

    def _words(self, pair: Pair) -> dict[int, str]:
        """Source token -> target word, for words that are linked to each other and nothing else."""
        links = [(i, j) for i, j, p in pair.alignment or () if p >= self.options.min_probability]
        rows, columns = [i for i, _ in links], [j for _, j in links]
        target = pair.target.words()
        edges = {edge for span in pair.source.spans for part in span.parts for edge in part}
        tokens = pair.source.tokens or []
        # A word that a span's edge cuts stays: its parts have no counterparts.
        cut = {i for i, (a, b) in enumerate(tokens) if any(a < edge < b for edge in edges)}
        return {
            i: target[j]
            for i, j in links
            if i not in cut
            and rows.count(i) == 1
            and columns.count(j) == 1
            and any(map(str.isalpha, target[j]))
        }


def switched(doc: Document, words: dict[int, str], lang: str) -> Document:
    """The document with some tokens replaced; every annotation keeps to its words."""
    parts, tokens, at, shift = [], [], 0, 0
    moves: list[tuple[int, int]] = [(0, 0)]  # from this offset on, add so much
    for n, (start, end) in enumerate(doc.tokens or ()):
        word = words.get(n, doc.text[start:end])
        parts += [doc.text[at:start], word]
        tokens.append((start + shift, start + shift + len(word)))
        at = end
        if len(word) != end - start:
            shift += len(word) - (end - start)
            moves.append((end, shift))
    parts.append(doc.text[at:])

    def move(stretch: Offsets) -> Offsets:
        start = stretch[0] + next(s for a, s in reversed(moves) if a <= stretch[0])
        end = stretch[1] + next(s for a, s in reversed(moves) if a <= stretch[1])
        return start, end

    text = "".join(parts)
    spans = []
    for span in doc.spans:
        pieces = [move(piece) for piece in span.parts]
        spans.append(
            replace(
                span,
                start=pieces[0][0],
                end=pieces[-1][1],
                pieces=pieces if span.pieces else None,
                text=" ".join(text[a:b] for a, b in pieces) if span.text is not None else None,
            )
        )
    meta = {**doc.meta, "switched": {"lang": lang, "tokens": sorted(words)}}
    return replace(doc, text=text, tokens=tokens, spans=spans, meta=meta)
