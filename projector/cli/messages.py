"""What the command line says to people: on standard error only, and nothing with ``--quiet``."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

quiet = False
debug = False


def plain(text: str) -> str:
    """Text in which characters that steer a terminal are shown instead of sent to it.

    Names and texts of records stand in messages and tables: escape sequences in them could
    recolour, clear or retitle the reader's terminal, and bidirectional overrides could turn a line
    round. Line breaks and tabs stay.
    """
    return _STEERING.sub(lambda found: repr(found[0])[1:-1], text)


_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def say(text: str) -> None:
    """One plain line for people, unless ``--quiet``."""
    if not quiet:
        print(plain(text), file=sys.stderr, flush=True)


# The folder of each stage's inner loops; ``qa`` projects too.
LOOPS = {"align": "hmm", "project": "match", "qa": "match"}


def first_use(stages: Sequence[str] = ("align", "project")) -> str:
    """On a fresh installation, why the first use of one of these stages takes longer; else "".

    Numba keeps what it compiled as ``*.nbi``: in NUMBA_CACHE_DIR, else beside the sources, else,
    where these may not be written to, in the user's own cache.
    """
    import os
    from pathlib import Path

    missing = {LOOPS[stage] for stage in stages if stage in LOOPS}
    if not missing:
        return ""
    package = Path(__file__).parent.parent
    own = os.environ.get("NUMBA_CACHE_DIR", "")
    user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "numba"
    places = [Path(own)] if own else [package, *([] if os.access(package, os.W_OK) else [user])]
    # A file lies in the folder of its module, or in one of the cache that begins with its name.
    for place in places:
        for path in place.rglob("*.nbi"):
            missing -= {part.split("_")[0] for part in path.relative_to(place).parts}
            if not missing:
                return ""
    return (
        "first use: the inner loops are compiled now and kept, which takes up to a minute "
        "(xproject doctor --compile does it beforehand)"
    )


def warn(text: str) -> None:
    """A line that ``--quiet`` does not silence: something that the user should know."""
    print(f"xproject: warning: {plain(text)}", file=sys.stderr, flush=True)


def warn_of_no_records(source: str) -> None:
    """An input that is read to its end and holds nothing is no error, but seldom meant."""
    warn(f"{'standard input' if source == '-' else source}: found no records in it")


def console(*, stderr: bool = True) -> Console:
    """A rich console; plain text when the stream is not a terminal."""
    from rich.console import Console

    return Console(stderr=stderr, quiet=quiet and stderr, highlight=False)


def table(title: str = "", caption: str = "") -> Table:
    """An empty table in the one look of all commands: a title, headings, a rule, no borders."""
    from rich import box
    from rich.table import Table

    return Table(
        title=title or None,
        caption=caption or None,
        box=box.SIMPLE_HEAD,
        title_justify="left",
        caption_justify="left",
        pad_edge=False,
    )
