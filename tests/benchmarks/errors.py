"""What is still wrong on a span set, by kind, to read.

python tests/benchmarks/errors.py --data ../shared/data --set europarl --lang de [--show 40]
"""

from __future__ import annotations

import argparse
import random
from collections import Counter, defaultdict
from pathlib import Path

import gold
import quality
from link_sources import with_links


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--set", dest="name", default="europarl")
    parser.add_argument("--lang", default="de")
    parser.add_argument("--show", type=int, default=40)
    given = parser.parse_args()
    task = getattr(gold, given.name)(given.data, given.lang)
    pairs = with_links(task, gold.bitext(given.data, given.lang), None)
    kinds: Counter[str] = Counter()
    found: dict[str, list[object]] = defaultdict(list)
    for pair, truth in zip(quality.projected(pairs), task.gold, strict=True):
        wanted = {(s.start, s.end, s.label) for s in truth.spans}
        source = {span.id: span for span in pair.source.spans}
        for s in pair.target.spans:
            near = [w for w in wanted if w[0] < s.end and s.start < w[1]]
            if (s.start, s.end, s.label) in wanted:
                kinds["right"] += 1
                continue
            same_place = any(w[:2] == (s.start, s.end) for w in near)
            same_label = any(w[2] == s.label for w in near)
            kind = (
                "no gold there" if not near
                else "other label" if same_place
                else "other bounds" if same_label
                else "both"
            )  # fmt: skip
            kinds[kind] += 1
            theirs = [(truth.text[a:b], label) for a, b, label in near]
            english = source[s.id].surface(pair.source.text)
            found[kind].append((s.label, english, s.surface(truth.text), theirs, s.score))
        for a, b, label in sorted(wanted):
            if not any(t.start < b and a < t.end for t in pair.target.spans):
                kinds["gold, nothing near"] += 1
                found["gold, nothing near"].append((label, truth.text[a:b]))
    print(dict(kinds))
    random.seed(1)
    for kind, several in found.items():
        print(f"# {kind}")
        for one in random.sample(several, min(given.show, len(several))):
            print("  ", one)


if __name__ == "__main__":
    main()
