"""What engines and stages may be able to do beyond their own protocol, each a protocol to ask for.

Asked with ``isinstance``: a stage that finds a `ReportsCost` adds up what it has spent, the runner
keeps what a `KeepsState` has learnt. A kind of engine has further ones in its own ``base`` module.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, runtime_checkable


@runtime_checkable
class KeepsState(Protocol):
    """What `fit` learnt as bytes, kept over an interruption and sent to workers elsewhere."""

    def state(self) -> bytes | None:
        """What was learnt; None where it cannot be told, and every worker must learn itself."""

    def load_state(self, data: bytes) -> None:
        """Take over what another's `state` gave."""


@runtime_checkable
class ReportsCost(Protocol):
    """An engine or stage that spends tokens or money."""

    def cost(self) -> dict[str, float]:
        """What was spent since it was made: ``requests``, ``tokens_in``, ``tokens_out`` and
        ``money`` (in the currency of the prices that the user gave); {} while nothing was."""


def total_cost(parts: Iterable[object]) -> dict[str, float]:
    """The summed cost of those parts that report one; equal objects are counted once."""
    total: dict[str, float] = {}
    for part in {id(part): part for part in parts}.values():
        if isinstance(part, ReportsCost):
            for key, amount in part.cost().items():
                total[key] = total.get(key, 0.0) + amount
    return total
