"""docs/formats.md lists every format as the registry knows it."""

from __future__ import annotations

from itertools import takewhile
from pathlib import Path

from projector.io.formats.shared.format import AnyFormat
from projector.io.formats.shared.registry import formats, option_names

PAGE = Path(__file__).parents[4] / "docs" / "formats.md"
HEAD = "| format | reads, writes | what | by suffix | options (`--set`) |"


def row(found: AnyFormat) -> str:
    ways = {"reads": found.read, "writes": found.write}
    able = ", ".join(way for way, can in ways.items() if can is not None)
    suffixes = " ".join(f"`{suffix}`" for suffix in found.suffixes)
    options = ", ".join(option_names(found))
    summary = found.summary.replace("|", r"\|")
    return f"| `{found.name}` | {able} | {summary} | {suffixes} | {options} |"


def test_the_table_of_formats_is_complete_and_true() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    start = lines.index(HEAD) + 2
    found = list(takewhile(lambda line: line.startswith("|"), lines[start:]))
    wanted = [row(each) for each in formats()]
    assert found == wanted, "the table should be:\n" + "\n".join(wanted)
