"""Quality of alignment and projection, side by side in one run.

    python tests/benchmarks/quality.py --data ../shared/data \
        [--eflomal-python PYTHON] [--large] [--quick] [--only europarl,xsid]

Columns: this project (``hmm`` and ``match``; ``hmm+e5`` where the encoder is installed), with and
without extra sentence pairs; eflomal
(means of three runs, since it has no seed; same sub-tokens and stems) by grow-diag-final-and and
by intersection under the plainest rule (first to last linked word), and its links under
``match``. Rows: span F1, answers, tags, alignment error rate; then calibration.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

import gold
from eflomal_links import eflomal_links
from link_sources import with_encoder, with_links
from msgspec.structs import replace

from projector.alignment.symmetrise import HardLinks, decode, grow_diag_final_and, intersection
from projector.engines import installed
from projector.models.e5.file import PACKAGE
from projector.projection.stage import ProjectOptions, ProjectStage
from projector.quality.answer_text import exact_match, word_f1
from projector.quality.calibration import (
    coverage_at_precision,
    expected_calibration_error,
    tradeoff,
)
from projector.records import Document, Link, Pair, Span

Row = dict[str, float]
OURS, BARE, LARGE = "xproject", "no bitext", "large"
JOINT, JOINT_BARE = "+e5", "+e5, no bitext"
GDFA, INTER, UNDER = "eflomal gdfa", "inter", "+match"


def projected(pairs: Sequence[Pair], tags: str = "corpus") -> list[Pair]:
    """The pairs after the project stage."""
    stage = ProjectStage(ProjectOptions(tags=tags))
    stage.fit(iter(pairs))
    return [pair for pair in stage.process(pairs) if isinstance(pair, Pair)]


def plain(pair: Pair, links: HardLinks) -> Pair:
    """The plainest rule: from the first to the last word linked to the span's words."""
    source, target = pair.source.tokens or [], pair.target.tokens or []
    spans = []
    for span in pair.source.spans:
        inside = {n for n, (a, b) in enumerate(source) if a < span.end and span.start < b}
        places = [j for i, j in links if i in inside]
        if places:
            spans.append(Span(span.id, target[min(places)][0], target[max(places)][1], span.label))
    tags = {}
    for layer, values in pair.source.tags.items():
        row = ["_"] * len(target)
        for i, j in sorted(links):
            row[j] = values[i] if row[j] == "_" else row[j]
        tags[layer] = row
    return replace(pair, target=replace(pair.target, spans=spans, tags=tags))


def soft(runs: Iterable[HardLinks]) -> list[Link]:
    """Both directions of a run as link probabilities: in both 1, in one 0.5."""
    votes: dict[tuple[int, int], float] = {}
    for links in runs:
        for link in links:
            votes[link] = votes.get(link, 0.0) + 0.5
    return [(i, j, p) for (i, j), p in sorted(votes.items())]


def span_f1(done: Sequence[Pair], wanted: Sequence[Document]) -> Row:
    """Micro F1 of exact labelled spans."""
    right = predicted = total = 0
    for pair, target in zip(done, wanted, strict=True):
        ours = {(s.start, s.end, s.label) for s in pair.target.spans}
        theirs = {(s.start, s.end, s.label) for s in target.spans}
        right += len(ours & theirs)
        predicted += len(ours)
        total += len(theirs)
    return {"F1": 200 * right / max(1, predicted + total)}


def answer_scores(done: Sequence[Pair], wanted: Sequence[Document]) -> Row:
    """Exact match and F1 of answers, as SQuAD counts them; a dropped answer counts 0."""
    exact, overlap = [], []
    for pair, target in zip(done, wanted, strict=True):
        ours = {s.id: s.surface(pair.target.text) for s in pair.target.spans}
        for span in target.spans:
            answer = span.surface(target.text)
            exact.append(exact_match(ours.get(span.id, ""), answer, target.lang))
            overlap.append(word_f1(ours.get(span.id, ""), answer, target.lang))
    return {"EM": 100 * mean(exact), "F1": 100 * mean(overlap)}


def verdicts(done: Sequence[Pair], wanted: Sequence[Document]) -> tuple[list[float], list[bool]]:
    """The score of every span that was carried over, and whether it is exactly right."""
    scores, right = [], []
    for pair, target in zip(done, wanted, strict=True):
        answers = all(s.label == "answer" for s in target.spans)
        places = {(s.start, s.end, s.id if answers else s.label) for s in target.spans}
        for span in pair.target.spans:
            scores.append(span.score or 0.0)
            right.append((span.start, span.end, span.id if answers else span.label) in places)
    return scores, right


