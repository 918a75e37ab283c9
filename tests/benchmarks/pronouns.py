"""Pronouns as mentions on real sentence pairs: how many find a place, and a draw to read.

    python tests/benchmarks/pronouns.py --data ../shared/data [--langs es,it,pt,fr,ca]
        [--sentences 800] [--read 50] [--seed 7]

Every English personal pronoun of the bitext is a mention. Printed for each language: how many of
them stand after projection with ``--clitics off``, with clitics, and with dropped subjects on the
verb; then ``--read`` of the mentions that are placed otherwise than without, drawn at random, to be
judged by eye. ``--langs ""`` leaves that out.

Then the chains of two mentions or more in ``samples/coref.jsonl``, made Spanish by Apertium and with
its links, and in ``samples/subtitles.en-es.jsonl``, with links of `hmm`: how many keep two mentions
with the pronouns' rules off, and with clitics and dropped subjects on the verb.
"""

from __future__ import annotations

import argparse
import gzip
import random
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from projector.alignment.stage import AlignOptions, AlignStage
from projector.io.formats import read
from projector.projection.pronouns.forms import english
from projector.projection.stage import ProjectOptions, ProjectStage
from projector.records import Document, Pair, Span
from projector.translation.stage import TranslateOptions, TranslateStage

SAMPLES = Path(__file__).parents[2] / "samples"
WORD = re.compile(r"[A-Za-z]+")


def mentions(data: Path, lang: str, count: int) -> list[Pair]:
    """The first so many sentence pairs that hold a pronoun, every pronoun a span."""
    found = []
    with gzip.open(data / "bitext" / f"en-{lang}.tsv.gz", "rt", encoding="utf-8") as stream:
        for n, line in enumerate(stream):
            source, target = line.rstrip("\n").split("\t")[:2]
            spans = [
                Span(f"s{k}", m.start(), m.end(), "M")
                for k, m in enumerate(WORD.finditer(source))
                if m.group().lower() in english() and m.group() != "US"
            ]
            if spans:
                name = str(n)
                left = Document(name, source, "en", spans=spans)
                found.append(Pair(name, left, Document(name, target, lang)))
            if len(found) == count:
                break
    return found


def aligned(pairs: Sequence[Pair]) -> list[Pair]:
    """The pairs as the default aligner links them."""
    stage = AlignStage(AlignOptions(engine="hmm"))
    stage.fit(iter(pairs))
    done = [pair for pair in stage.process(pairs) if isinstance(pair, Pair)]
    stage.close()
    return done


def projected(pairs: Sequence[Pair], **options: Any) -> list[Pair]:
    """The pairs after the project stage with these options."""
    stage = ProjectStage(ProjectOptions(**options))
    stage.fit(iter(pairs))
    return [pair for pair in stage.process(pairs) if isinstance(pair, Pair)]


def places(pairs: Sequence[Pair]) -> dict[tuple[str, str], Span]:
    """The target's spans by record and id."""
    return {(pair.id, span.id): span for pair in pairs for span in pair.target.spans}


def translated(documents: Sequence[Document]) -> list[Pair]:
    """The documents with their Spanish by Apertium, and its links."""
    stage = TranslateStage(TranslateOptions(to="es", engine="apertium"))
    done = [pair for pair in stage.process(documents) if isinstance(pair, Pair)]
    stage.close()
    return done


def chains(documents: Sequence[Document]) -> int:
    """Chains of two mentions or more."""
    return sum(len(chain) > 1 for doc in documents for chain in doc.clusters)


def kept_chains() -> None:
    """Print how many chains of the samples survive, without the rules and with them."""
    print("chains                    there  off  with clitics and dropped subjects")
    for name in ("coref.jsonl", "subtitles.en-es.jsonl"):
        records = list(read(str(SAMPLES / name)))
        pairs = [record for record in records if isinstance(record, Pair)]
        if pairs:
            pairs = aligned(pairs)
        else:
            pairs = translated([record for record in records if isinstance(record, Document)])
        off, verb = (
            chains([pair.target for pair in projected(pairs, clitics=how, dropped_subjects=where)])
            for how, where in (("off", "drop"), ("part", "verb"))
        )
        print(f"{name:24}{chains([pair.source for pair in pairs]):7}{off:5}{verb:6}")


def shown(pair: Pair, name: str, now: Span, before: Span | None) -> str:
    """A mention in its sentences, as text."""
    span = next(s for s in pair.source.spans if s.id == name)
    source, target = pair.source.text, pair.target.text
    was = before.surface(target) if before else "-"
    return (
        f"  [{was}] -> [{now.surface(target)}] {now.score}\n"
        f"    {source[max(0, span.start - 50) : span.start]}"
        f"<{span.surface(source)}>{source[span.end : span.end + 50]}\n"
        f"    {target[max(0, now.start - 50) : now.start]}"
        f"<{now.surface(target)}>{target[now.end : now.end + 50]}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--langs", default="es,it,pt,fr,ca")
    parser.add_argument("--sentences", type=int, default=800)
    parser.add_argument("--read", type=int, default=50)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    langs = [lang for lang in given.langs.split(",") if lang]
    draw: list[str] = []
    if langs:
        print("language  pronouns  off  clitics  and dropped subjects")
    for lang in langs:
        pairs = aligned(mentions(given.data, lang, given.sentences))
        total = sum(len(pair.source.spans) for pair in pairs)
        off = places(projected(pairs, clitics="off"))
        clitics = places(projected(pairs))
        verbs = projected(pairs, dropped_subjects="verb")
        print(f"{lang:8}{total:10}{len(off):6}{len(clitics):7}{len(places(verbs)):7}")
        by_id = {pair.id: pair for pair in verbs}
        changed = [
            (key, span)
            for key, span in places(verbs).items()
            if key not in off or (off[key].start, off[key].end) != (span.start, span.end)
        ]
        random.Random(given.seed).shuffle(changed)
        for (record, name), span in changed[: given.read // len(langs)]:
            draw.append(lang + shown(by_id[record], name, span, off.get((record, name))))
    print("\n".join(draw))
    kept_chains()


if __name__ == "__main__":
    main()
