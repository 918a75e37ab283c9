"""How long ``xproject --help`` takes: the median of many runs, each in a fresh process.

python tests/benchmarks/startup.py [--runs 20]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path


def seconds(words: list[str]) -> tuple[float, float]:
    """Wall and processor seconds of a command."""
    start = time.perf_counter()
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(words)} failed")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=20)
    runs = parser.parse_args().runs
    script = str(Path(sys.executable).parent / "xproject")
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
