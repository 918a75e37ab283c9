"""Peak memory and time of commands at two sizes of input: both must not grow with the input.

    python tests/benchmarks/memory.py [--sizes 10000,1000000] [--commands project,export,evaluate]

Peak is the resident set of the command and its children (``wait4``), in MB. Records are made
(`synthetic`, short ones). A command passes where the larger peak is at most 1.2 times the smaller.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import synthetic

ALLOWED = 1.2


def command(name: str, folder: Path, size: int) -> list[str]:
    """The words of a command over inputs of a size."""
    pairs = folder / f"pairs-{size}.jsonl"
    out = str(folder / f"{name}-{size}")
    words = {
        "project": ["project", str(pairs), "-o", f"{out}.jsonl"],
        "export": ["export", str(folder / f"project-{size}.jsonl"), "--to", "conll", "-o", out],
        "evaluate": [
            "evaluate",
            str(folder / f"project-{size}.jsonl"),
            "--gold",
            str(folder / f"project-{size}.jsonl"),
        ],
        "translate": [
            "translate",
            str(folder / f"documents-{size}.jsonl"),
            *("--from", "en", "--to", "es", "-o", f"{out}.jsonl"),
        ],
        "convert": ["convert", str(pairs), "--to", "jsonl", "-o", f"{out}.jsonl"],
    }
    return [sys.executable, "-m", "projector", *words[name]]


def measure(words: list[str]) -> tuple[float, float, float]:
    """Peak memory in MB, wall and processor seconds."""
    start = time.monotonic()
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(words)} failed:\n{said.decode()[-2000:]}")
    seconds = usage.ru_utime + usage.ru_stime
    return usage.ru_maxrss / 1024, time.monotonic() - start, seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", default="10000,1000000")
    parser.add_argument("--commands", default="project,export,evaluate")
    parser.add_argument("--folder", default="", help="keep inputs and outputs here")
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    names = options.commands.split(",")
    bad = 0
    with tempfile.TemporaryDirectory(prefix="xproject-memory-") as temporary:
        folder = Path(options.folder or temporary)
        folder.mkdir(exist_ok=True)
        for size in sizes:
            synthetic.write(folder / f"pairs-{size}.jsonl", size, "short")
            if "translate" in names:
                synthetic.write(folder / f"documents-{size}.jsonl", size, "short-documents")
        print(
            f"{'command':10} {'records':>9} {'peak MB':>8} {'wall s':>8} {'cpu s':>8} {'us/record':>10}"
        )
        for name in names:
            peaks = []
            for size in sizes:
                peak, wall, cpu = measure(command(name, folder, size))
                peaks.append(peak)
                each = cpu / size * 1e6
                print(
                    f"{name:10} {size:9} {peak:8.0f} {wall:8.1f} {cpu:8.1f} {each:10.0f}",
                    flush=True,
                )
            ratio = max(peaks) / min(peaks)
            verdict = "flat" if ratio <= ALLOWED else "GROWS"
            bad += ratio > ALLOWED
            print(f"{name:10} largest peak / smallest peak = {ratio:.2f}  {verdict}", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
