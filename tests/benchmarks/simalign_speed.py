"""Speed of the simalign engine against the package of that name, in one interleaved run.

    python tests/benchmarks/simalign_speed.py [--pairs 200] [--threads 1] [--repeats 3] [--matching] [--wall]

The encoder has mBERT's shape and random weights: speed does not need trained ones. Only ratios
of one run mean anything; they are ratios of processor time (with --threads 1, of time).
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import statistics
import string
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))


def make_encoder(folder: Path) -> list[str]:
    """An encoder of 12 layers and 768 dimensions; words of one or two sub-words."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    torch.manual_seed(0)
    rng = random.Random(0)
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    stems = ["".join(rng.choices(string.ascii_lowercase, k=5)) for _ in range(20000)]
    endings = ["##" + "".join(rng.choices(string.ascii_lowercase, k=3)) for _ in range(2000)]
    vocabulary = {w: n for n, w in enumerate(dict.fromkeys(special + stems + endings))}
    BertModel(BertConfig(vocab_size=30000)).save_pretrained(folder)
    BertTokenizerFast(vocab=vocabulary, do_lower_case=False, model_max_length=512).save_pretrained(
        folder
    )
    return [
        rng.choice(stems) + (rng.choice(endings)[2:] if rng.random() < 0.3 else "")
        for _ in range(20000)
    ]


def links_only(found: list) -> list:
    return [[(i, j) for i, j, _ in links] for links in found]


def f1(wanted: list, found: list) -> float:
    shared = sum(len(set(a) & set(b)) for a, b in zip(wanted, found, strict=True))
    return 2 * shared / sum(len(a) + len(b) for a, b in zip(wanted, found, strict=True))


CLOCK = time.process_time


def timed(run: Callable[[], list]) -> tuple[float, list]:
    """Seconds of processor time, which other work disturbs less (``--wall``: by the clock)."""
    start = CLOCK()
    found = run()
    return CLOCK() - start, found


def encoder_table(pairs: int, repeats: int) -> None:
    from simalign import SentenceAligner

    from projector.alignment.base import TokenPair
    from projector.alignment.neural.simalign import SimAligner

    logging.getLogger("simalign.simalign").setLevel(logging.ERROR)
    work = Path(tempfile.mkdtemp())
    os.environ["XPROJECT_CACHE"] = str(work / "cache")
    words = make_encoder(work / "model")
    rng = random.Random(1)
    data = [
        TokenPair(
            *[
                [rng.choice(words) for _ in range(min(45, max(8, round(rng.gauss(25, 6)))))]
                for _ in range(2)
            ]
        )
        for _ in range(pairs)
    ]
    warm = data[:4]
    for method, letter in (("inter", "a"), ("itermax", "i")):
        package = SentenceAligner(str(work / "model"), "bpe", 0.0, letter, "cpu", 8)
        ours = SimAligner(str(work / "model"), method=method)
        small = SimAligner(str(work / "model"), method=method, precision="int8")
        rows: dict[str, Callable[[list], list]] = {
            "simalign package": lambda data, p=package, m=method: [
                p.get_word_aligns(x.source, x.target)[m] for x in data
            ],
            "engine fp32": lambda data, a=ours: links_only(a.align(data, "", "")),
            "engine int8": lambda data, a=small: links_only(a.align(data, "", "")),
        }
        seconds: dict[str, list[float]] = {name: [] for name in rows}
        found: dict[str, list] = {}
        for run in rows.values():
            run(warm)
        for _ in range(repeats):
            for name, run in rows.items():
                took, found[name] = timed(lambda run=run: run(data))
                seconds[name].append(took)
        base = statistics.median(seconds["simalign package"])
        for name in rows:
            median = statistics.median(seconds[name])
            print(
                f"{method:8} {name:18} {pairs / median:7.1f} pairs/s  ratio {base / median:5.2f}  "
                f"links equal on {sum(a == b for a, b in zip(found['simalign package'], found[name], strict=True))}"
                f"/{pairs}  link F1 {f1(found['simalign package'], found[name]):.4f}"
            )


def matching_table() -> None:
    import numpy as np
    from simalign import SentenceAligner

    from projector.alignment.neural import extraction

    rng = np.random.default_rng(0)
    for size in (25, 50, 100):
        similarity = rng.random((size, size))
        theirs, wanted = timed(lambda s=similarity: SentenceAligner.get_max_weight_match(s))
        ours, found = min(
            (timed(lambda s=similarity: extraction.matching(s)) for _ in range(5)),
            key=lambda x: x[0],
        )
        print(
            f"match {size}x{size}: package {1000 * theirs:.1f} ms, engine {1000 * ours:.2f} ms, "
            f"ratio {theirs / ours:.0f}, same matching: {np.array_equal(wanted > 0, found)}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", help="not used: weights and words are random")
    parser.add_argument("--pairs", type=int, default=200)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--matching", action="store_true", help="only the matching table")
    parser.add_argument("--wall", action="store_true", help="by the clock, on a quiet machine")
    options = parser.parse_args()
    global CLOCK
    if options.wall:
        CLOCK = time.perf_counter
    import torch

    torch.set_num_threads(options.threads)
    if not options.matching:
        encoder_table(options.pairs, options.repeats)
    matching_table()


if __name__ == "__main__":
    main()
