"""How well the spacing of given words is told: against the texts of Parallel Universal Dependencies.

    python tests/benchmarks/detokenisation.py --data ../shared/data

For ``pud-upos/LANG.conllu`` and ``uner-pud/LANG.iob2`` (words with the text that they were taken
from): the share of the places between two words that are spaced as in the text, and the share of
sentences whose whole text is right; beside it what single spaces everywhere give.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from projector.io.formats import read
from projector.records import Document
from projector.text.detokenisation import spaces_after

SETS = ("pud-upos/en.conllu", "pud-upos/de.conllu", "pud-upos/fr.conllu", "uner-pud/pt.iob2")


def gaps(doc: Document) -> list[bool]:
    """For each token but the last, whether white space follows it in the text."""
    tokens = doc.tokens or []
    return [a[1] < b[0] for a, b in pairwise(tokens)]


def score(docs: Sequence[Document], *, natural: bool) -> tuple[float, float]:
    """Percent of gaps and of sentences that are spaced as in the text."""
    right = total = whole = 0
    for doc in docs:
        wanted = gaps(doc)
        words = doc.words()
        found = spaces_after(words, doc.lang)[:-1] if natural else [True] * len(wanted)
        right += sum(a == b for a, b in zip(found, wanted, strict=True))
        total += len(wanted)
        whole += found == wanted
    return 100 * right / total, 100 * whole / len(docs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    data = parser.parse_args().data
    print("set                  natural: gaps  sentences   spaced: gaps  sentences")
    for name in SETS:
        lang = Path(name).stem
        docs = [
            doc for doc in read(data / name, options={"lang": lang}) if isinstance(doc, Document)
        ]
        # A text that is not its words (see `conll`) would be scored against itself.
        docs = [doc for doc in docs if "text" not in doc.meta and len(doc.tokens or ()) > 1]
        natural, spaced = score(docs, natural=True), score(docs, natural=False)
        print(
            f"{name:20} {natural[0]:13.2f} {natural[1]:10.1f} {spaced[0]:14.2f} {spaced[1]:10.1f}"
        )


if __name__ == "__main__":
    main()
