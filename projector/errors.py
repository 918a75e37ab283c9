"""The error family: one class for each reaction, and the exit code that goes with it.

Every message is one sentence in the form "where: what, found what, wanted what", so that a
user can mend the input without reading our source.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class ProjectorError(Exception):
    """Anything that a user can act on. The command line prints it without a traceback."""

    exit_code = 4


class UsageError(ProjectorError):
    """Options or a recipe that make no sense (exit code 2)."""

    exit_code = 2


class DataError(ProjectorError):
    """Input that cannot be read or does not hold together (exit code 3).

    Attributes:
        reason: short machine-readable code, the one written beside a rejected line.
        detail: what was found and what was wanted.
        path, line: where, as far as it is known (lines count from 1).
    """

    exit_code = 3

    def __init__(
        self, detail: str, *, reason: str = "bad_record", path: str = "", line: int = 0
    ) -> None:
        self.detail = detail
        self.reason = reason
        self.path = path
        self.line = line
        super().__init__(detail)

    def at(self, path: str, line: int = 0) -> DataError:
        """The same error, with its place filled in where it was not known yet."""
        return type(self)(
            self.detail,
            reason=self.reason,
            path=self.path or path,
            line=self.line or line,
        )

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}: " if self.line else f"{self.path}: " if self.path else ""
        return where + self.detail


class EngineError(ProjectorError):
    """An engine that is missing, misconfigured or failed (exit code 4)."""

    exit_code = 4


class TooManyRejects(ProjectorError):
    """More records were rejected than ``--max-errors`` allows (exit code 1)."""

    exit_code = 1


class Interrupted(ProjectorError):
    """The user stopped the run (exit code 130); the message says how to go on."""

    exit_code = 130


def suggestion(name: str, known: Iterable[str]) -> str:
    """``"; did you mean 'x'?"`` for the nearest known name, and the list of all of them."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    return f"{hint} (known: {', '.join(names)})"


def first_line(error: BaseException) -> str:
    """The first line of an error's message, for a one-sentence report."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
