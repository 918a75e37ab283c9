"""Speed and memory of the aligner beside eflomal's, in one run on the same sentences.

    python tests/benchmarks/speed_align.py --data ../shared/data --eflomal-python PYTHON \
        [--pairs 1000,10000,100000] [--lang de]

Each measurement is a process of its own; times are wall-clock and processor seconds from sentence
pairs to links of both directions, reading and writing text included; memory is the peak of the
largest process. Only the ratios of one run mean anything. ``--pairs 1000000`` repeats the bitext
as often as it takes, with words changed so that the vocabulary grows too.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OURS = """
import sys
from projector.alignment.base import TokenPair
from projector.alignment.hmm.aligner import HmmAligner
def pairs():
    for line in open(sys.argv[1], encoding="utf-8"):
        a, b = line.rstrip("\\n").split("\\t")
        yield TokenPair(a.split(), b.split())
from projector.runtime import relax_gc
relax_gc()  # as the command line does
aligner = HmmAligner(vectors=sys.argv[4])
aligner.fit(pairs(), "en", sys.argv[3])
batch = []
with open(sys.argv[2], "w") as out:
    def write():
        for links in aligner.align(batch, "en", sys.argv[3]):
            out.write(" ".join(f"{i}-{j}:{p:.3f}" for i, j, p in links) + "\\n")
        batch.clear()
    for pair in pairs():
        batch.append(pair)
        if len(batch) == 512:
            write()
    write()
"""

THEIRS = """
import sys
import eflomal
lines = [line.rstrip("\\n").split("\\t") for line in open(sys.argv[1], encoding="utf-8")]
eflomal.Aligner().align(
    [a + "\\n" for a, _ in lines], [b + "\\n" for _, b in lines],
    links_filename_fwd=sys.argv[2] + ".f", links_filename_rev=sys.argv[2] + ".r", quiet=True)
"""


def measure(command: list[str], environment: dict[str, str]) -> dict[str, float]:
    """Wall and processor seconds and peak memory in MB of a command, its children included."""
    program = (
        "import json,resource,subprocess,sys,time\n"
        "start=time.perf_counter()\n"
        "subprocess.run(json.loads(sys.argv[1]),check=True)\n"
        "wall=time.perf_counter()-start\n"
        "u=resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(json.dumps({'wall':wall,'cpu':u.ru_utime+u.ru_stime,'mb':u.ru_maxrss/1024}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, json.dumps(command)],
        env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return json.loads(done.stdout.strip().splitlines()[-1])


def write_pairs(data: Path, lang: str, many: int, path: Path) -> None:
    """So many tokenised pairs of the large bitext, repeated with changed words if need be."""
    from projector.alignment.hmm.bitext import read_bitext
    from projector.alignment.hmm.subtokens import text_subtokens

    read = list(read_bitext(str(data / "bitext-large" / f"en-{lang}.tsv.gz")))
    with open(path, "w", encoding="utf-8") as out:
        for n in range(many):
            turn, at = divmod(n, len(read))
            sides = []
            for text in read[at]:
                words = text_subtokens(text)
                if turn:  # every seventh word gets another spelling, the same on each turn
                    words = [w + "x" * turn if hash_of(w) % 7 == turn % 7 else w for w in words]
                sides.append(" ".join(words))
            out.write("\t".join(sides) + "\n")


def hash_of(word: str) -> int:
    return sum(map(ord, word))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--eflomal-python", default="")
    parser.add_argument("--pairs", default="1000,10000,100000")
    parser.add_argument("--lang", default="de")
    parser.add_argument("--vectors", default="auto")
    args = parser.parse_args()
    root = Path(__file__).resolve().parents[2]
    environment = dict(os.environ, PYTHONPATH=str(root))
    print("pairs      aligner    wall s   cpu s  pairs/s      MB")
    with tempfile.TemporaryDirectory() as folder:
        text, out = Path(folder) / "pairs.tsv", Path(folder) / "links"
        write_pairs(args.data, args.lang, 50, text)
        # Compiled code is kept on disk: once for each machine, outside what is measured.
        start = time.perf_counter()
        measure(
            [sys.executable, "-c", OURS, str(text), str(out), args.lang, args.vectors], environment
        )
        print(
            f"first run of 50 pairs (compiles what is not compiled yet): {time.perf_counter() - start:.1f} s"
        )
        for many in map(int, args.pairs.split(",")):
            write_pairs(args.data, args.lang, many, text)
            figures = {
                "hmm": measure(
                    [sys.executable, "-c", OURS, str(text), str(out), args.lang, args.vectors],
                    environment,
                )
            }
            if args.eflomal_python:
                figures["eflomal"] = measure(
                    [args.eflomal_python, "-c", THEIRS, str(text), str(out)], environment
                )
            for name, f in figures.items():
                print(
                    f"{many:<10} {name:9} {f['wall']:8.1f} {f['cpu']:7.1f} {many / f['wall']:8.0f} {f['mb']:7.0f}",
                    flush=True,
                )
            if len(figures) == 2:
                a, b = figures["eflomal"], figures["hmm"]
                print(
                    f"{'':10} ratio     {a['wall'] / b['wall']:8.2f} {a['cpu'] / b['cpu']:7.2f} {'':8} {b['mb'] / a['mb']:7.2f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
