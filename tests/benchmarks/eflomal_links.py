"""eflomal's links for benchmarks, from its own environment (it is GPL and stays a process apart).

The same sentence pairs and the same sub-tokens as the project's own aligner sees, stemmed or not;
links come back on the given tokens.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from typing import Any

from projector.alignment.hmm.bitext import read_bitext
from projector.alignment.hmm.subtokens import stemmer, subtokens, text_subtokens
from projector.alignment.sentences import units_of, with_both_tokens
from projector.alignment.symmetrise import HardLinks
from projector.records import Pair

PROGRAM = """
import json, os, sys, tempfile
import eflomal
given = json.load(sys.stdin)
folder = tempfile.mkdtemp()
out = []
for _ in range(given["runs"]):
    names = [os.path.join(folder, x) for x in ("forward", "back")]
    eflomal.Aligner().align(
        [" ".join(x) + "\\n" for x in given["source"]],
        [" ".join(x) + "\\n" for x in given["target"]],
        links_filename_fwd=names[0], links_filename_rev=names[1], quiet=True)
    out.append([[line.split() for line in open(name)][:given["wanted"]] for name in names])
json.dump(out, sys.stdout)
"""

Way = list[HardLinks]  # one direction's links, for each pair


def eflomal_links(
    pairs: Sequence[Pair], lang: str, bitext: Sequence[str], python: str, runs: int = 3,
    stems: bool = True,
) -> list[tuple[Way, Way]]:  # fmt: skip
    """For each run the links of both directions, on the pairs' tokens."""
    left, right = (stemmer("en"), stemmer(lang)) if stems else (str, str)
    source: list[list[str]] = []
    target: list[list[str]] = []
    places: list[tuple[int, list[int], list[int]]] = []
    for n, pair in enumerate(pairs):
        for unit in units_of(with_both_tokens(pair)):
            rows: list[Any] = []
            for words, stem, first in (
                (unit.words.source, left, unit.source_first),
                (unit.words.target, right, unit.target_first),
            ):
                parts = [
                    (_clean(stem(x)), k + first) for k, w in enumerate(words) for x in subtokens(w)
                ]
                rows.append(parts)
            source.append([x for x, _ in rows[0]])
            target.append([x for x, _ in rows[1]])
            places.append((n, [k for _, k in rows[0]], [k for _, k in rows[1]]))
    wanted = len(source)
    for path in bitext:
        for a, b in read_bitext(path):
            one, other = text_subtokens(a), text_subtokens(b)
            if one and other and max(len(one), len(other)) < 200:
                source.append([_clean(left(x)) for x in one])
                target.append([_clean(right(x)) for x in other])
    given = json.dumps({"source": source, "target": target, "wanted": wanted, "runs": runs})
    done = subprocess.run(
        [python, "-c", PROGRAM], input=given.encode(), stdout=subprocess.PIPE, check=True
    )
    answers = []
    for ways in json.loads(done.stdout):
        both = []
        for way in ways:
            found: Way = [set() for _ in pairs]
            for (n, one, other), links in zip(places, way, strict=True):
                for link in links:
                    i, j = map(int, link.split("-"))
                    found[n].add((one[i], other[j]))
            both.append(found)
        answers.append((both[0], both[1]))
    return answers


def _clean(word: str) -> str:
    return "".join(word.split()) or "_"
