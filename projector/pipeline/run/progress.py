"""How a run is getting on, on standard error: a bar on a terminal, else a line every 30 seconds.

Nothing is shown in the first two seconds, so short runs stay silent.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from projector.pipeline.chain import Tally
from projector.pipeline.phases import Input

if TYPE_CHECKING:
    from rich.live import Live

    from projector.pipeline.run.summary import Summary

SILENT_SECONDS = 2.0
LINE_SECONDS = 30.0
TERMINAL_SECONDS = 0.25


class Progress:
    """Counts what passes and shows it from a thread of its own.

    Args:
        quiet: show nothing at all.
        terminal: standard error is a terminal; asked of the stream when None.
        every: seconds between plain lines.
        opening: a sentence to say when the run begins, all options being right.
    """

    def __init__(
        self,
        *,
        quiet: bool = False,
        terminal: bool | None = None,
        every: float = LINE_SECONDS,
        opening: str = "",
    ) -> None:
        self._quiet = quiet
        self._opening = opening
        self._terminal = sys.stderr.isatty() if terminal is None else terminal
        self._every = every
        self._names, self._part, self._slow = "", "", ""
        self._total: int | None = None
        self._skipped = self._bytes = self._records = 0
        self._rejected = self._spans = self._projected = 0
        self._start = time.monotonic()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def phase(self, names: str, inputs: Sequence[Input], number: int, count: int) -> None:
        """A phase begins: what it is called, what it reads, which of how many it is."""
        self._names, self._slow = names, ""
        self._part = f" ({number + 1}/{count})" if count > 1 else ""
        self._total = _size(inputs)
        self._skipped = self._bytes = self._records = 0
        self._start = time.monotonic()

    def skip(self, size: int) -> None:
        """So many bytes were done by an earlier run."""
        self._skipped += size

    def advance(self, size: int, summary: Summary, tally: Tally) -> None:
        """A block is done."""
        self._bytes += size
        self._records += tally.records
        self._rejected = summary.rejected
        self._spans, self._projected = summary.spans, summary.projected

    def say(self, text: str) -> None:
        """A sentence for people, at once."""
        if not self._quiet:
            print(f"xproject: {text}", file=sys.stderr, flush=True)

    def say_slow(self, text: str) -> None:
        """What is going on while no block can be done."""
        self._slow = text

    def line(self) -> str:
        """Where the run is: rate, time left, rejects, share of the spans projected."""
        if self._slow and not self._bytes:
            return f"{self._slow}{self._part}"
        took = max(time.monotonic() - self._start, 1e-6)
        parts = [f"{self._records:,} records", f"{self._records / took:,.0f}/s"]
        if self._total and self._bytes:
            left = (self._total - self._skipped - self._bytes) * took / self._bytes
            share = min(1.0, (self._skipped + self._bytes) / self._total)
            parts.append(f"{share:.0%}, {duration(max(0.0, left))} left")
        parts.append(f"{self._rejected:,} rejected")
        if self._projected:
            parts.append(f"{self._projected / self._spans:.1%} of the spans projected")
        return f"{self._names}{self._part}: {', '.join(parts)}"

    def __enter__(self) -> Progress:
        if self._opening:
            self.say(self._opening)
        if not self._quiet:
            self._thread = threading.Thread(target=self._show, daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _show(self) -> None:
        if self._stop.wait(SILENT_SECONDS):
            return
        if self._terminal:
            self._show_live()
            return
        while not self._stop.wait(self._every):
            print(self.line(), file=sys.stderr, flush=True)

    def _show_live(self) -> None:
        from rich.console import Console
        from rich.live import Live

        live: Live = Live(console=Console(stderr=True), transient=True, auto_refresh=False)
        with live:
            while not self._stop.wait(TERMINAL_SECONDS):
                live.update(self.line(), refresh=True)


def _size(inputs: Sequence[Input]) -> int | None:
    """Bytes to read, where they can be known: plain files."""
    total = 0
    for item in inputs:
        path = Path(item.path)
        if item.path.endswith((".gz", ".zst")) or not path.is_file():
            return None
        total += path.stat().st_size
    return total


def duration(seconds: float) -> str:
    """``75`` -> ``0:01:15``."""
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