def tag_scores(done: Sequence[Pair], wanted: Sequence[Document]) -> Row:
    """Right tags among all tokens, among tagged ones, and the share that is tagged."""
    right = tagged = total = 0
    for pair, target in zip(done, wanted, strict=True):
        for ours, theirs in zip(pair.target.tags["upos"], target.tags["upos"], strict=True):
            total += 1
            tagged += ours != "_"
            right += ours == theirs
    return {
        "all": 100 * right / total,
        "tagged": 100 * right / tagged,
        "share": 100 * tagged / total,
    }


def error_rate(links: Sequence[HardLinks], wanted: Sequence[list[Link]]) -> Row:
    """Alignment error rate; all gold links are sure."""
    both = ours = theirs = 0
    for found, sure in zip(links, wanted, strict=True):
        right = {(i, j) for i, j, _ in sure}
        both += len(found & right)
        ours += len(found)
        theirs += len(right)
    return {"AER": 100 * (1 - 2 * both / max(1, ours + theirs))}


def average(rows: Sequence[Row]) -> Row:
    """Means of several runs."""
    return {key: mean(row[key] for row in rows) for key in rows[0]}


class Bench:
    """Runs every system on a set and prints its line."""

    def __init__(self, given: argparse.Namespace) -> None:
        self.given = given
        self.by_set: dict[str, dict[str, tuple[list[float], list[bool]]]] = {}
        self.encoder = installed(PACKAGE)

    def extra(self, lang: str, large: bool = False) -> list[str]:
        """The extra sentence pairs of a language."""
        return gold.bitext(self.given.data, lang, large)

    def ours(self, found: gold.Gold, bitext: Sequence[str]) -> list[Pair]:
        """The pairs with this project's links."""
        return with_links(found, bitext, self.given.cache)

    def joined(self, found: gold.Gold, linked: dict[str, list[Pair]]) -> dict[str, list[Pair]]:
        """The same links joined by the encoder's."""
        names = {OURS: JOINT, BARE: JOINT_BARE}
        with TemporaryDirectory() as folder:  # the encoder runs once
            cache = self.given.cache or Path(folder)
            return {names[n]: with_encoder(found, pairs, cache) for n, pairs in linked.items()}

    def theirs(self, found: gold.Gold) -> list[tuple[list[HardLinks], list[HardLinks]]]:
        """eflomal's links, a few runs of them."""
        runs = 1 if self.given.quick else 3
        return eflomal_links(
            found.pairs, found.lang, self.extra(found.lang), self.given.eflomal_python, runs
        )

    def line(
        self, found: gold.Gold, score: Callable[[Sequence[Pair], Sequence[Document]], Row],
        large: bool = False,
    ) -> None:  # fmt: skip
        """One set under every system."""
        columns: dict[str, Row] = {}
        linked = {OURS: self.ours(found, self.extra(found.lang))}
        if not self.given.quick:
            linked[BARE] = self.ours(found, [])
        if self.encoder:
            linked |= self.joined(found, linked)
        for name, pairs in linked.items():
            done = projected(pairs)
            columns[name] = score(done, found.gold)
            self.note(name, found, done)
        if not self.given.quick and large and self.given.large:
            big = self.ours(found, self.extra(found.lang, large=True))
            columns[LARGE] = score(projected(big), found.gold)
        if found.pairs[0].source.tags:
            columns["links only"] = score(projected(linked[OURS], tags="links"), found.gold)
        if self.given.eflomal_python:
            rows: dict[str, list[Row]] = {GDFA: [], INTER: [], UNDER: []}
            for forth, back in self.theirs(found):
                for name, join in ((GDFA, grow_diag_final_and), (INTER, intersection)):
                    links = [join(a, b) for a, b in zip(forth, back, strict=True)]
                    cut = [plain(p, x) for p, x in zip(found.pairs, links, strict=True)]
                    rows[name].append(score(cut, found.gold))
                votes = [soft(both) for both in zip(forth, back, strict=True)]
                given = [replace(p, alignment=x) for p, x in zip(found.pairs, votes, strict=True)]
                rows[UNDER].append(score(projected(given), found.gold))
            columns.update({name: average(several) for name, several in rows.items()})
        show(found.name, columns)

    def links_line(self, found: gold.Gold, wanted: list[list[Link]]) -> None:
        """One set of gold links."""
        linked = {OURS: self.ours(found, self.extra(found.lang))}
        if not self.given.quick:
            linked[BARE] = self.ours(found, [])
        if self.encoder:
            linked |= self.joined(found, linked)
        columns = {
            name: error_rate([decode(p.alignment or []) for p in pairs], wanted)
            for name, pairs in linked.items()
        }
        if self.given.eflomal_python:
            rows: dict[str, list[Row]] = {GDFA: [], INTER: []}
            for forth, back in self.theirs(found):
                for name, join in ((GDFA, grow_diag_final_and), (INTER, intersection)):
                    links = [join(a, b) for a, b in zip(forth, back, strict=True)]
                    rows[name].append(error_rate(links, wanted))
            columns.update({name: average(several) for name, several in rows.items()})
        show(found.name, columns)

    def note(self, system: str, found: gold.Gold, done: Sequence[Pair]) -> None:
        """Keep scores and verdicts for the calibration."""
        folder = found.name.split()[0]
        kept = self.by_set.setdefault(system, {}).setdefault(folder, ([], []))
        for old, new in zip(kept, verdicts(done, found.gold), strict=True):
            old.extend(new)

    def calibration(self, system: str) -> None:
        """The calibration of every folder and of all."""
        every: tuple[list[float], list[bool]] = ([], [])
        print(f"\nScores against exactly right: {system}\n")
        table_row(["set", "spans", "right", "said", "ECE", "coverage at 98 % precision"])
        table_row(["---"] * 6)
        for folder, (scores, right) in self.by_set[system].items():
            if scores:
                calibration_line(folder, scores, right)
                every[0].extend(scores)
                every[1].extend(right)
        if not every[0]:
            return
        calibration_line("all", *every)
        print()
        table_row(["least score", "kept", "coverage", "precision"])
        table_row(["---"] * 4)
        for row in tradeoff(*every):
            table_row(
                [
                    f"{row.threshold:.2f}",
                    f"{row.kept}",
                    f"{row.coverage:.3f}",
                    f"{row.precision:.3f}",
                ]
            )


