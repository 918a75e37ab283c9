"""Cost per record at growing sizes, and two worker processes against one.

    python tests/benchmarks/scaling.py [--sizes 1000,10000,100000] [--rounds 3] [--short]

The first table is processor time of one process and its children, start-up taken off (a run of
one record); records are about 20 words a side with four or five spans, with ``--short`` five words
with two. The second is wall time of the same input with one and with two workers, in turns, the
best of the rounds; on a machine that others use, its ratio says little.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import memory
import synthetic

PYTHON = [sys.executable, "-m", "projector"]


def stages(folder: Path, size: int, kind: str) -> dict[str, list[str]]:
    pairs = synthetic.write(folder / f"{kind}-{size}.jsonl", size, kind)
    texts = synthetic.write(folder / f"documents-{size}.jsonl", size, "documents")
    found = {"project": [*PYTHON, "project", str(pairs)]}
    if shutil.which("apertium"):
        found["translate"] = [*PYTHON, "translate", str(texts), "--from", "en", "--to", "es"]
    return found


def flat(folder: Path, sizes: list[int], short: bool, wanted: set[str]) -> None:
    print(f"{'stage':10} {'records':>9} {'cpu s':>8} {'us/record':>10} {'records/cpu s':>14}")
    documents, pairs = ("short-documents", "short") if short else ("documents", "pairs")
    commands = {
        "translate": (documents, ["translate", "--from", "en", "--to", "es"]),
        "align": (pairs, ["align", "--engine", "hmm"]),
        "project": (pairs, ["project"]),
        "export": (pairs, ["export", "--to", "conll", "--side", "source"]),
    }
    for name, (kind, words) in commands.items():
        if name not in wanted or (name == "translate" and shutil.which("apertium") is None):
            continue
        base = 0.0
        for size in [1, *sizes]:
            source = synthetic.write(folder / f"{kind}-{size}.jsonl", size, kind)
            out = str(folder / f"{name}-{size}.out")
            _, _, cpu = memory.measure([*PYTHON, *words, str(source), "--force", "-o", out])
            if size == 1:
                base = cpu
                continue
            each = (cpu - base) / size
            print(f"{name:10} {size:9} {cpu:8.1f} {each * 1e6:10.0f} {1 / each:14.0f}", flush=True)


def speed_up(folder: Path, size: int, rounds: int, wanted: set[str]) -> None:
    print(f"{'stage':10} {'records':>9} {'1 worker s':>11} {'2 workers s':>12} {'ratio':>6}")
    for name, words in stages(folder, size, "pairs").items():
        if name not in wanted:
            continue
        best = {1: float("inf"), 2: float("inf")}
        for _ in range(rounds):
            for workers in best:
                out = ["-o", str(folder / "out.jsonl"), "--force", "--workers", str(workers)]
                start = time.monotonic()
                subprocess.run([*words, *out], check=True, capture_output=True)
                best[workers] = min(best[workers], time.monotonic() - start)
        ratio = best[1] / best[2]
        print(f"{name:10} {size:9} {best[1]:11.1f} {best[2]:12.1f} {ratio:6.2f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--workers-size", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--stages", default="translate,align,project,export")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="xproject-scaling-") as temporary:
        wanted = set(options.stages.split(","))
        sizes = [int(size) for size in options.sizes.split(",") if size]
        flat(Path(temporary), sizes, options.short, wanted)
        if options.workers_size:
            speed_up(Path(temporary), options.workers_size, options.rounds, wanted)


if __name__ == "__main__":
    main()
