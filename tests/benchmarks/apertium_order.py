"""Apertium's translations do not depend on order, blocks or the life of the processes.

    python tests/benchmarks/apertium_order.py --data DIR [--sentences 5000] [--modes eng-spa,...]

English sides of DIR/bitext-large (real news sentences, each once, drawn by a seed). They are
translated in blocks of 512 as they come; then shuffled and cut into blocks of 1, 7 and 512, with
processes that are now and then started anew. Every text and every link must be the same each
time. A sample is also translated with new processes for each sentence. Prints the differences and
the rate of each pass.
"""

from __future__ import annotations

import argparse
import gzip
import random
import sys
import time
from pathlib import Path

from projector.translation.apertium.engine import ApertiumTranslator
from projector.translation.apertium.modes import installed_modes
from projector.translation.base import Translation

BLOCKS = (1, 7, 512)
RESTART = 0.002  # chance of new processes before a block of fewer than 512 sentences
ALONE = 100  # sentences that get processes of their own


def english(data: Path, count: int, seed: int) -> list[str]:
    """Different English sentences, drawn from the bitexts without order."""
    found: dict[str, None] = {}
    for path in sorted((data / "bitext-large").glob("en-*.tsv.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            found.update(dict.fromkeys(line.partition("\t")[0].strip() for line in stream))
    found.pop("", None)
    return random.Random(seed).sample(list(found), count)


def translate(
    engine: ApertiumTranslator, sentences: list[str], target: str, block: int, rng: random.Random
) -> list[Translation]:
    """Translations of blocks of so many sentences, with new processes now and then."""
    done: list[Translation] = []
    for n in range(0, len(sentences), block):
        if rng.random() < (0.5 if block >= 512 else RESTART):
            engine.close()
        done += engine.translate(sentences[n : n + block], "en", target)
    return done


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sentences", type=int, default=5000)
    parser.add_argument("--modes", default="eng-spa,eng-cat,en-gl,en-eo")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    sentences = english(options.data, options.sentences, options.seed)
    different = 0
    for name in options.modes.split(","):
        mode = installed_modes()[name]
        rng = random.Random(options.seed)
        engine = ApertiumTranslator(name)
        engine.translate(["Ready."], "en", mode.target)
        start = time.perf_counter()
        reference = engine.translate(sentences, "en", mode.target)
        rate = len(sentences) / (time.perf_counter() - start)
        print(f"{name}: {len(sentences)} sentences as they come, {rate:.0f} a second", flush=True)
        for block in BLOCKS:
            order = rng.sample(range(len(sentences)), len(sentences))
            start = time.perf_counter()
            done = translate(engine, [sentences[n] for n in order], mode.target, block, rng)
            rate = len(sentences) / (time.perf_counter() - start)
            other = [n for n, t in zip(order, done, strict=True) if t != reference[n]]
            print(f"{name}: blocks of {block}: {len(other)} differ, {rate:.0f} a second")
            for n in other[:3]:
                made = done[order.index(n)]
                print(f"  {sentences[n]!r}\n    {reference[n].text!r}\n    {made.text!r}")
            sys.stdout.flush()
            different += len(other)
        alone = rng.sample(range(len(sentences)), min(ALONE, len(sentences)))
        made = []
        for n in alone:
            engine.close()
            made += engine.translate([sentences[n]], "en", mode.target)
        other = [n for n, t in zip(alone, made, strict=True) if t != reference[n]]
        print(f"{name}: new processes for each of {len(alone)}: {len(other)} differ", flush=True)
        different += len(other)
        engine.close()
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