def calibration_line(name: str, scores: Sequence[float], right: Sequence[bool]) -> None:
    error = expected_calibration_error(scores, right)
    covered = coverage_at_precision(scores, right, 0.98)
    table_row(
        [name, f"{len(scores)}", f"{mean(right):.3f}", f"{mean(scores):.3f}", f"{error:.3f}",
         f"{covered:.2f}"]
    )  # fmt: skip


_shown: list[str] = []  # the columns of the table that is being printed


def table_row(cells: Sequence[str]) -> None:
    """A row of a Markdown table."""
    print("| " + " | ".join(cells) + " |", flush=True)


def show(name: str, columns: dict[str, Row]) -> None:
    """One row: each system with its figures; a head before it where the columns are others."""
    heads = [f"{system}: {', '.join(row)}" for system, row in columns.items()]
    if heads != _shown:
        print()
        table_row(["set", *heads])
        table_row(["---"] * (len(heads) + 1))
        _shown[:] = heads
    cells = [" / ".join(f"{value:.1f}" for value in row.values()) for row in columns.values()]
    table_row([name, *cells])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--eflomal-python", default="", help="a Python that has eflomal")
    parser.add_argument("--large", action="store_true", help="Europarl with bitext-large too")
    parser.add_argument("--quick", action="store_true", help="one run, only with bitext")
    parser.add_argument("--only", default="", help="folders, with commas")
    parser.add_argument("--cache", type=Path, help="keep this project's links here")
    given = parser.parse_args()
    only = set(filter(None, given.only.split(",")))
    start = time.time()
    bench = Bench(given)
    print("Spans: F1; answers: exact match and F1")
    for loader, lang in gold.SPAN_SETS:
        if not only or loader.__name__ in only:
            answers = loader is gold.xquad
            bench.line(
                loader(given.data, lang), answer_scores if answers else span_f1,
                large=loader is gold.europarl,
            )  # fmt: skip
    if not only or "pud" in only:
        print("\nUPOS: right of all tokens, right of tagged ones, share tagged")
        for lang in ("de", "fr"):
            bench.line(gold.pud(given.data, lang), tag_scores)
    if not only or "xlwa" in only:
        print("\nAlignment error rate, XL-WA development")
        for lang in gold.XLWA:
            bench.links_line(*gold.xlwa(given.data, lang))
    for system in (OURS, JOINT_BARE):
        if system in bench.by_set:
            bench.calibration(system)
    print(f"{time.time() - start:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
