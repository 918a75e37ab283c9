"""Small real stages that join the table through entry points, as another package's would.

The runner's tests put this folder on the path of this process and of its workers.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from msgspec import Struct
from msgspec.structs import replace

from projector.errors import EngineError
from projector.records import Document, Pair, Record, Step
from projector.stage import Outcome, Rejected


class MarkOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``value`` is put into ``meta.mark``; ``seconds`` are slept for each record."""

    value: str = "marked"
    seconds: float = 0.0
    file: str = ""
    seed: int = 7


def happened(path: str, times: int) -> bool:
    """Whether it happens this time: no more often than so many times, a letter in the file each."""
    if os.path.exists(path) and os.path.getsize(path) >= times:
        return False
    with open(path, "a") as stream:
        stream.write("x")
    return True


class MarkStage:
    """Documents with a mark. A text may ask for trouble: ``reject``, ``crash``, ``die``, ``gone``.

    ``die once FILE`` ends the process unless FILE is there, and makes it; ``die 3 times FILE``
    ends three of them. The environment variable MARK_STARTS (``3 FILE``) ends so many processes
    while they make the stage.
    """

    name = "mark"
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset()
    sees_corpus = False
    Options = MarkOptions

    def __init__(self, options: MarkOptions) -> None:
        self.options = options
        self.done = 0
        if starts := os.environ.get("MARK_STARTS"):
            times, path, *how = starts.split()
            if happened(path, int(times)):
                if how == ["ended"]:
                    os._exit(3)
                os.kill(os.getpid(), signal.SIGKILL)

    def step(self) -> Step:
        return Step(stage=self.name, engine="mark", version=os.environ.get("MARK_VERSION", "1"))

    def fit(self, records: Iterable[Record]) -> None:
        raise AssertionError("never called")

    def process(self, records: Sequence[Record]) -> list[Outcome]:
        return [self._one(record) for record in records]

    def _one(self, record: Record) -> Outcome:
        time.sleep(self.options.seconds)
        self.done += 1
        text = record.source.text if isinstance(record, Pair) else record.text
        if text.startswith("reject"):
            return Rejected(record.id, "asked_for", "the text asked for it")
        if text.startswith("crash"):
            raise RuntimeError("the text asked for it")
        if text.startswith("gone"):
            raise EngineError("the engine is gone")
        if text.startswith("die once"):
            path = text.split()[2]
            if not os.path.exists(path):
                open(path, "w").close()
                os.kill(os.getpid(), signal.SIGKILL)
        elif text.startswith("die 3 times"):
            if happened(text.split()[3], 3):
                os.kill(os.getpid(), signal.SIGKILL)
        elif text.startswith("die"):
            os.kill(os.getpid(), signal.SIGKILL)
        return replace(record, meta={**record.meta, "mark": self.options.value})

    def cost(self) -> dict[str, float]:
        return {"tokens": float(self.done)}

    def close(self) -> None:
        pass


class TotalStage:
    """A corpus-level stage: each record learns how many there are and the longest text's length."""

    name = "total"
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset()
    sees_corpus = True

    class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        reject_over: int = 0

    def __init__(self, options: Any) -> None:
        self.options = options
        self.total = self.longest = 0

    def step(self) -> Step:
        return Step(stage=self.name, engine="total")

    def fit(self, records: Iterable[Record]) -> None:
        for record in records:
            assert isinstance(record, Document)
            self.total += 1
            self.longest = max(self.longest, len(record.text))

    def process(self, records: Sequence[Record]) -> list[Outcome]:
        limit = self.options.reject_over
        return [
            Rejected(record.id, "too_long")
            if limit and isinstance(record, Document) and len(record.text) > limit
            else replace(record, meta={**record.meta, "total": [self.total, self.longest]})
            for record in records
        ]

    def close(self) -> None:
        pass


class KeptTotalStage(TotalStage):
    """The same, with a state that reaches workers and is kept over an interruption."""

    name = "kept-total"

    def fit(self, records: Iterable[Record]) -> None:
        super().fit(records)
        if log := os.environ.get("FIT_LOG"):
            with open(log, "a") as stream:
                stream.write("fit\n")

    def state(self) -> bytes:
        return f"{self.total} {self.longest}".encode()

    def load_state(self, data: bytes) -> None:
        self.total, self.longest = map(int, data.split())
