"""Spans and answers of inputs of a few records, each aligned and projected by itself, no bitext.

    python tests/benchmarks/small_inputs.py --data ../shared/data [--records 20] [--vectors auto]
        [--engine hmm|hmm+e5] [--only xsid,uner] [--cache DIR]

Each set is cut into inputs of so many records as they come; what `hmm` and `match` learn, they learn
from these alone. Printed: span F1 (xSID, UNER) or exact answers (XQuAD) over all inputs of a set,
the mean of each folder, and the score's error against right and wrong.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path
from statistics import mean

import gold
from link_sources import with_encoder, with_links
from quality import answer_scores, projected, span_f1, table_row, verdicts

from projector.quality.calibration import expected_calibration_error

FOLDERS = {"xsid", "xquad", "uner"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--records", type=int, default=20)
    parser.add_argument("--vectors", default="auto")
    parser.add_argument("--engine", choices=("hmm", "hmm+e5"), default="hmm")
    parser.add_argument("--only", default="", help="folders, with commas")
    parser.add_argument("--cache", type=Path, help="keep this project's links here")
    given = parser.parse_args()
    only = set(filter(None, given.only.split(","))) or FOLDERS
    means = defaultdict(list)
    table_row(["set", "span F1, or exact answers", "calibration error"])
    table_row(["---"] * 3)
    for loader, lang in gold.SPAN_SETS:
        found = loader(given.data, lang)
        folder = found.name.split()[0]
        if folder not in only:
            continue
        done = []
        for at in range(0, len(found.pairs), given.records):
            part = gold.Gold(
                f"{found.name} {at}", lang, *(x[at : at + given.records] for x in found[2:])
            )
            linked = with_links(part, [], given.cache, given.vectors)
            if given.engine != "hmm":
                linked = with_encoder(part, linked, given.cache)
            done += projected(linked)
        answers = folder == "xquad"
        scores = (answer_scores if answers else span_f1)(done, found.gold)
        value = scores["EM" if answers else "F1"]
        means[folder].append(value)
        error = expected_calibration_error(*verdicts(done, found.gold))
        table_row([found.name, f"{value:.1f}", f"{error:.3f}"])
    for folder, values in means.items():
        table_row([f"mean of {folder}", f"{mean(values):.1f}", ""])


if __name__ == "__main__":
    main()
