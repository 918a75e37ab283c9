"""Word links by themselves: alignment error on XL-WA and tags carried over on PUD.

    python tests/benchmarks/alignment.py --data ../shared/data --eflomal-python PYTHON \
        [--langs es,de] [--runs 3] [--set views=[prefix]] [--no-bitext] \
        [--engine auto|hmm|e5|hmm+e5] [--vectors auto|none|NAME|PATH] [--sentences 20] [--canonical] [--joined 50] \
        [--train tau=1000000000 --train null=0.3] [--constant long_sentences.CUT_FROM=60]
        [--spans 20000]

``--sentences``: each input holds so many sentences (those of a language are aligned in as many
inputs); ``--canonical``: the canonical sets with sure and possible links; ``--joined``: so many
sentences are joined into one, beside the same ones apart.

``--engine auto``: `hmm`, joined by ``e5`` where the encoder is installed; ``--set`` gives options of the
engine (``--engine e5 --set layer=6``, ``--engine hmm+e5 --set weights=[1,1]``).

``--train`` changes what `hmm.training.Settings` says, ``--constant`` the constants of a module of `hmm` or of ``e5``
(``e5.AWAY=0``: places are no evidence; ``long_sentences.LONG_SHARE=1``: long records are not learnt from; ``CUT_FROM=1000000`` too: nor are
they aligned in pieces; ``shapes.EXPONENT=0``: lengths are no evidence; ``adaptation.KNOWN=-1``: vectors
are never fitted); ``--spans`` prints span F1 on Europarl for each view with so many pairs of
``bitext-large``.

Both aligners see the same sentences, the same bitext (where there is one) and the same sub-tokens;
eflomal sees stems. eflomal has no seed, so its figures are means of ``--runs`` runs.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from statistics import mean

import gold
from eflomal_links import eflomal_links
from msgspec.structs import replace

from projector.alignment.hmm import aligner
from projector.alignment.hmm.bitext import read_bitext
from projector.alignment.hmm.training import Settings
from projector.alignment.hmm.views import VIEWS
from projector.alignment.stage import AlignOptions, AlignStage
from projector.alignment.symmetrise import (
    THRESHOLD,
    HardLinks,
    decode,
    grow_diag_final_and,
    intersection,
)
from projector.cli.options import settings
from projector.records import Link, Pair

THRESHOLDS = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5)


def hmm_links(pairs: Sequence[Pair], bitext: list[str], options: dict) -> list[list[Link]]:
    """The project's links of every pair, by the engine that ``options`` name, else by `hmm`."""
    own = dict(options)
    engine = own.pop("engine", "hmm")
    if engine == "e5":
        own.pop("vectors", None)
    if engine == "hmm+e5":
        weights = own.pop("weights", None)
        own = {"hmm": own} if weights is None else {"hmm": own, "weights": weights}
    stage = AlignStage(AlignOptions(engine=engine, bitext=bitext, options=own))
    stage.fit(iter(pairs))
    return [pair.alignment or [] for pair in stage.process(pairs)]


def links_by_inputs(
    pairs: Sequence[Pair], bitext: list[str], options: dict, sentences: int
) -> list[list[Link]]:
    """The links of every pair when an input holds so many (0: all)."""
    size = sentences or len(pairs)
    return [
        links
        for at in range(0, len(pairs), size)
        for links in hmm_links(pairs[at : at + size], bitext, options)
    ]


def canonical(data: Path, options: dict) -> None:
    """Alignment error rate on the canonical sets, no bitext; possible links do not count against."""
    for name in gold.CANONICAL:
        pairs, truth = gold.word_alignment(data, name)
        found = [decode(links) for links in hmm_links(pairs, [], options)]
        hits = sum(len(f & g.sure) + len(f & g.possible) for f, g in zip(found, truth, strict=True))
        given = sum(len(f) + len(g.sure) for f, g in zip(found, truth, strict=True))
        print(f"{name} AER {100 * (1 - hits / given):.2f}", flush=True)


