"""The stage ``backtranslate``: the source text replaced by a translation of the target.

Trained on text that was translated, a model meets text that was translated: back-translating the
English side makes both sides of a data set look alike (Artetxe, Labaka and Agirre 2020). It is for
records with labels of the whole text; spans do not survive a new text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from msgspec import Struct

from projector.json_values import JsonObject
from projector.records import Document, Pair, Record, Step
from projector.redact import redacted_options
from projector.stage import Outcome, Rejected
from projector.translation.quality_estimate import without_estimates
from projector.translation.stage import TranslateOptions, TranslateStage


class BackOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``to`` is the source's language; the engine must translate into it."""

    to: str = "en"
    engine: str = "apertium"
    model: str = ""
    options: JsonObject = {}


class BackTranslateStage:
    """Pairs in; pairs whose source text is the translation of their target out."""

    name = "backtranslate"
    Options = BackOptions
    needs: ClassVar[frozenset[str]] = frozenset({"pair"})
    gives: ClassVar[frozenset[str]] = frozenset({"pair", "links"})
    sees_corpus = False

    def __init__(self, options: BackOptions) -> None:
        self.options = options
        self._translate = TranslateStage(
            TranslateOptions(
                to=options.to,
                engine=options.engine,
                model=options.model,
                options=without_estimates(options.engine, options.options),
            )
        )

    def step(self) -> Step:
        made = self._translate.step()
        return Step(
            "backtranslate",
            made.engine,
            made.model,
            made.version,
            redacted_options(self.options.options),
        )

    def fit(self, records: Iterable[Record]) -> None:
        """Nothing to learn."""

    def cost(self) -> dict[str, float]:
        """What the translator has spent."""
        return self._translate.cost()

    def close(self) -> None:
        self._translate.close()

    def process(self, records: Sequence[Record]) -> list[Outcome]:
        outcomes: list[Outcome] = list(records)
        places = []
        for n, record in enumerate(records):
            if not isinstance(record, Pair):
                outcomes[n] = Rejected(record.id, "not_a_pair", "found a document, wanted a pair")
            elif record.source.spans:
                outcomes[n] = Rejected(record.id, "has_spans", "found spans, which would be lost")
            else:
                places.append(n)
        bare = [_target(records[n]) for n in places]
        for n, back in zip(places, self._translate.process(bare), strict=True):
            outcomes[n] = self._turned(records[n], back) if isinstance(back, Pair) else back
        return outcomes

    def _turned(self, record: Record, back: Pair) -> Pair:
        assert isinstance(record, Pair)
        source = Document(
            record.source.id, back.target.text, back.target.lang, back.target.tokens,
            labels=record.source.labels, meta=record.source.meta,
        )  # fmt: skip
        target = Document(
            record.target.id, back.source.text, back.source.lang, back.source.tokens,
            labels=record.target.labels, meta=record.target.meta,
        )  # fmt: skip
        links = back.alignment
        if links is not None:
            links = sorted((j, i, p) for i, j, p in links)
        return Pair(
            record.id, source, target, links, steps=[*record.steps, self.step()], meta=record.meta
        )


def _target(record: Record) -> Document:
    assert isinstance(record, Pair)
    return Document(record.id, record.target.text, record.target.lang)
