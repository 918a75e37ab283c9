"""The stage ``swap``: source and target change places, links and segments with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from msgspec import Struct
from msgspec.structs import replace

from projector.records import Pair, Record, Step, swapped
from projector.stage import Outcome, Rejected


class SwapOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """No options."""


class SwapStage:
    """Pairs in, turned pairs out; `project` after it carries labels the other way."""

    name = "swap"
    Options = SwapOptions
    needs: ClassVar[frozenset[str]] = frozenset({"pair"})
    gives: ClassVar[frozenset[str]] = frozenset({"pair"})
    sees_corpus = False

    def __init__(self, options: SwapOptions) -> None:
        self.options = options

    def step(self) -> Step:
        return Step("swap", "swap")

    def fit(self, records: Iterable[Record]) -> None:
        """Nothing to learn."""

    def process(self, records: Sequence[Record]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for record in records:
            if isinstance(record, Pair):
                turned = swapped(record)
                outcomes.append(replace(turned, steps=[*record.steps, self.step()]))
            else:
                outcomes.append(
                    Rejected(record.id, "not_a_pair", "found a document, wanted a pair")
                )
        return outcomes

    def close(self) -> None:
        """Nothing to free."""
