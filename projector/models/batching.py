"""Batches by token count, results in the order of the input, smaller batches when memory ends.

Used by every neural engine. Sorting by length keeps padding small; the token budget keeps a
batch of long sentences as cheap as one of short ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from projector.errors import EngineError

Result = TypeVar("Result")


def length_batches(
    lengths: Sequence[int], budget: int, max_items: int = 0, width: int = 1
) -> list[list[int]]:
    """Places of the items in batches of at most ``budget`` tokens with padding, longest first.

    ``width`` is how many rows an item takes in the model (its beams). An item longer than the
    budget is a batch of its own. Longest first: if memory is to end, it ends at once.
    """
    order = sorted(range(len(lengths)), key=lambda n: (-lengths[n], n))
    batches: list[list[int]] = []
    longest = 0
    for n in order:
        full = batches and (
            (len(batches[-1]) + 1) * width * longest > budget
            or (max_items and len(batches[-1]) >= max_items)
        )
        if not batches or full:
            batches.append([])
            longest = max(1, lengths[n])
        batches[-1].append(n)
    return batches


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that the device's memory is used up (torch, CTranslate2, ONNX)."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and any(
        sign in text
        for sign in ("out of memory", "can't allocate memory", "failed to allocate", "bad_alloc")
    )


def in_batches(
    lengths: Sequence[int],
    budget: int,
    run: Callable[[list[int]], Sequence[Result]],
    *,
    max_items: int = 0,
    width: int = 1,
    free: Callable[[], None] | None = None,
) -> list[Result]:
    """Run ``run`` over batches of places and return one result for each item, in item order.

    A batch that runs out of memory is cut in two and tried again (``free`` is called first, to
    empty the device's cache), and so are the later ones that are as large.

    Raises:
        EngineError: one item alone does not fit in memory.
    """
    results: list[Result | None] = [None] * len(lengths)
    waiting = length_batches(lengths, budget, max_items, width)[::-1]
    limit = 0  # tokens of the smallest batch that has failed
    while waiting:
        batch = waiting.pop()
        size = len(batch) * max(1, lengths[batch[0]])
        if limit and size >= limit and len(batch) > 1:
            waiting += [batch[len(batch) // 2 :], batch[: len(batch) // 2]]
            continue
        try:
            done = run(batch)
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            if len(batch) == 1:
                raise EngineError(
                    f"out of memory on a single sentence of {lengths[batch[0]]} tokens; use "
                    f"fewer beams, a smaller model or a lower max_source_tokens"
                ) from error
            limit = size
            if free is not None:
                free()
            waiting += [batch[len(batch) // 2 :], batch[: len(batch) // 2]]
            continue
        for place, result in zip(batch, done, strict=True):
            results[place] = result
    return results  # type: ignore[return-value]
