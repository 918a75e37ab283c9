"""How long ``xproject --help`` takes: the median of many runs, each in a fresh process.

    python tests/benchmarks/startup.py [--runs 20] [--first-use]

``--first-use`` instead: what compiling costs, once, the first time that the students, `hmm` (without
word vectors) and `match` are used. Each command runs over a sample with an empty ``NUMBA_CACHE_DIR``
of its own, then again with what the first run left there; the difference is the compiler's. How
fast the machine is now, a plain loop of Python says.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

LOOP = "total = 0\nfor n in range(10_000_000): total += n * n"
SAMPLE = Path(__file__).parents[2] / "samples" / "ner.jsonl"


def seconds(words: list[str], environment: Mapping[str, str] | None = None) -> tuple[float, float]:
    """Wall and processor seconds of a command."""
    start = time.perf_counter()
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(words)} failed")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime


def first_use(script: str) -> None:
    """Processor seconds of a first and of a second run of each command, and their difference."""
    loop = seconds([sys.executable, "-c", LOOP])[1]
    print(f"{'ten million squares':20} processor: {loop:.1f} s")
    with tempfile.TemporaryDirectory(prefix="xproject-startup-") as temporary:
        folder = Path(temporary)
        files = [str(SAMPLE), *(str(folder / f"{n}.jsonl") for n in range(3))]
        words = [
            ["translate", "--to", "pt", "--engine", "firefox"],
            ["align", "--engine", "hmm", "--set", "vectors=none"],
            ["project"],
        ]
        names = ("translate (firefox)", "align (hmm)", "project (match)")
        for n, name in enumerate(names):
            command = [script, "--quiet", *words[n], files[n], "-o", files[n + 1], "--force"]
            cache = {**os.environ, "NUMBA_CACHE_DIR": str(folder / f"compiled{n}")}
            first, again = (seconds(command, cache)[1] for _ in range(2))
            print(
                f"{name:20} processor: first {first:.1f} s, again {again:.1f} s, "
                f"compiling {first - again:.1f} s"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--first-use", action="store_true")
    given = parser.parse_args()
    runs = given.runs
    script = str(Path(sys.executable).parent / "xproject")
    if given.first_use:
        first_use(script)
        return
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "xproject --help": [script, "--help"],
        "xproject --version": [script, "--version"],
        "xproject project --help": [script, "project", "--help"],
    }
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, words in commands.items():
            taken[name].append(seconds(words))
    for name, found in taken.items():
        wall, cpu = zip(*found, strict=True)
        print(
            f"{name:26} wall: median {statistics.median(wall):.3f} s, best {min(wall):.3f} s; "
            f"processor: median {statistics.median(cpu):.3f} s"
        )


if __name__ == "__main__":
    main()
