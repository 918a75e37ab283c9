"""How fast ``match`` projects, against reading and writing the same file, in one run on one core.

    python tests/benchmarks/projection_speed.py --data ../shared/data [--records 6000]

Short records (xSID utterances) and sentences (Europarl), with the default aligner's links, which
are not part of what is timed. CPU seconds; the first batch, which loads compiled code, is not
counted.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import gold
import msgspec
from link_sources import with_links

from projector.io.jsonl import encode
from projector.projection.stage import ProjectOptions, ProjectStage
from projector.records import Pair
from projector.runtime import relax_gc


def seconds(work: Callable[[], object], rounds: int = 3) -> float:
    """The least CPU time of a few rounds."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--records", type=int, default=6000)
    given = parser.parse_args()
    relax_gc()  # as the command line does
    print(
        f"{'set':16}{'records':>8}{'read/s':>9}{'write/s':>9}{'project/s':>11}{'first look/s':>14}{'ratio':>7}"
    )
    for found in (gold.xsid(given.data, "it"), gold.europarl(given.data, "es")):
        pairs = with_links(found, gold.bitext(given.data, found.lang), given.cache)
        many = [pairs[n % len(pairs)] for n in range(given.records)]
        lines = [encode(pair) for pair in many]
        stage = ProjectStage(ProjectOptions())
        stage.fit(iter(pairs))
        done = stage.process(many)
        n = len(many)
        read = seconds(lambda lines=lines: [msgspec.json.decode(x, type=Pair) for x in lines])
        write = seconds(lambda done=done: [encode(x) for x in done])
        project = seconds(lambda stage=stage, many=many: stage.process(many))
        look = seconds(lambda stage=stage, many=many: stage.fit(iter(many)), rounds=1)
        print(
            f"{found.name:16}{n:8}{n / read:9.0f}{n / write:9.0f}{n / project:11.0f}{n / look:14.0f}"
            f"{project / (read + write):7.2f}"
        )


if __name__ == "__main__":
    main()