def joined(
    data: Path, langs: Sequence[str], many: int, options: dict, *, with_bitext: bool
) -> None:
    """Alignment error rate when so many sentences are one record without segments or sentence
    marks, beside the same sentences apart."""
    ratios = []
    for lang in langs:
        task, truth = gold.xlwa(data, lang)
        rates = []
        for size in (1, many):
            pairs, wanted = [], []
            for at in range(0, len(task.pairs) - size + 1, size):
                group, links = task.pairs[at : at + size], truth[at : at + size]
                sides = [
                    gold.document(str(at), doc.lang, [w for d in docs for w in d.words()])
                    for doc, docs in (
                        (group[0].source, [p.source for p in group]),
                        (group[0].target, [p.target for p in group]),
                    )
                ]
                sides = [replace(side, text=side.text.replace(".", ",")) for side in sides]
                pairs.append(Pair(str(at), sides[0], sides[1]))
                i = j = 0
                shifted = set()
                for pair, found in zip(group, links, strict=True):
                    shifted |= {(a + i, b + j) for a, b, _ in found}
                    i, j = i + len(pair.source.words()), j + len(pair.target.words())
                wanted.append(shifted)
            soft = hmm_links(pairs, gold.bitext(data, lang) if with_bitext else [], options)
            rates.append(error_rate([decode(x) for x in soft], wanted))
        ratios.append(rates[1] / rates[0])
        print(f"{lang} AER apart {rates[0]:.2f}, {many} joined {rates[1]:.2f}", flush=True)
    print(f"mean ratio {mean(ratios):.2f}")


