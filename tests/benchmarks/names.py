"""Names that scripts without spaces spell in several pieces: links of their words.

    python tests/benchmarks/names.py [--without] [--vectors auto|none]

Fourteen short sentences a language (`tests/alignment/hmm/names.tsv`, written for this with hand-cut
pieces) are aligned as one input, no bitext. Printed: F1 of the links of the words of names, at the
usual threshold. ``--without``: as if names were not looked for.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NamedTuple

from projector.alignment.base import TokenPair
from projector.alignment.hmm import aligner
from projector.alignment.symmetrise import decode

FILE = Path(__file__).resolve().parents[1] / "alignment" / "hmm" / "names.tsv"


class Named(NamedTuple):
    """A sentence pair, and the links of the words of its names."""

    pair: TokenPair
    links: set[tuple[int, int]]


def named_pairs(lang: str) -> list[Named]:
    """The sentences of a language. A name's pieces stand side by side."""
    found = []
    for line in FILE.read_text("utf-8").splitlines():
        of, source, target, names = line.split("\t")
        if of != lang:
            continue
        left, right = source.split(), target.split()
        links = set()
        for name in names.split("; "):
            word, _, pieces = name.partition("=")
            many = pieces.split()
            at = next(n for n in range(len(right)) if right[n : n + len(many)] == many)
            links |= {(left.index(word), at + n) for n in range(len(many))}
        found.append(Named(TokenPair(left, right), links))
    return found


def score(lang: str, vectors: str) -> tuple[int, int, int]:
    """Right links, given ones and wanted ones; given ones are those that touch a name."""
    sentences = named_pairs(lang)
    pairs = [sentence.pair for sentence in sentences]
    made = aligner.HmmAligner(vectors=vectors)
    made.fit(iter(pairs), "en", lang)
    right = given = wanted = 0
    for sentence, soft in zip(sentences, made.align(pairs, "en", lang), strict=True):
        words, pieces = ({link[side] for link in sentence.links} for side in (0, 1))
        found = {(i, j) for i, j in decode(soft) if i in words or j in pieces}
        right += len(found & sentence.links)
        given += len(found)
        wanted += len(sentence.links)
    return right, given, wanted


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--without", action="store_true")
    parser.add_argument("--vectors", default="auto")
    args = parser.parse_args()
    if args.without:
        aligner.spaced_and_unspaced = lambda languages: False  # type: ignore[assignment]
    for lang in ("th", "ja", "zh"):
        right, given, wanted = score(lang, args.vectors)
        print(
            f"{lang} F1 {200 * right / (given + wanted):.1f} ({right} of {wanted}, {given} given)"
        )


if __name__ == "__main__":
    main()
