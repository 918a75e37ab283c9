"""Which predicted record belongs to which gold record: by id, else by order, one pass over both.

Both sides are streams. By id, a record waits only until its counterpart comes, so memory holds
what is out of step (and the records that have no counterpart), not the files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice, zip_longest
from typing import Literal, Protocol, TypeVar

from projector.errors import DataError

Match = Literal["auto", "id", "order"]
PEEK = 1000


class HasId(Protocol):
    @property
    def id(self) -> str: ...


PredT = TypeVar("PredT", bound=HasId)
GoldT = TypeVar("GoldT", bound=HasId)


def paired(
    predicted: Iterable[PredT], gold: Iterable[GoldT], match: Match = "auto"
) -> Iterator[tuple[PredT | None, GoldT | None]]:
    """Pairs of counterparts; None where one side has no record.

    ``auto`` goes by id if the first records of both sides share one, else by order.

    Raises:
        DataError: by order, with other than the same number of records; or an id twice.
    """
    first_pred, rest_pred = _peeked(predicted)
    first_gold, rest_gold = _peeked(gold)
    if match == "auto":
        common = {record.id for record in first_pred} & {record.id for record in first_gold}
        match = "id" if common else "order"
    preds, golds = chain(first_pred, rest_pred), chain(first_gold, rest_gold)
    yield from _by_id(preds, golds) if match == "id" else _by_order(preds, golds)


T = TypeVar("T")


def _peeked(items: Iterable[T]) -> tuple[list[T], Iterator[T]]:
    stream = iter(items)
    return list(islice(stream, PEEK)), stream


def _by_order(
    preds: Iterable[PredT], golds: Iterable[GoldT]
) -> Iterator[tuple[PredT | None, GoldT | None]]:
    for count, (pred, gold) in enumerate(zip_longest(preds, golds)):
        if pred is None or gold is None:
            side = "predicted" if gold is None else "gold"
            raise DataError(
                f"found more {side} records than the other side's {count}, wanted as many on both "
                "sides, because their ids do not agree and so they are matched by order",
                reason="bad_count",
            )
        yield pred, gold


def _by_id(
    preds: Iterable[PredT], golds: Iterable[GoldT]
) -> Iterator[tuple[PredT | None, GoldT | None]]:
    waiting_preds: dict[str, PredT] = {}
    waiting_golds: dict[str, GoldT] = {}
    for pred, gold in zip_longest(preds, golds):
        if pred is not None and gold is not None and pred.id == gold.id:
            yield pred, gold
            continue
        if pred is not None:
            if pred.id in waiting_golds:
                yield pred, waiting_golds.pop(pred.id)
            else:
                _wait(waiting_preds, pred.id, pred, "predicted")
        if gold is not None:
            if gold.id in waiting_preds:
                yield waiting_preds.pop(gold.id), gold
            else:
                _wait(waiting_golds, gold.id, gold, "gold")
    for left in waiting_preds.values():
        yield left, None
    for missed in waiting_golds.values():
        yield None, missed


def _wait(waiting: dict[str, T], name: str, record: T, side: str) -> None:
    if name in waiting:
        raise DataError(
            f"found the {side} record {name!r} twice, wanted unique ids (--match order goes by "
            "order instead)",
            reason="duplicate_id",
        )
    waiting[name] = record