def spans(data: Path, many: int) -> None:
    """Span F1 of `match` on Europarl over the links of single views and of all together."""
    import quality

    for lang in ("es", "de"):
        task = gold.europarl(data, lang)
        read = list(read_bitext(str(data / "bitext-large" / f"en-{lang}.tsv.gz")))
        taken = read[:: max(1, len(read) // many)][:many]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "pairs.tsv"
            path.write_text("".join(f"{a}\t{b}\n" for a, b in taken), "utf-8")
            for views in (["prefix"], ["stem"], ["form"], list(VIEWS)):
                links = hmm_links(task.pairs, [str(path)], {"views": views})
                pairs = [replace(p, alignment=x) for p, x in zip(task.pairs, links, strict=True)]
                f1 = quality.span_f1(quality.projected(pairs), task.gold)["F1"]
                print(
                    f"europarl {lang} {len(taken)} pairs {'+'.join(views):18} F1 {f1:.1f}",
                    flush=True,
                )


def error_rate(found: Sequence[HardLinks], truth: Sequence[HardLinks]) -> float:
    """Alignment error rate in per cent, all gold links sure."""
    common = sum(len(a & b) for a, b in zip(found, truth, strict=True))
    return 100 * (1 - 2 * common / (sum(map(len, found)) + sum(map(len, truth))))


def carried(
    pairs: Sequence[Pair], links: Sequence[Sequence[Link]], gold_tags: list[list[str]]
) -> tuple[float, float]:
    """Accuracy and coverage in per cent when each target token takes its best link's tag."""
    right = tagged = tokens = 0
    for pair, found, truth in zip(pairs, links, gold_tags, strict=True):
        tags = pair.source.tags["upos"]
        best: dict[int, tuple[float, str]] = {}
        for i, j, p in found:
            best[j] = max(best.get(j, (0.0, "")), (p, tags[i]))
        tokens += len(truth)
        tagged += len(best)
        right += sum(truth[j] == tag for j, (_, tag) in best.items())
    return 100 * right / max(1, tagged), 100 * tagged / tokens


def errors(data: Path, langs: Sequence[str], args: argparse.Namespace, options: dict) -> None:
    print("\nAlignment error rate, XL-WA development")
    print("lang   hmm   best@     eflomal gdfa  inter   hmm/gdfa   s hmm, s eflomal")
    ratios, table = [], []
    for lang in langs:
        task, truth = gold.xlwa(data, lang)
        wanted = [{(i, j) for i, j, _ in links} for links in truth]
        bitext = [] if args.no_bitext else gold.bitext(data, lang)
        start = time.perf_counter()
        soft = links_by_inputs(task.pairs, bitext, options, args.sentences)
        ours = time.perf_counter() - start
        by = {t: error_rate([decode(x, t) for x in soft], wanted) for t in THRESHOLDS}
        best = min(by, key=lambda t: by[t])
        table.append([by[t] for t in THRESHOLDS])
        line = (
            f"{lang:5}{error_rate([decode(x) for x in soft], wanted):6.2f} {by[best]:6.2f}@{best}"
        )
        if args.eflomal_python:
            start = time.perf_counter()
            ways = eflomal_links(task.pairs, lang, bitext, args.eflomal_python, args.runs)
            theirs = (time.perf_counter() - start) / args.runs
            grown, inter = (
                mean(
                    error_rate([rule(f, b) for f, b in zip(*way, strict=True)], wanted)
                    for way in ways
                )
                for rule in (grow_diag_final_and, intersection)
            )
            now = error_rate([decode(x) for x in soft], wanted)
            ratios.append(now / grown)
            line += f" {grown:12.2f} {inter:6.2f} {now / grown:9.3f} {ours:9.1f} {theirs:6.1f}"
        print(line, flush=True)
    print(
        "mean by threshold:",
        " ".join(
            f"{t}:{mean(c):.2f}" for t, c in zip(THRESHOLDS, zip(*table, strict=True), strict=True)
        ),
    )
    if ratios:
        print(f"mean of hmm/gdfa at {THRESHOLD}: {mean(ratios):.3f}")


def tags(data: Path, langs: Sequence[str], args: argparse.Namespace, options: dict) -> None:
    print("\nUPOS carried over, PUD: accuracy on tagged tokens, share of tokens tagged")
    for lang in langs:
        task = gold.pud(data, lang)
        truth = [doc.tags["upos"] for doc in task.gold]
        bitext = [] if args.no_bitext else gold.bitext(data, lang)
        soft = hmm_links(task.pairs, bitext, options)
        for t in (*THRESHOLDS, 0.6, 0.7, 0.8):
            kept = [[x for x in links if x[2] >= t] for links in soft]
            accuracy, coverage = carried(task.pairs, kept, truth)
            print(f"{lang} hmm >= {t:<5} {accuracy:6.2f} {coverage:6.2f}")
        if not args.eflomal_python:
            continue
        ways = eflomal_links(task.pairs, lang, bitext, args.eflomal_python, args.runs)
        for name, rule in (("gdfa", grow_diag_final_and), ("inter", intersection)):
            figures = []
            for way in ways:
                hard = [rule(f, b) for f, b in zip(*way, strict=True)]
                links = [[(i, j, 1.0 - abs(i - j) * 1e-4) for i, j in x] for x in hard]
                figures.append(carried(task.pairs, links, truth))
            print(
                f"{lang} eflomal {name:6}{mean(a for a, _ in figures):6.2f} {mean(c for _, c in figures):6.2f}",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--eflomal-python", default="")
    parser.add_argument("--langs", default=",".join(gold.XLWA))
    parser.add_argument("--tags", default="de,fr")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--set", action="append", dest="set_")
    parser.add_argument("--no-bitext", action="store_true")
    parser.add_argument("--engine", default="hmm", help="auto: hmm, with e5 where it is installed")
    parser.add_argument("--vectors", default="auto")
    parser.add_argument("--sentences", type=int, default=0)
    parser.add_argument("--canonical", action="store_true")
    parser.add_argument("--joined", type=int, default=0)
    parser.add_argument("--train", action="append")
    parser.add_argument("--constant", action="append")
    parser.add_argument("--spans", type=int, default=0)
    args = parser.parse_args()
    options = {"engine": args.engine, "vectors": args.vectors, **settings(args.set_)}
    if args.train:
        told = settings(args.train)
        aligner.Settings = lambda *given, **more: Settings(  # type: ignore[assignment,misc]
            **{**dict(zip(("model1", "markov"), given, strict=True)), **more, **told}
        )
    for name, value in settings(args.constant).items():
        within = "" if name.startswith("e5.") else "hmm."
        module = import_module(f"projector.alignment.{within}{name.partition('.')[0]}")
        constant = name.partition(".")[2]
        if not hasattr(module, constant):
            parser.error(f"--constant: found no {name}")
        setattr(module, constant, value)
    if args.spans:
        spans(args.data, args.spans)
    if args.canonical:
        canonical(args.data, options)
    if args.joined:
        joined(
            args.data, args.langs.split(","), args.joined, options, with_bitext=not args.no_bitext
        )
    elif args.langs:
        errors(args.data, args.langs.split(","), args, options)
    if args.tags:
        tags(args.data, args.tags.split(","), args, options)


if __name__ == "__main__":
    main()
