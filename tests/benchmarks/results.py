"""Runs the commands of a page of results anew and puts what they print in their place.

    python tests/benchmarks/results.py --data ../shared/data [--page PAGE.md] [--only quality,kills]

A page says which command printed a block, and the block follows with the commit, the day and the
machine, as Markdown where it is a table of it, else verbatim:

    <!-- printed by: python tests/benchmarks/quality.py --data DATA -->
    ...
    <!-- end -->

``DATA`` stands for the folder of ``--data``. A command that fails leaves its block as it was, and
the run ends with status 1; everything outside the blocks is a person's and stays.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

PAGE = Path(__file__).parent / "README.md"
BLOCK = re.compile(r"(<!-- printed by: (?P<command>.+?) -->\n).*?(<!-- end -->)", re.S)


def machine() -> str:
    """Processor, cores and memory in words."""
    name = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                name = line.split(":", 1)[1].strip()
                break
    except OSError:
        pass
    return f"{os.cpu_count()} cores of {name}, Python {platform.python_version()}"


def commit() -> str:
    """The commit that is checked out, with a plus where the tree differs from it."""
    git = ["git", "-C", str(Path(__file__).parent)]
    head = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    changed = subprocess.run([*git, "status", "--porcelain", "-uno"], capture_output=True).stdout
    return (head.stdout.strip() or "no commit") + ("+" if changed.strip() else "")


def printed(command: str, data: str) -> str:
    """What a command prints.

    Raises:
        CalledProcessError: it ended with another status than 0.
    """
    words = [data if word == "DATA" else word for word in shlex.split(command)]
    if words[0] == "python":
        words[0] = sys.executable
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout.rstrip()


def renewed(page: str, run: Callable[[str], str | None], where: str) -> str:
    """The page with every block printed anew.

    Args:
        page: the text of the page.
        run: gives what a command prints; None leaves its block as it is.
        where: commit, day and machine in words.
    """

    def block(found: re.Match[str]) -> str:
        text = run(found["command"])
        if text is None:
            return found[0]
        shown = text if "|---" in text.replace(" ", "") else f"```text\n{text}\n```"
        return f"{found[1]}{where}\n\n{shown}\n{found[3]}"

    return BLOCK.sub(block, page)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--page", type=Path, default=PAGE)
    parser.add_argument("--only", default="", help="names of scripts, with commas")
    given = parser.parse_args()
    only = set(filter(None, given.only.split(",")))
    failed = []

    def run(command: str) -> str | None:
        if only and not only & {Path(word).stem for word in shlex.split(command)}:
            return None
        print(f"$ {command}", file=sys.stderr, flush=True)
        try:
            return printed(command, given.data)
        except (OSError, subprocess.CalledProcessError) as error:
            failed.append(command)
            print(f"failed, its block stays: {error}", file=sys.stderr)
            return None

    where = f"Commit {commit()}, {date.today()}, {machine()}."
    page = renewed(given.page.read_text(encoding="utf-8"), run, where)
    given.page.write_text(page, encoding="utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
