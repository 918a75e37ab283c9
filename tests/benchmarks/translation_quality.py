"""Is the estimate of a translation worth something: rank correlation with chrF against references.

    python tests/benchmarks/translation_quality.py --data ../shared/data [--sentences 700]

Sentences 1,701 on of bitext/en-pt, both directions, by the students; the weights of
`projector.translation.quality_estimate` were fitted to sentences 1,001 to 1,700. Spearman's
correlation of sentence chrF with the estimate and with what goes into it, and the chrF of all
against that of the half that is estimated higher. With damage: each fifth translation has lost its
second half or is another sentence's; how often a damaged one is estimated lower than a whole one.
"""

from __future__ import annotations

import argparse
import gzip
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import sacrebleu
from scipy.stats import spearmanr

from projector.text.tokens import tokenize
from projector.translation.base import Translation
from projector.translation.firefox.engine import FirefoxTranslator
from projector.translation.quality_estimate import estimate

FITTED = 1700  # sentences before this one were seen when the weights were fitted


def correlation(values: Sequence[float], wanted: Sequence[float]) -> float:
    return float(spearmanr(values, wanted).statistic)


def reread(
    translator: FirefoxTranslator, source: str, text: str, pair: tuple[str, str]
) -> Translation:
    """What the translator says of a given translation."""
    student = translator.model_for(*pair).student
    (reading,) = student.force([(source, text)], shortlist=True)
    left, right = tokenize(source, pair[0]), tokenize(text, pair[1])
    matrix = reading.aligned.by_words(left, right)
    links = [
        (left[i], right[j], float(matrix[i, j])) for i, j in np.argwhere(matrix >= 0.05).tolist()
    ]
    (back,) = translator.model_for(*pair[::-1]).mean_scores([(text, source)], shortlist=True)
    return Translation(text, links, reading.score, back)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sentences", type=int, default=700)
    given = parser.parse_args()
    with gzip.open(given.data / "bitext" / "en-pt.tsv.gz", "rt", encoding="utf-8") as file:
        read = [tuple(line.rstrip("\n").split("\t")[:2]) for line in file]
    rows = list(dict.fromkeys(pair for pair in read if all(map(str.strip, pair))))
    rows = rows[FITTED : FITTED + given.sentences]
    translator = FirefoxTranslator()
    print(
        "| | estimate | forward alone | way back alone | chrF, all | better half | damaged lower |"
    )
    print("|---|---|---|---|---|---|---|")
    for pair, sides in ((("en", "pt"), rows), (("pt", "en"), [(b, a) for a, b in rows])):
        sources, references = [a for a, _ in sides], [b for _, b in sides]
        made = translator.translate(sources, *pair)
        chrf = [
            sacrebleu.sentence_chrf(m.text, [r]).score
            for m, r in zip(made, references, strict=True)
        ]
        values = [estimate(s, m) or 0.0 for s, m in zip(sources, made, strict=True)]
        half = np.argsort(values)[len(values) // 2 :]
        best = [made[n].text for n in half], [[references[n] for n in half]]
        lower = []
        for n in range(0, len(made), 5):
            words = made[n].text.split()
            for text in (" ".join(words[: len(words) // 2]), made[(n + 1) % len(made)].text):
                if text:
                    hurt = estimate(sources[n], reread(translator, sources[n], text, pair)) or 0.0
                    whole = estimate(sources[n], reread(translator, sources[n], made[n].text, pair))
                    lower.append(hurt < (whole or 0.0))
        cells = [
            correlation(values, chrf),
            correlation([m.score or 0.0 for m in made], chrf),
            correlation([m.back or 0.0 for m in made], chrf),
            sacrebleu.corpus_chrf([m.text for m in made], [references]).score,
            sacrebleu.corpus_chrf(*best).score,
            100 * float(np.mean(lower)),
        ]
        print(
            f"| {'-'.join(pair)} | "
            + " | ".join(f"{cell:.3f}" if abs(cell) <= 1 else f"{cell:.1f}" for cell in cells)
            + " |",
            flush=True,
        )


if __name__ == "__main__":
    main()
