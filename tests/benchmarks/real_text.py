"""Real sentences as records: what the benchmarks of kills, workers, blocks and odd lines run on.

Europarl's annotated sentences (people, places, organisations) and their Spanish side, then the
news and encyclopaedia sentences of the bitext, whose capitalised words within a sentence stand
for names. No sentence is repeated; the data ends after about 4,400.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NAME = re.compile(r"(?<=[a-z,] )(?:[A-Z][\w.-]+ ?)+(?<! )")


def sentences(data: Path, target: str = "es") -> Iterator[dict[str, Any]]:
    """Pairs in the full form of a record, with spans on the English side and no links."""
    sides = [europarl(data, lang) for lang in ("en", target)]
    for english, other in zip(*sides, strict=True):
        yield {"source": english, "target": {"text": other["text"], "lang": target}}
    with gzip.open(data / "bitext" / f"en-{target}.tsv.gz", "rt", encoding="utf-8") as stream:
        for line in stream:
            english, other = line.rstrip("\n").split("\t")[:2]
            spans = [
                {"id": f"s{n}", "start": m.start(), "end": m.end(), "label": "NAME"}
                for n, m in enumerate(NAME.finditer(english))
            ]
            source = {"text": english, "lang": "en", "spans": spans}
            yield {"source": source, "target": {"text": other, "lang": target}}


def europarl(data: Path, lang: str) -> list[dict[str, Any]]:
    """Documents of europarl-ner: tokens joined by spaces, entities as spans."""
    (path,) = (data / "europarl-ner").glob(f"{lang}*")
    found = []
    for block in path.read_text(encoding="utf-8").strip().split("\n\n"):
        text, spans = "", []
        for line in block.splitlines():
            word, _, tag = line.rstrip().rpartition("\t" if "\t" in line else " ")
            start = len(text) + bool(text)
            text += (" " if text else "") + word
            if tag.startswith("B-") or (tag.startswith("I-") and not spans):
                spans.append({"id": f"s{len(spans)}", "label": tag[2:], "start": start})
            if tag != "O":
                spans[-1]["end"] = len(text)
        found.append({"text": text, "lang": lang, "spans": spans})
    return found


def pairs(data: Path, count: int) -> list[dict[str, Any]]:
    """The first so many pairs, with ids."""
    found: list[dict[str, Any]] = []
    for n, pair in enumerate(sentences(data)):
        if n == count:
            break
        source, target = ({"id": f"r{n}", **pair[side]} for side in ("source", "target"))
        found.append({"id": f"r{n}", "source": source, "target": target})
    return found
