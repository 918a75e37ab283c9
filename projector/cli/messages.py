"""What the command line says to people: on standard error only, and nothing with ``--quiet``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

quiet = False
debug = False


def say(text: str) -> None:
    """One plain line for people, unless ``--quiet``."""
    if not quiet:
        print(text, file=sys.stderr, flush=True)


def say_first_use() -> None:
    """Say once, on a fresh installation, why the first `align` or `project` takes longer."""
    from pathlib import Path

    package = Path(__file__).parent.parent
    if next(package.rglob("*.nbi"), None) is None:
        say("first use: the inner loops are compiled now and kept, which takes up to a minute")


def warn(text: str) -> None:
    """A line that ``--quiet`` does not silence: something that the user should know."""
    print(f"xproject: warning: {text}", file=sys.stderr, flush=True)


def console(*, stderr: bool = True) -> Console:
    """A rich console; plain text when the stream is not a terminal."""
    from rich.console import Console

    return Console(stderr=stderr, quiet=quiet and stderr, highlight=False)
