"""The same bytes whatever the blocks and workers: translate, align and project over real text.

    python tests/benchmarks/blocks.py --data ../shared/data [--records 3000] [--single 600]
        [--stages translate,align,project] [--joined 50]

English sentences (`real_text`) made Portuguese by the student, estimates included; their Spanish
side aligned by the default aligner, and projected. Each command runs in blocks of 512, once as a first use, which
compiles the inner loops, and once with what that left; then in blocks of 7, and of 64 by two
workers; over the first ``--single`` records in blocks of 1 too, beside blocks of 512 of the same.
``--joined`` makes one record of so many pairs, without spans and segments: long texts, which `hmm` cuts.
Printed: how many lines differ from those of the second run. Ends with status 1 if any does.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

import real_text
from quality import table_row

WORDS = {
    "translate": ["translate", "--engine", "firefox", "--to", "pt"],
    "align": ["align", "--engine", "auto"],
    "project": ["project"],
}
USUAL = (512, 1)  # records in a block, workers
OTHERS = ((7, 1), (64, 2))
SINGLE = (1, 1)


def made(stage: str, source: Path, block: int, workers: int) -> Path:
    """What a command writes in blocks of so many records by so many workers; each stage has a
    folder of its own for what is compiled."""
    out = source.with_name(f"{stage}-{source.stem}-{block}-{workers}.jsonl")
    words = [*WORDS[stage], source, "-o", out, "--block-size", block, "--workers", workers]
    compiled = str(source.parents[1] / stage)
    done = subprocess.run(
        [sys.executable, "-m", "projector", "--quiet", *map(str, [*words, "--force"])],
        env={**os.environ, "OMP_NUM_THREADS": "1", "NUMBA_CACHE_DIR": compiled},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"xproject {' '.join(map(str, words))}\n{done.stderr}")
    return out


def different(one: Path, other: Path) -> int:
    """Lines that are not the same bytes, missing ones counted."""
    with open(one, "rb") as a, open(other, "rb") as b:
        return sum(x != y for x, y in zip_longest(a, b))


def compared(stage: str, source: Path, runs: Sequence[tuple[int, int]]) -> tuple[Path, int]:
    """The output in the usual blocks, and how many lines of the other runs differ; prints a row
    for each."""
    found: dict[str, Path] = {}
    if not (source.parents[1] / stage).exists():
        first = made(stage, source, *USUAL)
        found[f"{USUAL[0]}, first use"] = first.rename(first.with_suffix(".first"))
    usual = made(stage, source, *USUAL)
    found |= {
        f"{block}" + f", {workers} workers" * (workers > 1): made(stage, source, block, workers)
        for block, workers in runs
    }
    total = 0
    with open(usual, "rb") as stream:
        count = sum(1 for _ in stream)
    for name, path in found.items():
        lines = different(usual, path)
        total += lines
        table_row([stage, f"{count}", name, f"{lines}"])
    return usual, total


def write(path: Path, records: Sequence[dict[str, Any]]) -> Path:
    lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    path.write_text("".join(lines), encoding="utf-8")
    return path


def long_text(pairs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """One pair of all their texts."""
    sides = {
        side: {
            "id": pairs[0]["id"],
            "lang": pairs[0][side]["lang"],
            "text": " ".join(pair[side]["text"] for pair in pairs),
        }
        for side in ("source", "target")
    }
    return {"id": pairs[0]["id"], **sides}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--records", type=int, default=3000)
    parser.add_argument("--single", type=int, default=600)
    parser.add_argument("--stages", default=",".join(WORDS))
    parser.add_argument("--joined", type=int, default=1)
    given = parser.parse_args()
    stages = given.stages.split(",")
    pairs = real_text.pairs(given.data, given.records * given.joined)
    if given.joined > 1:
        starts = range(0, len(pairs), given.joined)
        pairs = [long_text(pairs[at : at + given.joined]) for at in starts]
    total = 0
    table_row(["command", "records", "in a block", "lines that differ"])
    table_row(["---"] * 4)
    with tempfile.TemporaryDirectory(prefix="xproject-blocks-") as temporary:
        for count, runs in ((given.records, OTHERS), (given.single, (SINGLE,))):
            folder = Path(temporary, f"{count}-{len(runs)}")
            folder.mkdir()
            english = write(folder / "english.jsonl", [pair["source"] for pair in pairs[:count]])
            sides = write(folder / "pairs.jsonl", pairs[:count])
            if "translate" in stages:
                total += compared("translate", english, runs)[1]
            linked = sides
            if "align" in stages:
                linked, found = compared("align", sides, runs)
                total += found
            if "project" in stages:
                if linked is sides:
                    linked = made("align", sides, *USUAL)
                total += compared("project", linked, runs)[1]
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
